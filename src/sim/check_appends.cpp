// What is promised to those who append.
#include "sim/checks.hpp"
#include "sim/describe.hpp"
#include "sim/json_member.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace diptych::sim {

namespace {

std::string_view fact(error const& of, std::string_view name) {
    for (auto const& [known, value] : of.facts)
        if (known == name) return value;
    return {};
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

bool allows(expected_version const& what, std::uint64_t actual) {
    if (what == expected_version::no_stream()) return actual == 0;
    if (what == expected_version::exists()) return actual > 0;
    auto const exact = what.exact();
    return !exact || exact->value == actual;
}

complaint check_conditions(
    log_model const& log, append_request const& request, std::uint64_t prefix
) {
    for (auto const& [stream, expected] : request.expect)
        if (auto const actual = log.version_of(stream, prefix); !allows(expected, actual))
            return fmt::format(
                "{} was at version {} and not {} at position {}",
                stream,
                actual,
                to_string(expected),
                prefix
            );
    if (!request.unless) return {};
    auto const* const beaten =
        log.first_match(request.unless->what, request.unless->after.position.value, prefix);
    if (beaten == nullptr) return {};
    return fmt::format("position {} should have beaten it", beaten->position);
}

// Once as a whole, or not at all. And where it stands its condition held.
complaint check_standing(log_model const& log, asked_for const& of, append_request const& request) {
    if (of.stands.empty()) return {};
    auto const& wanted = request.events;
    if (of.stands.size() != wanted.size())
        return fmt::format("{} of {} events are in the log", of.stands.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        auto const& event = *of.stands[i];
        if (event.position != of.stands.front()->position + i) return "its events stand apart";
        if (!is_made_of(event, wanted[i]))
            return fmt::format("position {} is not what was appended", event.position);
    }
    return check_conditions(log, request, of.stands.front()->position - 1);
}

complaint check_accepted(
    evidence const& in, append_attempt const& one, asked_for const& of, appended const& answer
) {
    auto const& log = in.log();
    if (auto wrong = check_epoch(answer.at.epoch.value)) return wrong;
    auto const end = answer.at.position.value;
    auto const least = in.shown_before(of.begun());
    if (end > log.end())
        return fmt::format("acknowledged at {}, and the log ends at {}", end, log.end());
    if (one.request.events.empty()) {
        if (end < least) return fmt::format("judged at {} after {} had been seen", end, least);
        return check_conditions(log, one.request, end);
    }
    if (of.stands.empty()) return "acknowledged and lost";
    auto const first = of.stands.front()->position;
    if (of.stands.back()->position != end || first != answer.first.value)
        return fmt::format(
            "acknowledged at {}, and it stands at {}", end, of.stands.back()->position
        );
    if (first <= least)
        return fmt::format("began after {} had been seen and stands before it", least);
    for (auto const& [stream, version] : answer.versions)
        if (log.version_of(stream, end) != version.value)
            return fmt::format("{} is said to be at version {}", stream, version.value);
    return {};
}

// What a conflict names as its cause was there by then, and is what it is called.
complaint check_winner(log_model const& log, std::string_view named, std::uint64_t most) {
    auto const at = number_in(named, "position").value_or(0);
    if (at == 0 || at > log.end()) return "refused for an event that is not there";
    if (at > most) return fmt::format("refused for position {}, which came later", at);
    auto const& event = log.at(at);
    if (text_in(named, "type") == event.type && text_in(named, "stream") == event.stream) return {};
    return fmt::format("refused for position {}, which is not {}", at, named);
}

complaint check_query_conflict(
    log_model const& log, append_attempt const& one, error const& why, std::uint64_t most
) {
    auto const named = fact(why, "event");
    if (auto wrong = check_winner(log, named, most)) return wrong;
    auto const at = number_in(named, "position");
    if (!one.request.unless) return "refused for a query that it did not have";
    auto const& unless = *one.request.unless;
    auto const* const beaten = log.first_match(unless.what, unless.after.position.value, *at);
    if (beaten != nullptr && beaten->position == *at) return {};
    return fmt::format("refused for position {}, which is not what beat it", *at);
}

// The first event that was not expected is named, if the stream had gone beyond what was.
complaint check_unexpected(
    log_model const& log,
    error const& why,
    std::string const& stream,
    std::optional<version> expected,
    std::uint64_t most
) {
    auto const named = fact(why, "event");
    if (!expected || expected->value >= number_of(fact(why, "actual")))
        return named.empty() ? complaint{} : "refused for an event, and there was none";
    if (auto wrong = check_winner(log, named, most)) return wrong;
    auto const& event = log.at(number_in(named, "position").value_or(0));
    if (event.stream == stream && event.version == expected->value + 1) return {};
    return fmt::format("refused for position {}, which is not what beat it", event.position);
}

// The stream was at that version at some time since the attempt began, when `least` had been seen.
complaint check_version_conflict(
    log_model const& log,
    append_attempt const& one,
    error const& why,
    std::uint64_t least,
    std::uint64_t most
) {
    auto const actual = number_of(fact(why, "actual"));
    auto const named = fact(why, "stream");  // as JSON
    for (auto const& [stream, expected] : one.request.expect)
        if (named == '"' + stream + '"' && !allows(expected, actual) &&
            log.version_of(stream, most) >= actual && log.version_of(stream, least) <= actual)
            return check_unexpected(log, why, stream, expected.exact(), most);
    return fmt::format("refused for version {}, which no stream of its had", actual);
}

complaint check_view_refusal(
    evidence const& in, rules const& domain, attempt const& of, append_attempt const& one
) {
    auto const most = in.there_by(of.answered);
    for (auto prefix = in.shown_before(of.begun); prefix <= most; ++prefix)
        if (domain.refuses && domain.refuses(in.log(), prefix, one.request.events)) return {};
    return "refused by a view that had no reason to";
}

// Somebody used its command id, or the id of one of its events, for something else.
complaint check_reuse(
    evidence const& in, attempt const& of, append_attempt const& one, error const& why
) {
    if (why.code == "command_id_reused" && !one.request.command) return "it had no command id";
    if (why.code == "command_id_reused") {
        for (auto const other : in.shared_ids().at(one.request.command->id))
            if (other != one.operation &&
                std::ranges::any_of(in.appends().at(other).attempts, [&](auto const* before) {
                    return before->begun < of.answered && may_stand(*before);
                }))
                return {};
        return "its id was nobody else's";
    }
    auto const most = in.there_by(of.answered);
    for (auto const& event : one.request.events)
        for (auto const& there : in.log().events())
            if (there.position <= most && there.stream == event.stream &&
                there.id == to_string(event.id))
                return {};
    return "the ids of its events were nobody's";
}

complaint check_failed(
    evidence const& in,
    rules const& domain,
    attempt const& of,
    append_attempt const& one,
    error const& why
) {
    if (why.kind == errc::unavailable || why.kind == errc::outcome_unknown ||
        why.kind == errc::failed || why.kind == errc::corrupt)
        return check_failure(in, of, why);
    for (auto const* const other : in.appends().at(one.operation).attempts)
        if (is_accepted(*other) && other->answered < of.begun)
            return "it was accepted before:\n  " + describe(*other);
    if (why.code == "query")
        return check_query_conflict(in.log(), one, why, in.there_by(of.answered));
    if (why.code == "stream_version")
        return check_version_conflict(
            in.log(), one, why, in.shown_before(of.begun), in.there_by(of.answered)
        );
    if (why.code == "command_id_reused" || why.code == "event_id_reused")
        return check_reuse(in, of, one, why);
    if (why.kind == errc::refused) return check_view_refusal(in, domain, of, one);
    return check_failure(in, of, why);
}

}  // namespace

complaint check(
    evidence const& in, rules const& domain, attempt const& of, append_attempt const& one
) {
    auto const& all = in.appends().at(one.operation);
    if (auto wrong = check_standing(in.log(), all, one.request)) return wrong;
    if (!one.answer) return {};
    if (!*one.answer) return check_failed(in, domain, of, one, one.answer->error());
    auto const& answer = **one.answer;
    if (auto wrong = check_accepted(in, one, all, answer)) return wrong;
    for (auto const* const other : all.attempts)
        if (is_accepted(*other))
            if (auto const& first = **std::get<append_attempt>(other->what).answer;
                first.at != answer.at || first.first != answer.first)
                return "it was answered otherwise before:\n  " + describe(*other);
    return {};
}

complaint check_appends(evidence const& in) {
    for (auto const& [operation, one] : in.appends()) {
        if (one.stands.empty()) continue;
        auto const first = one.stands.front()->position;
        if (one.attempts.empty()) return fmt::format("position {} was appended by nobody", first);
        if (std::ranges::none_of(one.attempts, [](auto const* each) { return may_stand(*each); }))
            return fmt::format("operation {} was refused, and it stands at {}", operation, first);
    }
    for (auto const& [id, operations] : in.shared_ids()) {
        std::uint64_t stands = 0;
        for (auto const operation : operations) {
            if (in.appends().at(operation).stands.empty()) continue;
            if (stands > 0)
                return fmt::format("operations {} and {} stand as {}", stands, operation, id);
            stands = operation;
        }
    }
    return {};
}

}  // namespace diptych::sim
