/// @file
/// What is wrong with the id of an order or with its list of wanted seats, whoever wants them.
#pragma once

#include "registration/ids.hpp"

#include <diptych/decision.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace conference::registration {

inline diptych::refusal unknown_seat_type(seat_type_id const& seat_type) {
    return diptych::refuse(
        refusal::unknown_seat_type, "There are no seats of type " + seat_type.value
    );
}

/// Its reservation and its seats have names that are made of it.
inline std::optional<diptych::refusal> fault_of_id(order_id const& order) {
    if (order.value.size() <= order_id_max) return {};
    return diptych::refuse(
        refusal::id_too_long,
        "The id of an order has at most " + std::to_string(order_id_max) + " bytes"
    );
}

/// Negative, the same type twice, or more than anybody may have. None at all is no fault here.
inline std::optional<diptych::refusal> fault_of(std::vector<seat_quantity> const& seats) {
    std::set<seat_type_id> types;
    std::int64_t all = 0;
    for (auto const& one : seats) {
        if (one.quantity < 0)
            return diptych::refuse(
                refusal::quantity_negative, "Nobody can have fewer seats than none"
            );
        if (!types.insert(one.seat_type).second)
            return diptych::refuse(
                refusal::seat_type_twice, one.seat_type.value + " is there twice"
            );
        all += one.quantity;
    }
    if (all > order_seats_max || types.size() > seat_types_max)
        return diptych::refuse(
            refusal::too_many_seats, "1000 seats of 50 types are enough for one order"
        );
    return {};
}

/// The same, and that at least one is wanted.
inline std::optional<diptych::refusal> fault_of_order(std::vector<seat_quantity> const& seats) {
    if (auto fault = fault_of(seats)) return fault;
    for (auto const& one : seats)
        if (one.quantity > 0) return {};
    return diptych::refuse(refusal::no_seats_wanted, "At least one seat is to be chosen");
}

}  // namespace conference::registration
