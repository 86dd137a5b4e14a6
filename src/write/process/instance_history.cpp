#include "write/process/instance_history.hpp"

#include "write/process/process_records.hpp"

#include <diptych/try.hpp>

namespace diptych::write {

bool instance_history::is_stale(recorded_event const& answer) const {
    auto const about = parse_answer(answer);
    if (!about || about->slot.empty()) return false;
    auto is_latest = true;
    for (auto const& one : sent)
        if (one.slot == about->slot && one.input < answer.position) is_latest = one.id == about->id;
    return !is_latest;
}

result<instance_history> history_of(
    log::sequenced_log const& log,
    std::string_view process,
    std::string_view instance,
    position before
) {
    constexpr std::size_t history_page = 1'000;
    query const records{
        .items =
            {{.types = {std::string(reaction_type), std::string(dropped_type)},
              .tags = {record_stream(process, instance)}}}
    };
    instance_history found;
    for (position after{};;) {
        DIPTYCH_TRY(
            auto const page, log.read({.what = records, .after = after, .limit = history_page})
        );
        for (auto const& event : page) {
            if (event.type == dropped_type) {
                DIPTYCH_TRY(auto const input, parse_dropped(event));
                found.dropped.insert(input);
                continue;
            }
            DIPTYCH_TRY(auto reaction, parse_reaction(event));
            if (reaction.input >= before) continue;
            found.reacted.insert(reaction.input);
            for (auto& command : reaction.commands)
                if (!command.slot.empty())
                    found.sent.push_back(
                        {reaction.input, std::move(command.slot), std::move(command.id)}
                    );
        }
        after = page.seen().position;
        if (page.at_end()) return found;
    }
}

}  // namespace diptych::write
