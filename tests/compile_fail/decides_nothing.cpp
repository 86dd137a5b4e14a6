// clang-format off
// expect: diptych: a command has exactly one public decide(...) const
// expect: bank::look
// clang-format on
#include "bank.hpp"

namespace bank {
struct look {
    account_id account;
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::look>>>();
