#include "write/asked_states.hpp"

#include "write/fold.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <utility>

namespace diptych::write {

model::erased_const asked_states::find(
    std::size_t parameter, std::size_t i, model::state_key const& key
) const {
    if (parameter >= keys.size() || i >= keys[parameter].size()) return nullptr;
    return keys[parameter][i] == key ? values[parameter][i] : nullptr;
}

result<std::optional<asked_states>> ask(
    model::command const& command, void const* value, value_source const& source
) {
    asked_states asked;
    for (std::size_t p = 0; p < command.parameters.size(); ++p) {
        auto const& parameter = command.parameters[p];
        std::vector<model::state_key> keys;
        if (parameter.of != nullptr) {
            DIPTYCH_TRY(keys, guarded("the ids of " + parameter.text, [&] {
                            return parameter.keys(value, asked.values);
                        }));
        }
        std::vector<model::erased_const> values;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i].fresh) {
                DIPTYCH_TRY(auto made, make_state(*keys[i].of));
                values.push_back(std::move(made));
                continue;
            }
            DIPTYCH_TRY(auto found, source(keys[i], p, i));
            if (!found) return std::optional<asked_states>{};
            values.push_back(*std::move(found));
        }
        asked.keys.push_back(std::move(keys));
        asked.values.push_back(std::move(values));
    }
    return std::optional(std::move(asked));
}

namespace {

using loaded_states = std::vector<std::pair<model::state_key, folded_state>>;

// Catches up whatever is behind the newest. Whether anything was.
result<bool> catch_up_all(state_loader& loader, loaded_states& loaded, position to) {
    auto moved = false;
    for (auto& [key, state] : loaded) {
        if (state.at == to) continue;
        DIPTYCH_TRY(auto newer, loader.catch_up(key, state, to));
        moved = moved || newer.value != state.value;
        state = std::move(newer);
    }
    return moved;
}

constexpr int attempts_max = 16;

}  // namespace

result<asked_states> load_states(
    state_loader& loader, model::command const& command, void const* value, position reached
) {
    // What has been loaded stays, so that each attempt adds only states whose ids have changed.
    loaded_states loaded;
    auto const load = [&](model::state_key const& key, std::size_t, std::size_t
                      ) -> result<std::optional<model::erased_const>> {
        auto const same = [&](auto const& one) { return one.first == key; };
        auto found = std::ranges::find_if(loaded, same);
        if (found == loaded.end()) {
            DIPTYCH_TRY(auto state, loader.load(key, reached));
            reached = std::max(reached, state.at);
            loaded.emplace_back(key, std::move(state));
            found = std::prev(loaded.end());
        }
        return std::optional(found->second.value);
    };
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        DIPTYCH_TRY(auto asked, ask(command, value, load));
        DIPTYCH_TRY(auto const moved, catch_up_all(loader, loaded, reached));
        if (moved) continue;  // ids and values may be others now
        asked->at = reached;
        return *std::move(asked);
    }
    return fail(
        errc::unavailable,
        "contention",
        "the states of " + command.name + " kept changing while they were read"
    );
}

std::optional<query> what_they_look_at(asked_states const& states) {
    query all;
    for (auto const& keys : states.keys)
        for (auto const& key : keys) {
            if (key.fresh) continue;
            for (auto& item : model::query_of(key).items)
                if (std::ranges::find(all.items, item) == all.items.end())
                    all.items.push_back(std::move(item));
        }
    if (all.items.empty()) return std::nullopt;
    return all;
}

}  // namespace diptych::write
