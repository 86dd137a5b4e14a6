#include "write/state_record.hpp"

#include "write/fold.hpp"
#include "write/state_names.hpp"
#include "write/unrecorded.hpp"
#include "write/user_code.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::write {

namespace {

// Everything before the state itself. A record that begins otherwise has another layout, or was
// folded otherwise: by another revision, or before the state had any.
std::string beginning(model::state const& of) {
    json::writer out;
    out.begin_object().member("state", of.name).member("fingerprint", of.fingerprint);
    if (of.revision) out.member("revision", *of.revision);
    out.key("value");
    return std::move(out).text();
}

}  // namespace

result<std::optional<event_data>> state_record(
    model::state const& of,
    std::span<std::string const> names,
    void const* before,
    std::span<event_data const> events
) {
    auto const concerns = [&](event_data const& event) { return folds(of, names, event); };
    if (std::ranges::none_of(events, concerns)) return std::optional<event_data>{};
    DIPTYCH_TRY(auto after, copy_state(of, before));
    DIPTYCH_TRY(fold_unrecorded(of, names, after, events));
    DIPTYCH_TRY(auto const saved, guarded("saving " + of.name, [&]() -> result<std::string> {
                    return of.save(after.get());
                }));
    return event_data{
        .stream = state_stream(of, names),
        .type = std::string(state_record_type),
        .data = beginning(of) + saved + "}"
    };
}

result<std::optional<folded_state>> newest_state_record(
    event_log const& log, model::state const& of, std::span<std::string const> names, position up_to
) {
    DIPTYCH_TRY(
        auto const newest,
        log.read_stream(
            state_stream(of, names),
            {.from = version{0},
             .up_to = up_to,
             .limit = 1,
             .direction = direction::backward,
             .engine_events = true}
        )
    );
    if (newest.empty()) return std::optional<folded_state>{};
    auto const prefix = beginning(of);
    auto const data = newest[0].data;
    if (!data.starts_with(prefix) || data.size() <= prefix.size())
        return std::optional<folded_state>{};
    auto const saved = data.substr(prefix.size(), data.size() - prefix.size() - 1);
    auto loaded = guarded("loading " + of.name, [&] { return of.load(saved); });
    if (!loaded) return std::optional<folded_state>{};  // its events are all there: fold them
    return folded_state{.value = *std::move(loaded), .at = newest[0].position};
}

}  // namespace diptych::write
