/// @file
/// The answer to a store_query, got in two ways that answer the same rows.
#pragma once

#include "store_query.hpp"

#include <diptych/application.hpp>
#include <diptych/error.hpp>

#include <string>

namespace catalogue {

/// A page of the view `products`: one look into one table. A JSON array.
diptych::result<std::string> rows_of_view(diptych::application& app, store_query const& asked);

/// The same from products, values, reviews and orders in normal form, put together for each query:
/// what a shop had before it had the view. A JSON array.
diptych::result<std::string> rows_joined(diptych::application& app, store_query const& asked);

}  // namespace catalogue
