/// @file
/// What follows by itself in registration, beside the way of an order and of what management
/// announces: confirmed orders get their seats assigned, and who waits is called.
#pragma once

#include "registration/seat_assignments.hpp"
#include "registration/seats_availability.hpp"
#include "registration/wait_list.hpp"

#include <diptych/process.hpp>

#include <set>

namespace conference::registration {

// [assigning]
struct seat_assigning {
    using of = order_id;
    using sends = diptych::commands<create_seat_assignments>;

    diptych::reaction react(order_confirmed const& e) const {
        return create_seat_assignments{.order = e.order};
    }
};
// [assigning]

/// Calls who waits whenever there may be seats.
struct wait_list_calling {
    using of = conference_id;
    using sends = diptych::commands<call_wait_list, place_called_order, leave_wait_list>;
    std::set<order_id> waiting;
    std::size_t called = 0;

    void evolve(wait_list_joined const& e) { waiting.insert(e.order); }
    void evolve(wait_list_left const& e) { waiting.erase(e.order); }
    void evolve(order_placed const& e) { waiting.erase(e.order); }
    void evolve(wait_list_called const& e) {
        waiting.erase(e.order);
        ++called;
    }

    diptych::reaction react(wait_list_joined const& e) const { return call(e.conference); }
    diptych::reaction react(wait_list_left const& e) const { return call(e.conference); }
    diptych::reaction react(from_management::conference_published const& e) const {
        return call(e.conference);
    }
    diptych::reaction react(available_seats_changed const& e) const { return call(e.conference); }
    diptych::reaction react(seats_reservation_cancelled const& e) const {
        return call(e.conference);
    }
    diptych::reaction react(seats_reserved const& e) const {
        for (auto const& change : e.changes)
            if (change.quantity > 0) return call(e.conference);
        return {};
    }
    diptych::reaction react(wait_list_called const& e) const {
        diptych::reaction all = place_called_order{.order = e.order, .conference = e.conference};
        // One of each so many that are called at once: there may be seats for those behind them.
        if (called % called_at_once_max == 0) all += call(e.conference);
        return all;
    }
    // Whatever it was: seats that are kept for an order that can not be would be lost.
    diptych::reaction react(diptych::failed<place_called_order> const& no) const {
        return leave_wait_list{.order = no.command.order, .conference = no.command.conference};
    }

    diptych::reaction call(conference_id const& conference) const {
        if (waiting.empty()) return {};
        return call_wait_list{.conference = conference};
    }
};

}  // namespace conference::registration
