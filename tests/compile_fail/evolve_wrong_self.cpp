// clang-format off
// expect: or its second parameter is not the id that the state is
// expect: bank::balance, bank::account_closed
// clang-format on
#include "bank.hpp"

namespace bank {
struct balance {
    using of = account_id;
    void evolve(money_moved const&) {}
    void evolve(account_closed const&, branch_id const&) {}
};
struct look {
    account_id account;
    diptych::decision<money_moved, account_closed> decide(balance const&) const {
        return diptych::no_events;
    }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::look>>>();
