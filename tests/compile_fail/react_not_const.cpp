// clang-format off
// expect: diptych: this react can not be called: it is private or not const
// expect: bank::sweeping, bank::account_closed
// clang-format on
#include "bank.hpp"

namespace bank {
struct sweeping {
    using of = account_id;
    void evolve(account_closed const&) {}
    diptych::reaction react(account_closed const&) { return {}; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<
    diptych::commands<bank::transfer>,
    diptych::events<bank::account_closed>,
    diptych::processes<bank::sweeping>>>();
