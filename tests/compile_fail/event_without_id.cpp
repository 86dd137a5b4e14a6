// clang-format off
// expect: diptych: this event carries no id, so it has no stream to be recorded in
// expect: bank::day_ended
// clang-format on
#include "bank.hpp"

namespace bank {
struct day_ended {
    int day;
};
}  // namespace bank

auto const& model = diptych::context_model<
    diptych::context<diptych::commands<bank::transfer>, diptych::events<bank::day_ended>>>();
