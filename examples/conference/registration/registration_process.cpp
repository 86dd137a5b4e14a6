#include "registration/registration_process.hpp"

namespace conference::registration {

using diptych::reaction;
using namespace std::chrono_literals;

namespace {

// Management may have announced seats that have not arrived yet.
constexpr auto ask_again_after = 1s;

reaction ask_for_seats(registration_process const& of) {
    return make_seat_reservation{
        .reservation = reservation_of(of.order),
        .conference = of.its.conference,
        .request = of.its.request,
        .seats = of.its.seats
    };
}

reaction give_seats_back(order_id const& order, conference_id const& conference) {
    return cancel_seat_reservation{.reservation = reservation_of(order), .conference = conference};
}

money paid_in(std::vector<received_payment> const& payments) {
    money all;
    for (auto const& one : payments) all += one.amount;
    return all;
}

reaction pay_back(registration_process const& of, std::string const& reason) {
    reaction all;
    for (auto const& [payment, amount] : of.its.payments)
        all += require_refund{
            .order = of.order, .payment = payment, .amount = amount, .reason = reason
        };
    return all;
}

reaction stop_clocks() {
    auto all = diptych::cancel("expiry");
    all += diptych::cancel("ask again");
    return all;
}

}  // namespace

void registration_process::evolve(seats_reserved const& e) {
    if (its.status == registration_status::reacquiring && e.conference == its.conference &&
        e.request == its.request && e.granted == its.seats)
        reinstated = its.request;
}

// What it does.

// [placed]
reaction registration_process::react(
    order_placed const& e, diptych::environment const& surroundings
) const {
    if (e.expires_at <= surroundings.now) return reject_order{.order = order};
    auto all = ask_for_seats(*this);
    all += diptych::start("expiry", e.expires_at + e.buffer - surroundings.now);
    return all;
}
// [placed]

reaction registration_process::react(order_updated const&) const { return ask_for_seats(*this); }

reaction registration_process::react(seats_reserved const& e) const {
    auto const its_order = key(e);
    // The wait-list reserves for an order that is placed in a moment; else there will be none.
    if (its.status == registration_status::not_started) {
        if (e.request == 0) return {};
        return cancel_seat_reservation{
            .reservation = e.reservation, .conference = e.conference, .request = e.request
        };
    }
    if (its.status == registration_status::expired || e.conference != its.conference)
        return give_seats_back(its_order, e.conference);
    if (e.request != its.request) return {};
    if (its.status == registration_status::awaiting_reservation)
        return mark_seats_as_reserved{.order = order, .revision = its.request, .seats = e.granted};
    if (its.status != registration_status::reacquiring) return {};
    if (e.granted == its.seats) return reinstate_order{.order = order};
    auto all = give_seats_back(order, its.conference);
    all += pay_back(*this, "The seats of the expired order are taken");
    return all;
}

// Nothing here gives back the seats of an order that lives: somebody did so by hand.
reaction registration_process::react(seats_reservation_cancelled const& e) const {
    if (!its.is_open() || e.conference != its.conference) return {};
    return reject_order{.order = order};
}

reaction registration_process::react(order_reservation_completed const&) const {
    if (its.payments.empty()) return {};
    return confirm_order{.order = order};
}

// A promotion may make enough of what was too little, before it is paid back.
reaction registration_process::react(order_totals_calculated const&) const {
    if (its.status != registration_status::reserved || its.payments.empty() ||
        paid_in(its.payments) < its.total)
        return {};
    return confirm_order{.order = order};
}

reaction registration_process::react(from_payments::payment_completed const&) const {
    switch (its.status) {
        case registration_status::reserved:
            return confirm_order{.order = order};
        case registration_status::reacquiring:
            return ask_for_seats(*this);
        case registration_status::confirmed:
            return pay_back(*this, "The order is paid already");
        case registration_status::expired:
            return pay_back(*this, "The order expired before its seats were reserved");
        case registration_status::not_started:
            return pay_back(*this, "There is no such order");
        default:
            return {};  // its seats are not settled: confirmed, or paid back, when they are
    }
}

reaction registration_process::react(order_confirmed const&) const {
    auto all = stop_clocks();
    all +=
        commit_seat_reservation{.reservation = reservation_of(order), .conference = its.conference};
    all += pay_back(*this, "The order is paid already");
    return all;
}

reaction registration_process::react(order_expired const&) const {
    auto all = stop_clocks();
    if (its.status == registration_status::reacquiring) {  // what it holds is free for nobody else
                                                           // until it is answered
        all += ask_for_seats(*this);
        return all;
    }
    all += give_seats_back(order, its.conference);
    all += pay_back(*this, "The order expired before its seats were reserved");
    return all;
}

// Somebody has paid back by hand what was to get the seats once more.
reaction registration_process::react(refund_required const&) const {
    if (its.status != registration_status::expired) return {};
    return give_seats_back(order, its.conference);
}

// [answers]
reaction registration_process::react(diptych::timer_due const& e) const {
    if (e.timer == "expiry" && its.is_open()) return reject_order{.order = order};
    if (e.timer == "ask again" && (its.status == registration_status::awaiting_reservation ||
                                   its.status == registration_status::reacquiring))
        return ask_for_seats(*this);
    return {};
}

reaction registration_process::react(diptych::refused<make_seat_reservation> const& no) const {
    if (no.command.request != its.request) return {};
    return diptych::start("ask again", ask_again_after);
}
// [answers]

reaction registration_process::react(diptych::refused<confirm_order> const& no) const {
    if (no.reason != "not_paid") return {};  // expired or changed meanwhile, and that is told
    if (paid_in(its.payments) >= its.total)
        return {};  // the rest has come since, and is asked with
    return pay_back(*this, "Too little was paid: " + no.detail);
}

reaction registration_process::react(diptych::refused<reinstate_order> const& no) const {
    if (reinstated != its.request) return {};  // paid again since, and that asks for itself
    auto all = give_seats_back(order, its.conference);
    all += pay_back(*this, "Too little was paid: " + no.detail);
    return all;
}

}  // namespace conference::registration
