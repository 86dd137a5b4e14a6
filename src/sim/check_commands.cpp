// What is promised to those who send commands.
#include "sim/checks.hpp"
#include "sim/describe.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace diptych::sim {

namespace {

// Each event of an answer stands where it is said to; and is that command's.
complaint check_events(log_model const& log, command_attempt const& one, outcome const& answer) {
    for (auto const& event : answer.events) {
        if (event.position.value == 0 || event.position > answer.at.position)
            return fmt::format("answered with position {}", event.position.value);
        auto const& stands = log.at(event.position.value);
        if (stands.stream != event.stream || stands.type != event.type ||
            stands.version != event.version.value || mark_in(stands.metadata) != one.mark())
            return fmt::format("position {} is not what was answered", event.position.value);
    }
    return {};
}

complaint check_answer(
    evidence const& in,
    rules const& domain,
    command_attempt const& one,
    asked_for const& all,
    outcome const& answer
) {
    auto const& log = in.log();
    if (auto wrong = check_epoch(answer.at.epoch.value)) return wrong;
    if (answer.at.position.value > log.end())
        return fmt::format(
            "answered at {}, and the log ends at {}", to_string(answer.at), log.end()
        );
    auto const least = in.shown_before(all.begun());
    if (answer.at.position.value < least)
        return fmt::format("decided at {} after {} had been seen", to_string(answer.at), least);
    if (auto wrong = check_events(log, one, answer)) return wrong;
    if (all.stands.size() != answer.events.size())
        return fmt::format(
            "answered with {} events, and {} stand", answer.events.size(), all.stands.size()
        );
    if (domain.judge)
        if (auto wrong = domain.judge(log, one, answer)) return wrong;
    for (auto const* const other : all.attempts) {
        auto const& before = std::get<command_attempt>(other->what).answer;
        if (!before || !*before) continue;
        auto const& first = **before;
        if (first.is != answer.is || first.reason != answer.reason || first.at != answer.at ||
            first.events != answer.events)
            return "the same command was answered otherwise before:\n  " + describe(*other);
    }
    return {};
}

}  // namespace

complaint check(
    evidence const& in, rules const& domain, attempt const& of, command_attempt const& one
) {
    if (!one.answer) return {};
    auto const& all = in.commands().at(one.mark());
    if (*one.answer) return check_answer(in, domain, one, all, **one.answer);
    auto const& why = one.answer->error();
    for (auto const* const other : all.attempts)
        if (is_accepted(*other) && other->answered < of.begun && of.is_sound &&
            why.kind != errc::unavailable)
            return "it was accepted before:\n  " + describe(*other);
    auto const is_no_request = why.kind == errc::not_found ||
                               (why.kind == errc::invalid && why.code != "command_id_reused");
    if (domain.may_be_malformed && is_no_request) return {};
    return check_failure(in, of, why);
}

complaint check_commands(evidence const& in, rules const& domain) {
    if (!in.strange().empty())
        return fmt::format("position {} was asked for by nobody", in.strange().front()->position);
    for (auto const& [id, one] : in.commands()) {
        if (one.stands.empty()) continue;
        auto const first = one.stands.front()->position;
        if (one.stands.back()->position != first + one.stands.size() - 1)
            return fmt::format(
                "command {} stands at {} and at {}", id, first, one.stands.back()->position
            );
        if (one.attempts.empty()) continue;  // a process's, or the queue's
        if (std::ranges::none_of(one.attempts, [](auto const* each) { return may_stand(*each); }))
            return fmt::format("command {} was not accepted, and it stands at {}", id, first);
        if (!domain.made_by) continue;
        auto const& asked = std::get<command_attempt>(one.attempts.front()->what);
        if (auto const wrong = domain.made_by(asked, one.stands))
            return fmt::format("command {}: {}", id, *wrong);
    }
    return {};
}

}  // namespace diptych::sim
