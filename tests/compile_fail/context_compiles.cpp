// The control: the domain that the other files break.
#include "bank.hpp"

auto const& model = diptych::context_model<diptych::context<diptych::commands<bank::transfer>>>();
