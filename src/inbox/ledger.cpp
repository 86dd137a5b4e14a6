#include "inbox/ledger.hpp"

#include "inbox/records.hpp"

#include <diptych/try.hpp>

namespace diptych::inbox {

result<void> ledger::catch_up(log::sequenced_log const& log) {
    while (true) {
        DIPTYCH_TRY(
            auto const page,
            log.read_stream(
                source_.records_stream(), {.from = at_ + 1, .limit = 1'000, .engine_events = true}
            )
        );
        for (auto const& event : page) {
            DIPTYCH_TRY(fold(event));
            at_ = event.version;
        }
        if (page.at_end() || page.empty()) return {};
    }
}

result<void> ledger::fold(recorded_event const& event) {
    if (event.type == held_type) {
        DIPTYCH_TRY(auto what, read_held(source_, event));
        auto id = what.id;
        open_.insert_or_assign(
            std::move(id),
            held{
                .what = std::make_shared<message const>(std::move(what)),
                .arrival = event.version.value,
                .since = event.recorded_at,
                .is_durable = true
            }
        );
        return {};
    }
    if (event.type != released_type && event.type != dropped_type && event.type != failed_type)
        return {};
    DIPTYCH_TRY(auto const ids, read_message_ids(event));
    for (auto const& id : ids) {
        auto const at = open_.find(id);
        if (at == open_.end()) continue;
        if (event.type == released_type)
            open_.erase(at);
        else if (event.type == dropped_type)
            at->second.drop();
        else
            at->second.failure = read_why(event);
    }
    return {};
}

}  // namespace diptych::inbox
