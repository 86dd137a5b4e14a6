/// @file
/// How many seats there are to sell: what management announces of a type is added or removed by
/// difference, and so may be whatever else somebody has.
///
/// Each change has a name, under which it takes place once at its conference. Names that begin with
/// the conference and a '/' are management's: its n-th announcement of a type is
/// "<conference>/<type>/<n>", and no other change is called like that.
#pragma once

#include "registration/foreign_events.hpp"
#include "registration/seats_availability.hpp"

#include <diptych/process.hpp>

#include <map>
#include <tuple>
#include <vector>

namespace conference::registration {

// What decisions need to know.

/// A change of a quota, told apart from its repeats.
struct supply_state {
    using of = std::tuple<supply_id, conference_id>;
    bool is_known = false;
    void evolve(available_seats_changed const&) { is_known = true; }
};

/// What management has said of a type: each time so many more than before, or fewer.
struct announced_seats {
    using of = std::tuple<conference_id, seat_type_id>;
    int quantity = 0;
    std::vector<int> changes;

    void evolve(from_management::seat_created const& e) { announce(e.quantity); }
    void evolve(from_management::seat_updated const& e) { announce(e.quantity); }
    void announce(int now) {
        changes.push_back(now - quantity);
        quantity = now;
    }
};

// What may be asked. The rules are in supply.cpp.

/// None at all makes a type known, of which there are no seats yet.
struct add_seats {
    conference_id conference;
    seat_type_id seat_type;
    int quantity;
    supply_id supply;
    using refusals = refusal;

    diptych::decision<available_seats_changed> decide(
        supply_state const& known, announced_seats const& announced
    ) const;
};

struct remove_seats {
    conference_id conference;
    seat_type_id seat_type;
    int quantity;
    supply_id supply;
    using refusals = refusal;

    diptych::decision<available_seats_changed> decide(
        supply_state const& known, announced_seats const& announced, seats_availability const& seats
    ) const;
};

/// What follows by itself: each announcement takes place.
struct seat_supply {
    using of = conference_id;
    using sends = diptych::commands<add_seats, remove_seats>;
    std::map<seat_type_id, announced_seats> seats;

    void evolve(from_management::seat_created const& e) { seats[e.seat_type].evolve(e); }
    void evolve(from_management::seat_updated const& e) { seats[e.seat_type].evolve(e); }

    diptych::reaction react(from_management::seat_created const& e) const {
        return supply(e.conference, e.seat_type);
    }
    diptych::reaction react(from_management::seat_updated const& e) const {
        return supply(e.conference, e.seat_type);
    }
    diptych::reaction supply(conference_id const& conference, seat_type_id const& seat_type) const;
};

}  // namespace conference::registration
