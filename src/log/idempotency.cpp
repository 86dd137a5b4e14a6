#include "log/idempotency.hpp"

#include "base/planted_bug.hpp"
#include "log/prepared.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace diptych::log {

namespace {

using first_answer = std::optional<result<appended>>;

appended answer_of(std::span<recorded_event const> events, line_of_history const& line) {
    appended again{
        .at = line.at(events.back().position),
        .first = events.front().position,
        .count = static_cast<std::uint32_t>(events.size()),
        .repeated = true,
    };
    for (auto const& event : events)
        again.versions.insert_or_assign(std::string(event.stream), event.version);
    return again;
}

result<first_answer> answer_again(
    answer const& known, command_key const& key, past const& in, line_of_history const& line
) {
    if (known.key.digest != key.digest && !is_planted(bug::digest_not_compared))
        return first_answer(fail(
            errc::invalid,
            "command_id_reused",
            fmt::format("command id \"{}\" was used before, for another command", key.id)
        ));
    appended again{.at = line.at(known.judged_at), .repeated = true};
    if (known.count > 0) {
        DIPTYCH_TRY(auto const events, in.fetch(known.first, known.count));
        again = answer_of(events.events(), line);
    }
    again.answer = known.body;
    return first_answer(std::move(again));
}

first_answer reused(event_data const& event, position at) {
    auto failure = fail(
        errc::invalid,
        "event_id_reused",
        fmt::format(
            "event id {} was used before in {}, at position {}, for something else",
            to_string(event.id),
            event.stream,
            at.value
        )
    );
    failure.error().facts.emplace_back("position", fmt::to_string(at.value));
    return first_answer(std::move(failure));
}

result<first_answer> known_events(
    std::span<event_data const> events, past const& in, line_of_history const& line
) {
    std::vector<std::optional<position>> places;
    event_data const* known = nullptr;
    position known_at{};
    for (auto const& event : events) {
        auto& place = places.emplace_back();
        if (event.id.is_nil()) continue;
        DIPTYCH_TRY(place, in.find(event.stream, event.id));
        if (!place || known != nullptr) continue;
        known = &event;
        known_at = *place;
    }
    if (known == nullptr) return std::nullopt;
    // Only the events of one append, all of them and in its order, have one first answer.
    auto const first = places.front().value_or(position{});
    for (std::size_t i = 0; i < places.size(); ++i)
        if (!places[i] || *places[i] != first + i) return reused(*known, known_at);
    DIPTYCH_TRY(auto const stored, in.fetch(first, events.size()));
    for (std::size_t i = 0; i < events.size(); ++i) {
        auto const& before = stored[i];
        if (before.type != events[i].type || !std::ranges::equal(before.tags, events[i].tags) ||
            (!before.erased && before.data != events[i].data))
            return reused(events[i], before.position);
    }
    return first_answer(answer_of(stored.events(), line));
}

}  // namespace

result<std::optional<result<appended>>> find_first_answer(
    prepared const& what, past const& in, line_of_history const& line
) {
    auto const& request = what.request;
    if (auto const& key = request.command) {
        DIPTYCH_TRY(auto const known, in.find_answer(key->caller, key->id));
        if (known) return answer_again(*known, *key, in, line);
    }
    if (what.has_given_ids && !is_planted(bug::event_id_not_looked_for))
        return known_events(request.events, in, line);
    return std::nullopt;
}

}  // namespace diptych::log
