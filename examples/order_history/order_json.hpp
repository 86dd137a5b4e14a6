/// @file
/// Orders under the names that their clients know.
#pragma once

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>

namespace history {

/// One of a list: `orderId`, `status`, `deliveryStatus`, `restaurantId`, `restaurantName`,
/// `creationDate` and `lineItems`. `row` is one of the view's.
void write_order(diptych::json::writer& to, diptych::json::value row);

/// All that is known of it: also consumer, total, address, ticket, deliveries and what became of it
/// when.
void write_whole_order(diptych::json::writer& to, diptych::json::value row);

}  // namespace history
