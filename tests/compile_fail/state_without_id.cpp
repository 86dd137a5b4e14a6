// clang-format off
// expect: diptych: there is no id for this state: neither the command nor a state before it has a field of its kind
// expect: bank::audit, bank::account
// clang-format on
#include "bank.hpp"

namespace bank {
struct audit {
    branch_id branch;
    diptych::decision<money_moved> decide(account const&) const { return diptych::no_events; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::audit>>>();
