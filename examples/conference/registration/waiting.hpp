/// @file
/// Who waits for seats: what is told of it, under the id of the order to come.
#pragma once

#include "registration/order.hpp"

#include <diptych/context.hpp>

#include <cstdint>
#include <map>
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

/// Who waits at a conference.
struct wait_list_state {
    using of = conference_id;
    std::vector<wait_list_joined> waiting;  // who came first is first

    /// Those for whom there are enough seats now, the first so many; their seats are taken out of
    /// what is free.
    std::vector<wait_list_joined> take_seats(
        std::map<seat_type_id, int>& free, std::size_t at_most = SIZE_MAX
    ) const;

    void evolve(wait_list_joined const& e) { waiting.push_back(e); }
    void evolve(wait_list_left const& e) { remove(e.order); }
    void evolve(wait_list_called const& e) { remove(e.order); }
    void evolve(order_placed const& e) { remove(e.order); }
    void remove(order_id const& order) {
        std::erase_if(waiting, [&](auto const& one) { return one.order == order; });
    }
};

}  // namespace conference::registration
