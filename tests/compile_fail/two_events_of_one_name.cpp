// clang-format off
// expect: diptych: two events of the context have one name; the older one needs an upcast()
// clang-format on
#include "bank.hpp"

namespace bank {
struct money_sent {
    static constexpr auto type = "money_moved";
    account_id account;
};
}  // namespace bank

auto const& model = diptych::context_model<
    diptych::context<diptych::commands<bank::transfer>, diptych::events<bank::money_sent>>>();
