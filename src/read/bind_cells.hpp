/// @file
/// Binds cells to a statement.
#pragma once

#include "sqlite/database.hpp"

#include <diptych/view_model.hpp>

#include <span>

namespace diptych::read {

/// Binds them to ?1, ?2, ... in order. The cells must live until the statement has run.
inline void bind_cells(sqlite::statement& to, std::span<model::cell const> values) {
    int at = 0;
    for (auto const& value : values) {
        ++at;
        if (auto const* const integer = std::get_if<std::int64_t>(&value))
            to.bind(at, *integer);
        else if (auto const* const real = std::get_if<double>(&value))
            to.bind(at, *real);
        else if (auto const* const text = std::get_if<std::string>(&value))
            to.bind(at, *text);
        else
            to.bind_null(at);
    }
}

}  // namespace diptych::read
