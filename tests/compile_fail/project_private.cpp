// clang-format off
// expect: diptych: this project can not be called
// expect: bank::balances, bank::account_closed
// clang-format on
#include "bank.hpp"

#include <diptych/view.hpp>

namespace bank {
struct balances {
    struct row {
        account_id account;
        int amount = 0;
    };
    using key = account_id;
    void project(money_moved const&, diptych::rows<balances>&) const {}

private:
    void project(account_closed const&, diptych::rows<balances>&) const {}
};
}  // namespace bank

auto const& model = diptych::view_model<
    bank::balances,
    diptych::context<diptych::commands<bank::transfer>, diptych::events<bank::account_closed>>>();
