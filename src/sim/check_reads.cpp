// What is promised to those who read the log, or a view.
#include "sim/checks.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace diptych::sim {

namespace {

std::vector<logged const*> should(
    log_model const& log, read_options const& what, std::uint64_t seen
) {
    return log.read(what, seen);
}

std::vector<logged const*> should(
    log_model const& log, std::pair<std::string, stream_options> const& what, std::uint64_t seen
) {
    return log.read_stream(what.first, what.second, seen);
}

bool is_same(logged const* wanted, logged const& got) {
    return wanted->position == got.position && wanted->id == got.id &&
           wanted->version == got.version && wanted->stream == got.stream &&
           wanted->type == got.type && wanted->data == got.data && wanted->tags == got.tags &&
           wanted->metadata == got.metadata && wanted->recorded_at == got.recorded_at &&
           wanted->epoch == got.epoch;
}

// Whoever goes on behind a page comes to the end.
complaint check_progress(read_attempt const& one, std::uint64_t least) {
    if (one.at_end && one.seen < least)
        return fmt::format("says that {} is the end after {} had been seen", one.seen, least);
    if (one.at_end || !one.events.empty()) return {};
    auto const* const what = std::get_if<read_options>(&one.what);
    if (what != nullptr && what->direction == direction::forward && one.seen > what->after.value)
        return {};
    return "shows nothing, and not that it is the end";
}

}  // namespace

complaint check(evidence const& in, rules const&, attempt const& of, read_attempt const& one) {
    if (one.failure) return check_failure(in, of, *one.failure);
    if (auto wrong = check_epoch(one.epoch)) return wrong;
    auto const& log = in.log();
    if (one.seen > log.end())
        return fmt::format("has seen {}, and the log ends at {}", one.seen, log.end());
    auto const expected =
        std::visit([&](auto const& what) { return should(log, what, one.seen); }, one.what);
    auto const [wanted, got] = std::ranges::mismatch(expected, one.events, is_same);
    if (wanted != expected.end() || got != one.events.end())
        return fmt::format(
            "shows {} where {} belongs",
            got == one.events.end() ? "nothing" : fmt::format("position {}", got->position),
            wanted == expected.end() ? "nothing" : fmt::format("position {}", (*wanted)->position)
        );
    // One that follows goes on from where it was.
    if (auto const* const what = std::get_if<read_options>(&one.what);
        one.may_lag && what != nullptr && one.seen < what->after.value)
        return fmt::format("goes back from {} to {}", what->after.value, one.seen);
    return check_progress(one, one.may_lag ? 0 : in.shown_before(of.begun));
}

complaint check(
    evidence const& in, rules const& domain, attempt const& of, query_attempt const& one
) {
    if (one.failure) return check_failure(in, of, *one.failure);
    if (auto wrong = check_epoch(one.epoch)) return wrong;
    // What is taken into the commit shows a command before its answer.
    auto const least = in.acknowledged_before(of.begun);
    if (one.is_inline && of.is_sound && !one.has_reached)
        return fmt::format("is inline and has not reached {}", one.at_least);
    if (!one.has_reached) return {};
    if (one.is_inline && of.is_sound && one.at < least)
        return fmt::format("is inline and shows {} after {} was answered", one.at, least);
    if (one.at < one.at_least)
        return fmt::format("was asked for {} and shows {}", one.at_least, one.at);
    if (auto const before = in.shown_by_view(one.view, of.life, of.begun); one.at < before)
        return fmt::format("shows {} after it had shown {}", one.at, before);
    if (one.at > in.log().end())
        return fmt::format("shows {}, and the log ends at {}", one.at, in.log().end());
    if (!domain.rows) return {};
    auto const wanted = domain.rows(one.view, in.log(), one.at);
    if (wanted == one.rows) return {};
    return fmt::format("shows {}\n  instead of {}", one.rows, wanted);
}

}  // namespace diptych::sim
