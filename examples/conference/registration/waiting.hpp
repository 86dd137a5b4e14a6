/// @file
/// Who waits for seats: what is told of it, under the id of the order to come.
#pragma once

#include "registration/ids.hpp"

#include <diptych/context.hpp>

#include <optional>
#include <string>
#include <vector>

namespace conference::registration {

// What happened. Names and fields are stored for good.

struct wait_list_joined {
    using home = order_id;
    order_id order;
    conference_id conference;
    std::string email;
    std::vector<seat_quantity> seats;
};

/// Who waited has given up, or was called and could get no order.
struct wait_list_left {
    using home = order_id;
    order_id order;
    conference_id conference;
};

struct wait_list_called {
    using home = order_id;
    order_id order;
    conference_id conference;
    std::vector<seat_quantity> seats;
};

// What decisions need to know.

/// Where an order that is not placed yet is waited for, and how.
struct waiter_state {
    using of = order_id;
    std::optional<conference_id> where;
    std::string email;
    std::vector<seat_quantity> seats;
    bool was_called = false;
    std::optional<reservation_id> reservation;  // of who was called

    void evolve(wait_list_joined const& e) {
        where = e.conference;
        email = e.email;
        seats = e.seats;
    }
    void evolve(wait_list_left const& e) {
        if (where == e.conference) *this = {};
    }
    void evolve(wait_list_called const& e) {
        where = e.conference;
        was_called = true;
        reservation = reservation_of(e.order);
        seats = e.seats;
    }
};

}  // namespace conference::registration
