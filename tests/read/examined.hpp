/// @file
/// What is said of a view file, for tests.
#pragma once

#include "read/parse.hpp"
#include "read/view_plan.hpp"

#include <string>

namespace diptych::read {

inline examined_view examined(std::string const& text, known_types const& known = {}) {
    auto const no_older = std::make_shared<older_shapes const>(std::span<model::event const>{});
    return examine_view({.file = "v.sql", .text = text}, known, no_older).or_throw();
}

/// All errors, each in a line of its own.
/// A view file's definition; throws where it has an error.
inline view_definition parsed(std::string text) {
    return parse_view({.file = "v.sql", .text = std::move(text)}).or_throw();
}

inline std::string errors_of(std::string const& text, known_types const& known = {}) {
    std::string all;
    for (auto const& one : examined(text, known).errors) all += one.message + '\n';
    return all;
}

inline std::string warnings_of(std::string const& text) {
    std::string all;
    for (auto const& one : examined(text).warnings) all += one + '\n';
    return all;
}

}  // namespace diptych::read
