#include "write/unit_loading.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace diptych::write {

namespace {

// What has been loaded stays, so that each attempt adds only states that were not asked for before.
class common_states {
public:
    common_states(state_loader& loader, position reached) : loader_(loader), reached_(reached) {}

    result<std::optional<model::erased_const>> load(model::state_key const& key) {
        auto const same = [&](auto const& one) { return one.first == key; };
        auto found = std::ranges::find_if(loaded_, same);
        if (found == loaded_.end()) {
            DIPTYCH_TRY(auto state, loader_.load(key, reached_));
            reached_ = std::max(reached_, state.at);
            loaded_.emplace_back(key, std::move(state));
            found = std::prev(loaded_.end());
        }
        return std::optional(found->second.value);
    }

    // Catches up whatever is behind the newest. False if that changed anything: ids and values may
    // be others now.
    result<bool> are_common() {
        auto moved = false;
        for (auto& [key, state] : loaded_) {
            if (state.at == reached_) continue;
            DIPTYCH_TRY(auto newer, loader_.catch_up(key, state, reached_));
            moved = moved || newer.value != state.value;
            state = std::move(newer);
        }
        return !moved;
    }

    position reached() const { return reached_; }

private:
    state_loader& loader_;
    position reached_;
    std::vector<std::pair<model::state_key, folded_state>> loaded_;
};

constexpr std::size_t attempts_max = 16;  // for each command

}  // namespace

result<unit> load_unit(state_loader& loader, attempt const& of, position reached, deciding what) {
    common_states states(loader, reached);
    auto const load = [&](model::state_key const& key) { return states.load(key); };
    auto const ready = [&] { return states.are_common(); };
    for (std::size_t i = 0; i < attempts_max * of.parts.size(); ++i) {
        DIPTYCH_TRY(auto made, decide_unit(of, load, what, ready));
        if (!made) continue;
        made->at = states.reached();
        return *std::move(made);
    }
    return fail(
        errc::unavailable,
        "contention",
        "the states of " + describe(of) + " kept changing while they were read"
    );
}

}  // namespace diptych::write
