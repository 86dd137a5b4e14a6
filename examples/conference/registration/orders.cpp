#include "registration/orders.hpp"

#include "email.hpp"
#include "registration/totals.hpp"
#include "registration/wanted_seats.hpp"

#include <algorithm>

namespace conference::registration {

using diptych::no_events;
using diptych::refuse;
using enum order_status;

namespace {

std::optional<diptych::refusal> fault_of_open(order_state const& known, order_id const& order) {
    if (known.status == none) return unknown_order(order);
    if (known.status == confirmed)
        return refuse(refusal::order_is_confirmed, "The order is confirmed and can not be changed");
    if (known.status == expired) return refuse(refusal::order_is_expired, "The order has expired");
    return {};
}

// Whether each line has what it says is reserved for it.
bool has_its_seats(order_state const& known, reservation_state const& kept) {
    return std::ranges::all_of(known.lines, [&](order_line const& line) {
        return kept.seats_of(line.seat_type) == line.reserved;
    });
}

bool wants_the_same(std::vector<order_line> const& known, std::vector<order_line> const& asked) {
    if (known.size() != asked.size()) return false;
    for (std::size_t i = 0; i < known.size(); ++i)
        if (known[i].seat_type != asked[i].seat_type || known[i].requested != asked[i].requested)
            return false;
    return true;
}

}  // namespace

diptych::decision<reservation_terms_set> set_reservation_terms::decide(terms_state const& known
) const {
    if (window <= window.zero() || buffer < buffer.zero())
        return refuse(
            refusal::time_not_positive, "The window is above zero, the buffer zero or more"
        );
    if (window > terms_max || buffer > terms_max)
        return refuse(refusal::time_too_long, "Window and buffer are 365 days each at most");
    if (known.window == window && known.buffer == buffer) return no_events;
    return reservation_terms_set{.conference = conference, .window = window, .buffer = buffer};
}

diptych::decision<order_placed, order_updated, order_totals_calculated>
register_to_conference::decide(
    order_state const& known,
    waiter_state const& waiter,
    offer_state const& offer,
    terms_state const& terms,
    diptych::environment const& surroundings
) const {
    if (known.status == confirmed)
        return refuse(refusal::order_is_confirmed, "The order is confirmed and can not be changed");
    if (known.status == expired) return refuse(refusal::order_is_expired, "The order has expired");
    if (known.status != none && known.conference != conference)
        return refuse(refusal::order_of_other_conference, "The order is one of another conference");
    if (known.status == none && waiter.where && *waiter.where != conference)
        return refuse(
            refusal::order_of_other_conference, "The order waits for seats of another conference"
        );
    if (known.status == none)
        if (auto fault = fault_of_id(order)) return *std::move(fault);
    if (!offer.is_published)
        return refuse(
            refusal::conference_not_published, "The conference is not published, or not any more"
        );
    if (auto fault = fault_of_order(seats)) return *std::move(fault);
    std::vector<order_line> lines;
    money cost;
    for (auto const& [seat_type, quantity] : seats) {
        auto const seat = offer.seats.find(seat_type);
        if (seat == offer.seats.end()) return unknown_seat_type(seat_type);
        if (quantity == 0) continue;
        lines.push_back(
            {.seat_type = seat_type,
             .name = seat->second.name,
             .unit_price = seat->second.price,
             .requested = quantity,
             .reserved = 0}
        );
        cost += seat->second.price * quantity;
    }
    if (auto fault = fault_of_total(cost)) return *std::move(fault);
    auto const totals = totals_of(order, lines, &order_line::requested, known.percent);
    if (known.status == none)
        return {
            order_placed{
                .order = order,
                .conference = conference,
                .revision = 1,
                .lines = lines,
                .expires_at = surroundings.now + terms.window,
                .buffer = terms.buffer,
                .access_code = draw_access_code(surroundings),
                .reservation = reservation_of(order)
            },
            totals
        };
    // Who got a part may ask for all of it once more.
    if (wants_the_same(known.lines, lines) && known.status != partially_reserved) return no_events;
    return {order_updated{.order = order, .revision = known.revision + 1, .lines = lines}, totals};
}

diptych::decision<order_reservation_completed, order_partially_reserved, order_totals_calculated>
mark_seats_as_reserved::decide(order_state const& known, reservation_state const& kept) const {
    if (auto fault = fault_of_open(known, order)) return *std::move(fault);
    if (auto fault = fault_of(seats)) return *std::move(fault);
    if (revision != known.revision || known.status != placed) return no_events;
    auto lines = known.lines;
    auto is_complete = true;
    auto is_granted = kept.status == reservation_status::held && kept.request == revision;
    for (auto& line : lines) {
        for (auto const& [seat_type, quantity] : seats)
            if (seat_type == line.seat_type) line.reserved = quantity;
        is_complete = is_complete && line.reserved == line.requested;
        is_granted = is_granted && line.reserved == kept.seats_of(line.seat_type);
    }
    if (!is_granted)
        return refuse(refusal::seats_not_reserved, "These are not the seats that it was granted");
    if (is_complete)
        return order_reservation_completed{.order = order, .revision = revision, .lines = lines};
    return {
        order_partially_reserved{.order = order, .revision = revision, .lines = lines},
        totals_of(order, lines, &order_line::reserved, known.percent)
    };
}

diptych::decision<order_registrant_assigned> assign_registrant_details::decide(
    order_state const& known
) const {
    if (auto fault = fault_of_open(known, order)) return *std::move(fault);
    if (first_name.empty() || last_name.empty())
        return refuse(refusal::name_empty, "A first and a last name are needed");
    if (!is_email(email)) return refuse(refusal::email_malformed, email_wanted);
    return order_registrant_assigned{
        .order = order, .first_name = first_name, .last_name = last_name, .email = email
    };
}

diptych::decision<order_confirmed> confirm_order::decide(
    order_state const& known, reservation_state const& kept, paid_state const& paid
) const {
    if (known.status == confirmed) return no_events;
    if (auto fault = fault_of_open(known, order)) return *std::move(fault);
    if (known.status != reserved || !has_its_seats(known, kept))
        return refuse(refusal::seats_not_reserved, "Not every seat of the order is reserved");
    if (paid.amount < known.total)
        return refuse(
            refusal::not_paid, to_text(paid.amount) + " of " + to_text(known.total) + " are paid"
        );
    return order_confirmed{.order = order};
}

diptych::decision<order_expired> reject_order::decide(order_state const& known) const {
    if (known.status == expired) return no_events;
    if (auto fault = fault_of_open(known, order)) return *std::move(fault);
    return order_expired{.order = order, .promotion = known.promotion};
}

diptych::decision<order_reinstated, order_confirmed> reinstate_order::decide(
    order_state const& known, reservation_state const& kept, paid_state const& paid
) const {
    if (known.status == none) return unknown_order(order);
    if (known.status == confirmed) return no_events;
    if (known.status != expired)
        return refuse(refusal::order_not_expired, "The order has not expired");
    if (!known.was_reserved)
        return refuse(refusal::seats_not_reserved, "Its seats were never all reserved");
    if (!has_its_seats(known, kept))
        return refuse(refusal::seats_not_reserved, "Its seats are not reserved once more");
    if (paid.amount < known.total)
        return refuse(
            refusal::not_paid, to_text(paid.amount) + " of " + to_text(known.total) + " are paid"
        );
    return {
        order_reinstated{.order = order, .promotion = known.promotion},
        order_confirmed{.order = order}
    };
}

diptych::decision<refund_required> require_refund::decide(
    order_state const& known, paid_state const& paid
) const {
    if (known.refunds.contains(payment)) return no_events;
    auto const found = paid.payments.find(payment);
    if (found == paid.payments.end())
        return refuse(refusal::unknown_payment, "Nobody has paid " + payment.value + " for it");
    if (amount != found->second)
        return refuse(refusal::amount_of_other_payment, "It was " + to_text(found->second));
    auto const back =
        known.status == confirmed ? std::min(amount, paid.amount - known.total) : amount;
    if (back <= money{})
        return refuse(refusal::money_is_needed, "The order is confirmed and costs all of it");
    return refund_required{.order = order, .payment = payment, .amount = back, .reason = reason};
}

}  // namespace conference::registration
