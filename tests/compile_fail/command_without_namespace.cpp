// clang-format off
// expect: diptych: this context has no name: put its commands into a namespace, or derive a struct from it
// clang-format on
#include "bank.hpp"

struct shut {
    bank::account_id account;
    diptych::decision<bank::account_closed> decide() const { return bank::account_closed{account}; }
};

auto const& model = diptych::context_model<diptych::context<diptych::commands<shut>>>();
