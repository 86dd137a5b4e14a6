// clang-format off
// expect: diptych: a struct may have 16 fields; nest what belongs together
// clang-format on
#include "bank.hpp"

namespace bank {
struct account_described {
    account_id account;
    int a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p;
};
struct describe {
    account_id account;
    diptych::decision<account_described> decide() const { return diptych::no_events; }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::describe>>>();
