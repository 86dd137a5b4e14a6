/// @file
/// What follows by itself in registration, beside the way of an order: seats that management
/// announces are put on sale, confirmed orders get their seats assigned, and who waits is called.
#pragma once

#include "registration/seat_assignments.hpp"
#include "registration/seats_availability.hpp"
#include "registration/wait_list.hpp"

#include <diptych/process.hpp>

#include <map>
#include <set>

namespace conference::registration {

/// Management says how many seats of a type there are; what has changed is added or removed.
struct seat_supply {
    struct supplied {
        int announced = 0;
        int change = 0;
        int times = 0;
    };

    using of = conference_id;
    using sends = diptych::commands<add_seats, remove_seats>;
    std::map<seat_type_id, supplied> seats;

    void evolve(from_management::seat_created const& e) { announce(e.seat_type, e.quantity); }
    void evolve(from_management::seat_updated const& e) { announce(e.seat_type, e.quantity); }
    void announce(seat_type_id const& type, int quantity) {
        auto& known = seats[type];
        known.change = quantity - known.announced;
        known.announced = quantity;
        ++known.times;
    }

    diptych::reaction react(from_management::seat_created const& e) const { return supply(e); }
    diptych::reaction react(from_management::seat_updated const& e) const { return supply(e); }
    diptych::reaction supply(auto const& e) const {
        auto const& known = seats.at(e.seat_type);
        // Two changes of one type have two names, also when they are the same change twice.
        supply_id const id{
            e.conference.value + "/" + e.seat_type.value + "/" + std::to_string(known.times)
        };
        if (known.change > 0)
            return add_seats{
                .conference = e.conference,
                .seat_type = e.seat_type,
                .quantity = known.change,
                .supply = id
            };
        if (known.change < 0)
            return remove_seats{
                .conference = e.conference,
                .seat_type = e.seat_type,
                .quantity = -known.change,
                .supply = id
            };
        return {};
    }
};

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
    using sends = diptych::commands<call_wait_list, place_called_order>;
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

    diptych::reaction call(conference_id const& conference) const {
        if (waiting.empty()) return {};
        return call_wait_list{.conference = conference};
    }
};

}  // namespace conference::registration
