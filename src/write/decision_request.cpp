#include "write/decision_request.hpp"

#include "write/state_record.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

result<std::vector<event_data>> state_records(
    asked_states const& states, std::span<event_data const> events
) {
    std::vector<event_data> records;
    for (std::size_t p = 0; p < states.keys.size(); ++p)
        for (std::size_t i = 0; i < states.keys[p].size(); ++i) {
            auto const& key = states.keys[p][i];
            if (key.fresh || !key.of->state_stored) continue;
            DIPTYCH_TRY(
                auto record, state_record(*key.of, key.names, states.values[p][i].get(), events)
            );
            if (record) records.push_back(*std::move(record));
        }
    return records;
}

}  // namespace

std::string recorded_answer(model::decided const& said) {
    outcome answer;
    if (said.refused) {
        answer.is = outcome::kind::refused;
        answer.reason = said.reason;
        answer.detail = said.detail;
    }
    return to_json(answer);
}

result<append_request> request_of(
    attempt& of,
    model::decided said,
    asked_states const& states,
    std::optional<unless_recorded> condition
) {
    if (said.refused) said.events.clear();
    append_request request{.unless = std::move(condition), .command = of.key};
    if (of.key) request.answer = recorded_answer(said);
    of.last = {
        .is = said.refused ? outcome::kind::refused : outcome::kind::accepted,
        .reason = std::move(said.reason),
        .detail = std::move(said.detail),
        .events = {}
    };
    DIPTYCH_TRY(auto records, state_records(states, said.events));
    request.events = std::move(said.events);
    for (auto& event : request.events) {
        event.metadata = of.metadata;
        of.last.events.push_back(
            {.type = event.type, .stream = event.stream, .version = {}, .position = {}}
        );
    }
    for (auto& record : records) {
        record.metadata = of.metadata;
        request.events.push_back(std::move(record));
    }
    return request;
}

}  // namespace diptych::write
