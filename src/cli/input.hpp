/// @file
/// Text from a file or from standard input.
#pragma once

#include <diptych/error.hpp>

#include <iosfwd>
#include <memory>
#include <string>

namespace diptych::cli {

/// All of a file; "-" is standard input. Fails with not_found.
result<std::string> read_input(std::string const& file);

/// A file to read line by line; "-" is standard input. Fails with not_found.
result<std::unique_ptr<std::istream, void (*)(std::istream*)>> open_input(std::string const& file);

}  // namespace diptych::cli
