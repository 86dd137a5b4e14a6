/// @file
/// The write leaf calls user code as the model does.
#pragma once

#include <diptych/user_code.hpp>

namespace diptych::write {

using detail::guarded;
using detail::thrown;

}  // namespace diptych::write
