// clang-format off
// expect: diptych: decide must be const: deciding changes nothing
// expect: bank::look
// clang-format on
#include "bank.hpp"

namespace bank {
struct look {
    account_id account;
    diptych::decision<account_closed> decide() { return account_closed{account}; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::look>>>();
