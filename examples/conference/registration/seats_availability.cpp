#include "registration/seats_availability.hpp"

#include "registration/wanted_seats.hpp"

#include <algorithm>

namespace conference::registration {

using diptych::no_events;
using diptych::refuse;

diptych::decision<seats_reserved> make_seat_reservation::decide(
    seats_availability const& seats_now,
    reservation_state const& known,
    order_progress const& its,
    wait_list_state const& list,
    offer_state const& offer
) const {
    if (request <= 0) return refuse(refusal::request_not_positive, "Requests are numbered from 1");
    if (auto fault = fault_of(seats)) return *std::move(fault);
    for (auto const& wanted : seats)
        if (!seats_now.remaining.contains(wanted.seat_type))
            return unknown_seat_type(wanted.seat_type);
    if (known.status == reservation_status::committed || request <= known.request) return no_events;
    if (known.order) {
        if (request > its.request || (request == its.request && seats != its.seats))
            return refuse(
                refusal::request_of_no_order, "The order does not ask for that, or not yet"
            );
        if (request < its.request || !its.asks_for_seats()) return no_events;
    }

    seats_reserved made{
        .conference = conference,
        .reservation = reservation,
        .request = request,
        .granted = {},
        .changes = {}
    };
    auto free = seats_now.remaining;
    if (offer.is_published) list.take_seats(free);
    auto given_back = known.held;
    for (auto const& [seat_type, wanted] : seats) {
        auto const held = known.seats_of(seat_type);
        auto const remaining = std::max(free.at(seat_type), 0);
        auto const granted = std::min(wanted, remaining + held);
        made.granted.push_back({seat_type, granted});
        if (granted != held) made.changes.push_back({seat_type, held - granted});
        given_back.erase(seat_type);
    }
    for (auto const& [seat_type, held] : given_back) made.changes.push_back({seat_type, held});
    return made;
}

diptych::decision<seats_reservation_cancelled> cancel_seat_reservation::decide(
    reservation_state const& known, order_progress const& its
) const {
    if (known.status != reservation_status::held) return no_events;
    if (request && *request != known.request) return no_events;
    if (its.status == registration_status::confirmed)
        return refuse(refusal::order_is_confirmed, "A confirmed order keeps its seats");
    seats_reservation_cancelled made{
        .conference = conference, .reservation = reservation, .changes = {}
    };
    for (auto const& [seat_type, held] : known.held) made.changes.push_back({seat_type, held});
    return made;
}

diptych::decision<seats_reservation_committed> commit_seat_reservation::decide(
    reservation_state const& known, order_progress const& its
) const {
    if (known.status != reservation_status::held) return no_events;
    if (its.status != registration_status::confirmed)
        return refuse(
            refusal::order_not_confirmed, "Seats are kept for good when their order is confirmed"
        );
    return seats_reservation_committed{.conference = conference, .reservation = reservation};
}

}  // namespace conference::registration
