/// @file
/// The text of a view, kept in its file: a version can be followed and served when the view's own
/// file has become another one, and a copy of a view says by itself what it is.
#pragma once

#include "read/source.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>

#include <optional>

namespace diptych::read {

/// Writes the text beside the view's tables, unless it is there. Fails as statement::step does.
result<void> keep_text(sqlite::database const& in, source const& text);

/// The text in a view's file; nullopt if it has none, as one of a view written in C++. Touches
/// nothing. Fails with not_found if there is no file, else with what reading it failed with.
result<std::optional<source>> text_in(sqlite::location const& file);

}  // namespace diptych::read
