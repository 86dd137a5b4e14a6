#include "registration/seats_availability.hpp"

#include "registration/wanted_seats.hpp"

#include <algorithm>

namespace conference::registration {

using diptych::no_events;
using diptych::refuse;

namespace {

int value_or_0(std::map<seat_type_id, int> const& in, seat_type_id const& of) {
    auto const found = in.find(of);
    return found == in.end() ? 0 : found->second;
}

}  // namespace

diptych::decision<seats_reserved> make_seat_reservation::decide(
    seats_availability const& free, reservation_state const& known
) const {
    if (request <= 0) return refuse(refusal::request_not_positive, "Requests are numbered from 1");
    if (auto fault = fault_of(seats)) return *std::move(fault);
    for (auto const& wanted : seats)
        if (!free.remaining.contains(wanted.seat_type)) return unknown_seat_type(wanted.seat_type);
    if (known.status == reservation_status::committed || request <= known.request) return no_events;

    seats_reserved made{
        .conference = conference,
        .reservation = reservation,
        .request = request,
        .granted = {},
        .changes = {}
    };
    auto given_back = known.held;
    for (auto const& [seat_type, wanted] : seats) {
        auto const held = value_or_0(known.held, seat_type);
        auto const remaining = std::max(value_or_0(free.remaining, seat_type), 0);
        auto const granted = std::min(wanted, remaining + held);
        made.granted.push_back({seat_type, granted});
        if (granted != held) made.changes.push_back({seat_type, held - granted});
        given_back.erase(seat_type);
    }
    for (auto const& [seat_type, held] : given_back) made.changes.push_back({seat_type, held});
    return made;
}

diptych::decision<seats_reservation_cancelled> cancel_seat_reservation::decide(
    reservation_state const& known
) const {
    if (known.status != reservation_status::held) return no_events;
    seats_reservation_cancelled made{
        .conference = conference, .reservation = reservation, .changes = {}
    };
    for (auto const& [seat_type, held] : known.held) made.changes.push_back({seat_type, held});
    return made;
}

diptych::decision<seats_reservation_committed> commit_seat_reservation::decide(
    reservation_state const& known
) const {
    if (known.status != reservation_status::held) return no_events;
    return seats_reservation_committed{.conference = conference, .reservation = reservation};
}

}  // namespace conference::registration
