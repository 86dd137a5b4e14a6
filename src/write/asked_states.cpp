#include "write/asked_states.hpp"

#include "write/fold.hpp"
#include "write/user_code.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

result<std::optional<asked_states>> ask(
    model::command const& command, void const* value, value_source const& source
) {
    asked_states asked;
    for (auto const& parameter : command.parameters) {
        std::vector<model::state_key> keys;
        if (parameter.of != nullptr) {
            DIPTYCH_TRY(keys, guarded("the ids of " + parameter.text, [&] {
                            return parameter.keys(value, asked);
                        }));
        }
        std::vector<model::erased_const> values;
        for (auto const& key : keys) {
            if (key.fresh) {
                DIPTYCH_TRY(auto made, make_state(*key.of));
                values.push_back(std::move(made));
                continue;
            }
            DIPTYCH_TRY(auto found, source(key));
            if (!found) return std::optional<asked_states>{};
            values.push_back(*std::move(found));
        }
        asked.push_back(std::move(values));
    }
    return std::optional(std::move(asked));
}

}  // namespace diptych::write
