/// @file
/// The seats of a conference: one quota for each type, contended by everybody who registers.
///
/// A reservation is made by request, each with a higher number than the one before it. It is
/// granted by difference: what it holds already counts as free for it, what it no longer wants goes
/// back. A request that is not the newest, or comes when the reservation is committed, does
/// nothing: it comes late.
///
/// A reservation is of the order that is called as it is. Where there is one, only what that asks
/// for is reserved, its seats are kept for good when it is confirmed, and never given back then. A
/// reservation without an order is given back by the order's process; one that is placed meanwhile
/// takes it over and begins to count anew.
///
/// Who waits comes first: seats that are free and enough for somebody on the wait-list are theirs,
/// also before they are called, and nobody who asks in between gets them.
///
/// A quota may be cut below what is taken. What was granted stays granted; what is missing is owed,
/// and seats that come back pay for it before anybody gets one.
#pragma once

#include "registration/order_progress.hpp"
#include "registration/waiting.hpp"

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
    std::optional<order_id> order;  // that it is of

    int seats_of(seat_type_id const& type) const {
        auto const found = held.find(type);
        return found == held.end() ? 0 : found->second;
    }

    void evolve(order_placed const& e) {
        order = e.order;
        request = 0;  // those before were not its own
    }
    void evolve(seats_reserved const& e) {
        status = reservation_status::held;
        request = e.request;
        for (auto const& one : e.changes) held[one.seat_type] -= one.quantity;
        std::erase_if(held, [](auto const& one) { return one.second == 0; });
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
        seats_availability const& seats_now,
        reservation_state const& known,
        order_progress const& its,
        wait_list_state const& list,
        offer_state const& offer
    ) const;
};

struct cancel_seat_reservation {
    reservation_id reservation;
    conference_id conference;
    std::optional<int> request = {};  ///< Only what this one has got, if it is still the newest.
    using refusals = refusal;

    diptych::decision<seats_reservation_cancelled> decide(
        reservation_state const& known, order_progress const& its
    ) const;
};

struct commit_seat_reservation {
    reservation_id reservation;
    conference_id conference;
    using refusals = refusal;

    diptych::decision<seats_reservation_committed> decide(
        reservation_state const& known, order_progress const& its
    ) const;
};

}  // namespace conference::registration
