// clang-format off
// expect: diptych: `location` names a field in braces that the command does not have
// clang-format on
#include "bank.hpp"

namespace bank {
struct close {
    account_id account;
    static constexpr auto location = "/accounts/{acount}";
    diptych::decision<account_closed> decide() const { return account_closed{account}; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::close>>>();
