// clang-format off
// expect: diptych: the command has two fields of this state's kind of id: say which with diptych::at<&command::field, state>
// expect: bank::join, bank::account
// clang-format on
#include "bank.hpp"

namespace bank {
struct join {
    account_id one;
    account_id other;
    diptych::decision<money_moved> decide(account const&) const { return diptych::no_events; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::join>>>();
