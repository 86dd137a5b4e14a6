#include "registration/registration_process.hpp"

namespace conference::registration {

using enum registration_status;
using diptych::reaction;
using namespace std::chrono_literals;

namespace {

// Management may have announced seats that have not arrived yet.
constexpr auto ask_again_after = 1s;

std::vector<seat_quantity> wanted_in(std::vector<order_line> const& lines) {
    std::vector<seat_quantity> wanted;
    for (auto const& line : lines) wanted.push_back({line.seat_type, line.requested});
    return wanted;
}

reaction ask_for_seats(registration_process const& of) {
    return make_seat_reservation{
        .reservation = reservation_of(of.order),
        .conference = of.conference,
        .request = of.request,
        .seats = of.seats
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
    for (auto const& [payment, amount] : of.payments)
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

bool is_open(registration_status status) {
    return status == awaiting_reservation || status == partially_reserved || status == reserved;
}

}  // namespace

// What it knows.

void registration_process::evolve(order_placed const& e) {
    status = awaiting_reservation;
    order = e.order;
    conference = e.conference;
    request = e.revision;
    seats = wanted_in(e.lines);
}

void registration_process::evolve(order_updated const& e) {
    status = awaiting_reservation;
    was_reserved = false;
    request = e.revision;
    seats = wanted_in(e.lines);
}

void registration_process::evolve(order_partially_reserved const&) { status = partially_reserved; }

void registration_process::evolve(order_reservation_completed const&) {
    status = reserved;
    was_reserved = true;
}

void registration_process::evolve(seats_reserved const& e) {
    if (status == reacquiring && e.conference == conference && e.request == request &&
        e.granted == seats)
        reinstated = request;
}

void registration_process::evolve(from_payments::payment_completed const& e) {
    order = e.order;
    payments.push_back({e.payment, e.amount});
    // Those before it may be on their way back, and their answer with them.
    if (status == reacquiring || (status == expired && was_reserved)) {
        status = reacquiring;
        ++request;
    }
}

// What was paid first pays for the order; what came on top of it is left over.
void registration_process::evolve(order_confirmed const&) {
    status = confirmed;
    auto needed = payments.begin();
    for (auto paid = money{}; needed != payments.end() && paid < total; ++needed)
        paid += needed->amount;
    payments.erase(payments.begin(), needed);
}

void registration_process::evolve(order_expired const&) {
    auto const was_paid = was_reserved && !payments.empty();
    status = was_paid ? reacquiring : expired;
    if (was_paid) ++request;
}

void registration_process::evolve(refund_required const& e) {
    std::erase_if(payments, [&](auto const& one) { return one.payment == e.payment; });
    if (status == reacquiring && payments.empty()) status = expired;
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
    if (status == not_started)
        return e.request == 0 ? reaction{} : give_seats_back(its_order, e.conference);
    if (status == expired || e.conference != conference)
        return give_seats_back(its_order, e.conference);
    if (e.request != request) return {};
    if (status == awaiting_reservation)
        return mark_seats_as_reserved{.order = order, .revision = request, .seats = e.granted};
    if (status != reacquiring) return {};
    if (e.granted == seats) return reinstate_order{.order = order};
    auto all = give_seats_back(order, conference);
    all += pay_back(*this, "The seats of the expired order are taken");
    return all;
}

// Nothing here gives back the seats of an order that lives: somebody did so by hand.
reaction registration_process::react(seats_reservation_cancelled const& e) const {
    if (!is_open(status) || e.conference != conference) return {};
    return reject_order{.order = order};
}

reaction registration_process::react(order_reservation_completed const&) const {
    if (payments.empty()) return {};
    return confirm_order{.order = order};
}

// A promotion may make enough of what was too little, before it is paid back.
reaction registration_process::react(order_totals_calculated const&) const {
    if (status != reserved || payments.empty() || paid_in(payments) < total) return {};
    return confirm_order{.order = order};
}

reaction registration_process::react(from_payments::payment_completed const&) const {
    switch (status) {
        case reserved:
            return confirm_order{.order = order};
        case reacquiring:
            return ask_for_seats(*this);
        case confirmed:
            return pay_back(*this, "The order is paid already");
        case expired:
            return pay_back(*this, "The order expired before its seats were reserved");
        case not_started:
            return pay_back(*this, "There is no such order");
        default:
            return {};  // its seats are not settled: confirmed, or paid back, when they are
    }
}

reaction registration_process::react(order_confirmed const&) const {
    auto all = stop_clocks();
    all += commit_seat_reservation{.reservation = reservation_of(order), .conference = conference};
    all += pay_back(*this, "The order is paid already");
    return all;
}

reaction registration_process::react(order_expired const&) const {
    auto all = stop_clocks();
    if (status == reacquiring) {  // what it holds is free for nobody else until it is answered
        all += ask_for_seats(*this);
        return all;
    }
    all += give_seats_back(order, conference);
    all += pay_back(*this, "The order expired before its seats were reserved");
    return all;
}

// [answers]
reaction registration_process::react(diptych::timer_due const& e) const {
    if (e.timer == "expiry" && is_open(status)) return reject_order{.order = order};
    if (e.timer == "ask again" && (status == awaiting_reservation || status == reacquiring))
        return ask_for_seats(*this);
    return {};
}

reaction registration_process::react(diptych::refused<make_seat_reservation> const& no) const {
    if (no.command.request != request) return {};
    return diptych::start("ask again", ask_again_after);
}
// [answers]

reaction registration_process::react(diptych::refused<confirm_order> const& no) const {
    if (no.reason != "not_paid") return {};     // expired or changed meanwhile, and that is told
    if (paid_in(payments) >= total) return {};  // the rest has come since, and is asked with
    return pay_back(*this, "Too little was paid: " + no.detail);
}

reaction registration_process::react(diptych::refused<reinstate_order> const& no) const {
    if (reinstated != request) return {};  // paid again since, and that asks for itself
    auto all = give_seats_back(order, conference);
    all += pay_back(*this, "Too little was paid: " + no.detail);
    return all;
}

}  // namespace conference::registration
