#include "write/fold.hpp"

#include "write/user_code.hpp"

#include <diptych/try.hpp>

namespace diptych::write {

result<void> fold_event(
    model::state const& of,
    void* into,
    recorded_event const& event,
    std::span<std::string const> names
) {
    try {
        return of.fold(into, event, names);
    } catch (...) {
        return thrown("evolve of " + of.name);
    }
}

result<model::erased> make_state(model::state const& of) {
    return guarded("the constructor of " + of.name, [&]() -> result<model::erased> {
        return of.make();
    });
}

result<model::erased> copy_state(model::state const& of, void const* from) {
    return guarded("copying " + of.name, [&]() -> result<model::erased> { return of.copy(from); });
}

bool is_sole_holder(model::erased const& state) {
    if (state.use_count() != 1) return false;
    // use_count() alone orders nothing. Dropping a copy of our own reads what the last other holder
    // wrote when he dropped his, and so comes after all that he did.
    auto touch = state;
    touch.reset();
    return true;
}

result<void*> writable(model::state const& of, model::erased& value) {
    if (!is_sole_holder(value)) {
        DIPTYCH_TRY(value, copy_state(of, value.get()));
    }
    return value.get();
}

}  // namespace diptych::write
