#include "registration/wait_list.hpp"

#include "email.hpp"
#include "registration/totals.hpp"
#include "registration/wanted_seats.hpp"

#include <algorithm>

namespace conference::registration {

using diptych::no_events;
using diptych::refuse;

namespace {

bool has_enough(std::map<seat_type_id, int> const& free, std::vector<seat_quantity> const& wanted) {
    return std::ranges::all_of(wanted, [&](seat_quantity const& one) {
        if (one.quantity == 0) return true;  // also of a type that is owed
        auto const found = free.find(one.seat_type);
        return found != free.end() && found->second >= one.quantity;
    });
}

}  // namespace

std::vector<wait_list_joined> wait_list_state::take_seats(
    std::map<seat_type_id, int>& free, std::size_t at_most
) const {
    std::vector<wait_list_joined> served;
    for (auto const& one : waiting) {
        if (served.size() == at_most) break;
        if (!has_enough(free, one.seats)) continue;
        for (auto const& [seat_type, quantity] : one.seats) free[seat_type] -= quantity;
        served.push_back(one);
    }
    return served;
}

diptych::decision<wait_list_joined> join_wait_list::decide(
    order_state const& known, waiter_state const& before, offer_state const& offer
) const {
    if (before.where && *before.where != conference)
        return refuse(
            refusal::order_of_other_conference, "The order waits for seats of another conference"
        );
    if (known.status == order_status::expired)
        return refuse(refusal::order_is_expired, "The order has expired; wait under another id");
    auto const is_repeat = before.where && before.seats == seats && before.email == email;
    if (known.status == order_status::none || before.was_called)
        if (is_repeat) return no_events;
    if (known.status != order_status::none)
        return refuse(refusal::order_exists, "The order " + order.value + " is placed already");
    if (before.where)
        return refuse(
            refusal::waits_for_other_seats,
            "The order waits already, for other seats or for somebody at another address"
        );
    if (auto fault = fault_of_id(order)) return *std::move(fault);
    if (!offer.is_published)
        return refuse(
            refusal::conference_not_published, "The conference is not published, or not any more"
        );
    if (!is_email(email)) return refuse(refusal::email_malformed, email_wanted);
    if (auto fault = fault_of_order(seats)) return *std::move(fault);
    money cost;
    for (auto const& [seat_type, quantity] : seats) {
        auto const seat = offer.seats.find(seat_type);
        if (seat == offer.seats.end()) return unknown_seat_type(seat_type);
        cost += seat->second.price * quantity;
    }
    if (auto fault = fault_of_total(cost)) return *std::move(fault);
    return wait_list_joined{
        .order = order, .conference = conference, .email = email, .seats = seats
    };
}

diptych::decision<wait_list_left, seats_reservation_cancelled> leave_wait_list::decide(
    waiter_state const& waiter, reservation_state const& kept, order_state const& known
) const {
    if (waiter.where != conference) return no_events;
    if (known.status != order_status::none && known.conference == conference) {
        if (!waiter.was_called) return no_events;
        return refuse(
            refusal::order_exists, "The order is placed; its seats go back when it is rejected"
        );
    }
    diptych::decision<wait_list_left, seats_reservation_cancelled> made;
    if (waiter.was_called) {
        cancel_seat_reservation const back{
            .reservation = reservation_of(order), .conference = conference
        };
        for (auto const& given_back : back.decide(kept, {}).all<seats_reservation_cancelled>())
            made += given_back;
    }
    made += wait_list_left{.order = order, .conference = conference};
    return made;
}

diptych::decision<wait_list_called, seats_reserved> call_wait_list::decide(
    wait_list_state const& list, seats_availability const& free, offer_state const& offer
) const {
    diptych::decision<wait_list_called, seats_reserved> made;
    if (!offer.is_published) return made;
    auto remaining = free.remaining;
    for (auto const& one : list.take_seats(remaining, called_at_once_max)) {
        seats_reserved reserved{
            .conference = conference,
            .reservation = reservation_of(one.order),
            .request = 0,
            .granted = one.seats,
            .changes = {}
        };
        for (auto const& [seat_type, quantity] : one.seats)
            if (quantity > 0) reserved.changes.push_back({seat_type, -quantity});
        made += wait_list_called{.order = one.order, .conference = conference, .seats = one.seats};
        made += reserved;
    }
    return made;
}

place_called_order::outcome place_called_order::decide(
    waiter_state const& waiter,
    reservation_state const& kept,
    order_state const& known,
    offer_state const& offer,
    terms_state const& terms,
    diptych::environment const& surroundings
) const {
    if (!waiter.was_called || waiter.where != conference) return no_events;
    if (known.status != order_status::none && known.conference == conference) return no_events;
    register_to_conference const wanted{
        .order = order, .conference = conference, .seats = waiter.seats
    };
    auto const placed = wanted.decide(known, waiter, offer, terms, surroundings);
    if (!placed.refused())
        return {placed.all<order_placed>().front(), placed.all<order_totals_calculated>().front()};
    leave_wait_list const leave{.order = order, .conference = conference};
    auto const ended = leave.decide(waiter, kept, {});
    outcome made;
    for (auto const& given_back : ended.all<seats_reservation_cancelled>()) made += given_back;
    for (auto const& left : ended.all<wait_list_left>()) made += left;
    return made;
}

}  // namespace conference::registration
