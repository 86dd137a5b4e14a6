// clang-format off
// expect: diptych: this event carries ids of several kinds: say which stream it is numbered in with `using home = ...;`
// expect: bank::account_opened
// clang-format on
#include "bank.hpp"

namespace bank {
struct account_opened {
    account_id account;
    branch_id branch;
};
struct open {
    account_id account;
    branch_id branch;
    diptych::decision<account_opened> decide() const { return account_opened{account, branch}; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::open>>>();
