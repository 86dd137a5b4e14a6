// clang-format off
// expect: diptych: which instance of the process does this event belong to?
// expect: bank::money_moved
// clang-format on
#include "bank.hpp"

namespace bank {
struct sweeping {
    using of = account_id;
    diptych::reaction react(money_moved const&) const { return {}; }
};
}  // namespace bank

auto const& model = diptych::context_model<
    diptych::context<diptych::commands<bank::transfer>, diptych::processes<bank::sweeping>>>();
