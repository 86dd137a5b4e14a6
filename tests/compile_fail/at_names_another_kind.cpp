// clang-format off
// expect: diptych: the field that at<> names is not of the kind that the state is `of`
// clang-format on
#include "bank.hpp"

namespace bank {
struct audit {
    branch_id branch;
    diptych::decision<money_moved> decide(diptych::at<&audit::branch, account>) const {
        return diptych::no_events;
    }
};
}  // namespace bank

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::audit>>>();
