// clang-format off
// expect: diptych: this evolve can not be called: it is private, or takes its event not by const&
// expect: bank::balance, bank::account_closed
// clang-format on
#include "bank.hpp"

namespace bank {
struct balance {
    using of = account_id;
    void evolve(money_moved const&) {}
    void evolve(account_closed&) {}
};
struct look {
    account_id account;
    diptych::decision<money_moved, account_closed> decide(balance const&) const {
        return diptych::no_events;
    }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::look>>>();
