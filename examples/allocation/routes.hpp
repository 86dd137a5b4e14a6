/// @file
/// The routes that users of the allocation service know, beside the engine's own.
///
/// `POST /add_batch`, `POST /allocate` and `GET /allocations/<orderid>`.
#pragma once

#include <diptych/application.hpp>

namespace shop {

/// Adds the routes. Keeps a reference: `app` must outlive its serving, as it does.
void add_routes(diptych::application& app);

}  // namespace shop
