/// @file
/// The text of a view file, and errors that say where in it.
#pragma once

#include <diptych/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace diptych::read {

/// A file's name and text. Thread-compatible.
struct source {
    std::string file;
    std::string text;
};

/// Line and column, both from 1; columns count bytes.
struct place {
    std::size_t line = 1;
    std::size_t column = 1;
};

place place_of(source const& in, std::size_t offset);

/// A failure `invalid` with code "view_file": "orders.sql:3:14: message", the place in the facts.
std::unexpected<error> fail_at(source const& in, std::size_t offset, std::string message);

}  // namespace diptych::read
