// clang-format off
// expect: diptych: this state evolves an event that its context does not list
// expect: bank::balance, bank::account_closed
// clang-format on
#include "bank.hpp"

namespace bank {
struct balance {
    using of = account_id;
    void evolve(money_moved const&) {}
    void evolve(account_closed const&) {}
};
struct look {
    account_id account;
    diptych::decision<money_moved> decide(balance const&) const { return diptych::no_events; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::look>>>();
