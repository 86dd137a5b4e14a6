#include "sim/checker.hpp"

#include "sim/checks.hpp"
#include "sim/describe.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace diptych::sim {

namespace {

// Every request is answered once, unless the machine was lost over it.
complaint check_answers(history const& of, attempt const& one) {
    if (one.answers > 1) return fmt::format("was answered {} times", one.answers);
    if (one.answered == 0 && !of.lost_lives.contains(one.life)) return "was never answered";
    return {};
}

}  // namespace

complaint check_failure(evidence const& in, attempt const& of, error const& why) {
    // Nobody asks for what can not be.
    auto const passes = why.kind == errc::unavailable || why.kind == errc::outcome_unknown ||
                        why.kind == errc::failed;
    if (!passes && !(in.seen().may_be_damaged && why.kind == errc::corrupt))
        return fmt::format("{} ({}), which nothing explains", why.message, why.code);
    // Where nothing has failed, only a stop, or others who ask too much, keep one from an answer.
    // The last is of a segment that holds as many answers as it can.
    static constexpr std::array<std::string_view, 4> of_others{
        "closed", "queue_full", "contention", "unavailable"
    };
    if (!of.is_sound || std::ranges::find(of_others, why.code) != of_others.end()) return {};
    return fmt::format("{} ({}), though nothing has failed", why.message, why.code);
}

complaint check_epoch(std::uint32_t of) {
    if (of == 1) return {};
    return fmt::format("names epoch {}, and nothing was restored", of);
}

std::optional<std::string> broken_promise(
    history const& of, log_model const& log, rules const& domain
) {
    if (auto fault = log.fault()) return fault;
    if (of.noticed) return of.noticed;
    evidence const in(of, log);
    for (auto const& kept : of.attempts) {
        auto const& one = *kept;
        auto wrong = check_answers(of, one);
        if (!wrong)
            wrong = std::visit(
                [&](auto const& what) { return check(in, domain, one, what); }, one.what
            );
        if (wrong) return *wrong + "\n  " + describe(one);
    }
    if (auto wrong = check_appends(in)) return wrong;
    if (auto wrong = check_messages(in)) return wrong;
    if (auto wrong = check_commands(in, domain)) return wrong;
    if (auto wrong = check_processes(in)) return wrong;
    return check_queue(in);
}

}  // namespace diptych::sim
