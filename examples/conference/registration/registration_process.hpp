/// @file
/// How an order, its seats and its payment come together, whatever comes late.
///
/// When an order is placed, seats are reserved and a clock begins to run. When it runs out, the
/// order expires and its seats go back, all of them. A payment that comes later tries to get the
/// same seats once more; if they have gone, the money is to be paid back, and somebody sees it.
/// Each such payment asks with a number of its own: the newest answer is for all that is not paid
/// back.
#pragma once

#include "registration/order_progress.hpp"
#include "registration/orders.hpp"
#include "registration/seats_availability.hpp"

#include <diptych/process.hpp>

namespace conference::registration {

struct registration_process {
    using of = order_id;
    using sends = diptych::commands<
        make_seat_reservation,
        cancel_seat_reservation,
        commit_seat_reservation,
        mark_seats_as_reserved,
        confirm_order,
        reject_order,
        reinstate_order,
        require_refund>;

    order_id order;
    order_progress its;
    int reinstated = 0;  // the request that gave an expired order its seats back

    // [key]
    static order_id key(seats_reserved const& e) { return {e.reservation.value}; }
    // [key]
    static order_id key(seats_reservation_cancelled const& e) { return {e.reservation.value}; }

    void evolve(order_placed const& e) { order = e.order, its.evolve(e); }
    void evolve(order_updated const& e) { its.evolve(e); }
    void evolve(order_totals_calculated const& e) { its.evolve(e); }
    void evolve(order_partially_reserved const& e) { its.evolve(e); }
    void evolve(order_reservation_completed const& e) { its.evolve(e); }
    void evolve(from_payments::payment_completed const& e) { order = e.order, its.evolve(e); }
    void evolve(order_confirmed const& e) { its.evolve(e); }
    void evolve(order_expired const& e) { its.evolve(e); }
    void evolve(refund_required const& e) { its.evolve(e); }
    void evolve(seats_reserved const& e);

    diptych::reaction react(order_placed const& e, diptych::environment const& surroundings) const;
    diptych::reaction react(order_updated const& e) const;
    diptych::reaction react(seats_reserved const& e) const;
    diptych::reaction react(seats_reservation_cancelled const& e) const;
    diptych::reaction react(order_reservation_completed const& e) const;
    diptych::reaction react(order_totals_calculated const& e) const;
    diptych::reaction react(from_payments::payment_completed const& e) const;
    diptych::reaction react(order_confirmed const& e) const;
    diptych::reaction react(order_expired const& e) const;
    diptych::reaction react(refund_required const& e) const;
    diptych::reaction react(diptych::timer_due const& e) const;
    diptych::reaction react(diptych::refused<make_seat_reservation> const& no) const;
    diptych::reaction react(diptych::refused<confirm_order> const& no) const;
    diptych::reaction react(diptych::refused<reinstate_order> const& no) const;
};

}  // namespace conference::registration
