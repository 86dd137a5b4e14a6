/// @file
/// The wait-list of a conference: who asked for seats when there were none.
///
/// Whoever waits has chosen the id of the order that is to be placed. When seats come back, the
/// first for whom there are enough is called: the seats are reserved for that order in the same
/// moment, and it is placed. From then on it is an order as any other, and expires like one. At
/// most so many are called at once; who waits behind them is called when they are.
#pragma once

#include "registration/foreign_events.hpp"
#include "registration/orders.hpp"
#include "registration/seats_availability.hpp"

namespace conference::registration {

// What happened.

struct wait_list_joined {
    using home = order_id;
    order_id order;
    conference_id conference;
    std::string email;
    std::vector<seat_quantity> seats;
};

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

struct wait_list_state {
    using of = conference_id;
    std::vector<wait_list_joined> waiting;  // who came first is first
    void evolve(wait_list_joined const& e) { waiting.push_back(e); }
    void evolve(wait_list_left const& e) { remove(e.order); }
    void evolve(wait_list_called const& e) { remove(e.order); }
    void remove(order_id const& order) {
        std::erase_if(waiting, [&](auto const& one) { return one.order == order; });
    }
};

struct waiter_state {
    using of = order_id;
    bool was_called = false;
    void evolve(wait_list_called const&) { was_called = true; }
};

// What may be asked. The rules are in wait_list.cpp.

struct join_wait_list {
    order_id order;
    conference_id conference;
    std::string email;
    std::vector<seat_quantity> seats;
    using refusals = refusal;
    static constexpr auto location = "/views/wait_list?order_id=eq.{order}";

    diptych::decision<wait_list_joined> decide(
        order_state const& known,
        waiter_state const& before,
        offer_state const& offer,
        wait_list_state const& list
    ) const;
};

struct leave_wait_list {
    order_id order;
    conference_id conference;

    diptych::decision<wait_list_left> decide(wait_list_state const& list) const;
};

inline constexpr std::size_t called_at_once_max = 200;

/// Calls the first for whom there are enough seats now, so many at once.
struct call_wait_list {
    conference_id conference;

    diptych::decision<wait_list_called, seats_reserved> decide(
        wait_list_state const& list, seats_availability const& free, offer_state const& offer
    ) const;
};

}  // namespace conference::registration
