/// @file
/// The routes that clients of the order history know, over its view: `GET /orders` and
/// `GET /orders/<orderId>`.
#pragma once

#include <diptych/application.hpp>

namespace history {

/// Adds the routes. Keeps a reference: `app` must outlive its serving, as it does.
void add_routes(diptych::application& app);

}  // namespace history
