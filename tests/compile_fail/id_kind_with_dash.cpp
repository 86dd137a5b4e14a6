// clang-format off
// expect: diptych: the kind of an id has no '-'
// clang-format on
#include <diptych/id.hpp>

diptych::id<"bank-account"> account;
