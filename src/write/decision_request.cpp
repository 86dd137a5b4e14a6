#include "write/decision_request.hpp"

#include "write/state_record.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

// One for each state, as it is after all events. Behind them stands the last command's metadata.
result<std::vector<event_data>> state_records(attempt const& of, unit const& decided) {
    std::vector<event_data> records;
    for (auto const& state : decided.states) {
        if (!state.key.of->state_stored) continue;
        DIPTYCH_TRY(
            auto record,
            state_record(*state.key.of, state.key.names, state.recorded.get(), decided.events)
        );
        if (!record) continue;
        record->metadata = of.parts.back().metadata;
        records.push_back(*std::move(record));
    }
    return records;
}

}  // namespace

std::string recorded_answer(outcome const& answer) {
    return to_json(
        {.is = answer.is,
         .reason = answer.reason,
         .detail = answer.detail,
         .refused_by = answer.refused_by}
    );
}

result<append_request> request_of(
    attempt& of, unit& decided, std::optional<unless_recorded> condition
) {
    append_request request{.unless = std::move(condition), .command = of.key};
    if (of.key) request.answer = recorded_answer(decided.answer);
    of.last = std::move(decided.answer);
    for (std::size_t i = 0; i < of.parts.size(); ++i)
        of.parts[i].made = i < decided.made.size() ? decided.made[i] : 0;
    DIPTYCH_TRY(auto records, state_records(of, decided));
    request.events = std::move(decided.events);
    for (auto const& event : request.events)
        of.last.events.push_back(
            {.type = event.type, .stream = event.stream, .version = {}, .position = {}}
        );
    for (auto& record : records) request.events.push_back(std::move(record));
    return request;
}

}  // namespace diptych::write
