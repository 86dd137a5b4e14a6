// clang-format off
// expect: diptych: this process takes an event that its context does not list
// expect: bank::sweeping, bank::account_closed
// clang-format on
#include "bank.hpp"

namespace bank {
struct sweeping {
    using of = account_id;
    diptych::reaction react(account_closed const&) const { return {}; }
};
}  // namespace bank

auto const& model = diptych::context_model<
    diptych::context<diptych::commands<bank::transfer>, diptych::processes<bank::sweeping>>>();
