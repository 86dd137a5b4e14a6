/// @file
/// Which build of the program this is.
#pragma once

#include <string>

namespace diptych::app {

/// The identity that the linker gave the running program, in hexadecimal; empty if it gave none. A
/// snapshot of a fold is only used by the build that wrote it.
std::string build_id_of_this_program();

}  // namespace diptych::app
