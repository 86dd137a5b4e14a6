// clang-format off
// expect: diptych: this state folds nothing: it has no evolve(event) for any event of its context
// expect: bank::balance
// clang-format on
#include "bank.hpp"

namespace bank {
struct balance {
    using of = account_id;
    int cents = 0;
};
struct look {
    account_id account;
    diptych::decision<money_moved> decide(balance const&) const { return diptych::no_events; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::look>>>();
