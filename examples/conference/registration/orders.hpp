/// @file
/// Orders: what may be asked of them.
///
/// The commands that its process sends may be posted by hand, too: each looks at what the order is,
/// and at the seats that are reserved for it, so none of them makes it what it is not.
#pragma once

#include "registration/order.hpp"
#include "registration/seats_availability.hpp"
#include "registration/waiting.hpp"

namespace conference::registration {

// The rules are in orders.cpp.

struct set_reservation_terms {
    conference_id conference;
    std::chrono::milliseconds window;
    std::chrono::milliseconds buffer;
    using refusals = refusal;

    diptych::decision<reservation_terms_set> decide(terms_state const& known) const;
};

/// Places an order, or changes the one of this id.
struct register_to_conference {
    order_id order;
    conference_id conference;
    std::vector<seat_quantity> seats;
    using refusals = refusal;
    static constexpr auto location = "/views/draft_orders?order_id=eq.{order}";

    diptych::decision<order_placed, order_updated, order_totals_calculated> decide(
        order_state const& known,
        waiter_state const& waiter,
        offer_state const& offer,
        terms_state const& terms,
        diptych::environment const& surroundings
    ) const;
};

struct mark_seats_as_reserved {
    order_id order;
    int revision;
    std::vector<seat_quantity> seats;
    using refusals = refusal;

    diptych::
        decision<order_reservation_completed, order_partially_reserved, order_totals_calculated>
        decide(order_state const& known, reservation_state const& kept) const;
};

struct assign_registrant_details {
    order_id order;
    std::string first_name;
    std::string last_name;
    std::string email;
    using refusals = refusal;

    diptych::decision<order_registrant_assigned> decide(order_state const& known) const;
};

struct confirm_order {
    order_id order;
    using refusals = refusal;

    diptych::decision<order_confirmed> decide(
        order_state const& known, reservation_state const& kept, paid_state const& paid
    ) const;
};

struct reject_order {
    order_id order;
    using refusals = refusal;

    diptych::decision<order_expired> decide(order_state const& known) const;
};

/// Confirms an expired order that was paid, now that its seats are reserved once more.
struct reinstate_order {
    order_id order;
    using refusals = refusal;

    diptych::decision<order_reinstated, order_confirmed> decide(
        order_state const& known, reservation_state const& kept, paid_state const& paid
    ) const;
};

/// A payment goes back once: all of it, or of a confirmed order what that does not cost.
struct require_refund {
    order_id order;
    payment_id payment;
    money amount;  ///< Of the payment.
    std::string reason;
    using refusals = refusal;

    diptych::decision<refund_required> decide(order_state const& known, paid_state const& paid)
        const;
};

}  // namespace conference::registration
