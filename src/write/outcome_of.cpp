#include "write/outcome_of.hpp"

#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <map>
#include <ranges>
#include <utility>

namespace diptych::write {

namespace {

// Of a single command: several have no one place.
std::string location_of(attempt const& of) {
    if (of.parts.size() != 1 || of.parts.front().command->location == nullptr) return {};
    auto const& only = of.parts.front();
    auto const where = "the location of " + full_name(*only.command);
    auto text = guarded(where, [&]() -> result<std::string> {
        return only.command->location(only.value.get());
    });
    return text ? *std::move(text) : std::string();
}

// The events of the last decision; the engine's own records stand behind them in the append.
std::vector<event_summary> numbered(attempt const& of, appended const& said) {
    auto events = of.last.events;
    auto next = said.versions;
    for (auto& event : events | std::views::reverse) {
        auto const version = next.find(event.stream);
        if (version == next.end()) continue;
        event.version = version->second;
        version->second = version->second - 1;
    }
    auto at = said.first;
    for (auto& event : events) {
        event.position = at;
        ++at;
    }
    return events;
}

result<std::vector<event_summary>> recorded(event_log const& log, appended const& said) {
    std::vector<event_summary> events;
    if (said.count == 0) return events;
    DIPTYCH_TRY(
        auto const page,
        log.read(
            {.what = {.engine_events = true},
             .after = said.first - 1,
             .up_to = said.first + (said.count - 1),
             .limit = said.count}
        )
    );
    for (auto const& event : page)
        if (!is_engine_type(event.type))
            events.push_back(
                {.type = std::string(event.type),
                 .stream = std::string(event.stream),
                 .version = event.version,
                 .position = event.position}
            );
    return events;
}

result<outcome> first_outcome(event_log const& log, attempt const& of, appended const& said) {
    DIPTYCH_TRY(auto answer, parse_outcome(said.answer));
    answer.at = said.at;
    answer.repeated = true;
    DIPTYCH_TRY(answer.events, recorded(log, said));
    if (answer.accepted()) answer.location = location_of(of);
    return answer;
}

}  // namespace

result<outcome> outcome_of(event_log const& log, attempt const& of, appended said) {
    if (said.repeated) return first_outcome(log, of, said);
    outcome answer = of.last;
    answer.at = said.at;
    answer.events = numbered(of, said);
    answer.view_behind = said.view_behind;
    if (answer.accepted()) answer.location = location_of(of);
    return answer;
}

result<outcome> refused_outright(event_log const& log, outcome said) {
    said.at = log.end();
    return said;
}

}  // namespace diptych::write
