/// @file
/// What registration speaks of: ids, numbers of seats, and the reasons why it may say no.
#pragma once

#include "money.hpp"

#include <diptych/id.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace conference::registration {

using conference_id = diptych::id<"conference">;
using seat_type_id = diptych::id<"seat_type">;
using order_id = diptych::id<"order">;
using payment_id = diptych::id<"payment">;
using promotion_id = diptych::id<"promotion">;
using reservation_id = diptych::id<"reservation">;
using supply_id = diptych::id<"supply">;
using assignments_id = diptych::id<"seat_assignments">;

/// So many seats of a type.
struct seat_quantity {
    seat_type_id seat_type;
    int quantity;
    bool operator==(seat_quantity const&) const = default;
};

enum class refusal {
    unknown_order,
    unknown_seat_type,
    unknown_promotion,
    unknown_assignments,
    unknown_position,
    no_seats_wanted,
    quantity_negative,
    quantity_not_positive,
    too_many_seats,
    total_too_large,
    seat_type_twice,
    request_not_positive,
    conference_not_published,
    order_of_other_conference,
    order_is_confirmed,
    order_is_expired,
    order_not_expired,
    seats_not_reserved,
    not_paid,
    name_empty,
    email_malformed,
    promotion_exists,
    promotion_of_other_conference,
    promotion_used_up,
    promotion_over,
    one_promotion_only,
    percent_out_of_range,
    uses_not_positive,
    time_not_positive,
    order_exists,
    waits_for_other_seats,
    id_too_long,
    supply_is_of_management,
    request_of_no_order,
    order_not_confirmed,
    unknown_payment,
    amount_of_other_payment,
    money_is_needed,
    time_too_long
};

inline constexpr int order_seats_max = 1'000;  ///< Of one order, all types together.
inline constexpr std::size_t seat_types_max = 50;
inline constexpr int supply_max = 100'000;        ///< Seats that are added or removed at once.
inline constexpr std::size_t order_id_max = 200;  ///< Bytes: names made of it are longer.

/// A reservation is of an order, and is called as it is.
inline reservation_id reservation_of(order_id const& order) { return {order.value}; }

/// The assignments of an order's seats: always the same, so that there is one set of them.
inline assignments_id assignments_of(order_id const& order) { return {order.value + "-seats"}; }

}  // namespace conference::registration
