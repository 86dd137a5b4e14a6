/// @file
/// The seats of a conference: one quota for each type, contended by everybody who registers.
///
/// A reservation is made by request, each with a higher number than the one before it. It is
/// granted by difference: what it holds already counts as free for it, what it no longer wants goes
/// back. A request that is not the newest, or comes when the reservation is committed, does
/// nothing: it comes late.
///
/// A quota may be cut below what is taken. What was granted stays granted; what is missing is owed,
/// and seats that come back pay for it before anybody gets one.
#pragma once

#include "registration/ids.hpp"

#include <diptych/context.hpp>

#include <map>
#include <tuple>
#include <vector>

namespace conference::registration {

// What happened. Names and fields are stored for good.

struct available_seats_changed {
    using home = conference_id;
    conference_id conference;
    supply_id supply;
    std::vector<seat_quantity> seats;  ///< More than before, or fewer.
};

struct seats_reserved {
    using home = conference_id;
    conference_id conference;
    reservation_id reservation;
    int request;                         ///< The one that this answers.
    std::vector<seat_quantity> granted;  ///< All that it holds now, for each type it wanted.
    std::vector<seat_quantity> changes;  ///< More seats that are free, or fewer.
};

struct seats_reservation_cancelled {
    using home = conference_id;
    conference_id conference;
    reservation_id reservation;
    std::vector<seat_quantity> changes;
};

struct seats_reservation_committed {
    using home = conference_id;
    conference_id conference;
    reservation_id reservation;
};

// What decisions need to know.

struct seats_availability {
    using of = conference_id;
    static constexpr int revision = 1;
    std::map<seat_type_id, int> remaining;  // below zero: owed

    void evolve(available_seats_changed const& e) { change(e.seats); }
    void evolve(seats_reserved const& e) { change(e.changes); }
    void evolve(seats_reservation_cancelled const& e) { change(e.changes); }
    void change(std::vector<seat_quantity> const& by) {
        for (auto const& one : by) remaining[one.seat_type] += one.quantity;
    }
};

enum class reservation_status { none, held, cancelled, committed };

/// At one conference: under the same name there may be another one elsewhere.
struct reservation_state {
    using of = std::tuple<reservation_id, conference_id>;
    reservation_status status = reservation_status::none;
    int request = 0;  // the newest
    std::map<seat_type_id, int> held;

    void evolve(seats_reserved const& e) {
        status = reservation_status::held;
        request = e.request;
        held.clear();
        for (auto const& one : e.granted)
            if (one.quantity > 0) held[one.seat_type] = one.quantity;
    }
    void evolve(seats_reservation_cancelled const&) {
        status = reservation_status::cancelled;
        held.clear();
    }
    void evolve(seats_reservation_committed const&) { status = reservation_status::committed; }
};

// What may be asked. The rules are in seats_availability.cpp.

struct make_seat_reservation {
    reservation_id reservation;
    conference_id conference;
    int request;
    std::vector<seat_quantity> seats;
    using refusals = refusal;

    diptych::decision<seats_reserved> decide(
        seats_availability const& free, reservation_state const& known
    ) const;
};

struct cancel_seat_reservation {
    reservation_id reservation;
    conference_id conference;

    diptych::decision<seats_reservation_cancelled> decide(reservation_state const& known) const;
};

struct commit_seat_reservation {
    reservation_id reservation;
    conference_id conference;

    diptych::decision<seats_reservation_committed> decide(reservation_state const& known) const;
};

}  // namespace conference::registration
