/// @file
/// The routes of the store, beside the engine's own.
///
/// `GET /store/products`, and `GET` and `PUT /flags/products`: from where it answers.
#pragma once

#include <diptych/application.hpp>

namespace catalogue {

/// Adds the routes. Keeps a reference: `app` must outlive its serving, as it does.
void add_routes(diptych::application& app);

}  // namespace catalogue
