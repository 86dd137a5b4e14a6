// clang-format off
// expect: or does not answer a diptych::reaction
// expect: bank::sweeping, bank::account_closed
// clang-format on
#include "bank.hpp"

namespace bank {
struct sweeping {
    using of = account_id;
    void evolve(account_closed const&) {}
    void react(account_closed const&) const {}
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<
    diptych::commands<bank::transfer>,
    diptych::events<bank::account_closed>,
    diptych::processes<bank::sweeping>>>();
