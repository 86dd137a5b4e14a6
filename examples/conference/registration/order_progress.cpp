#include "registration/order_progress.hpp"

namespace conference::registration {

namespace {

std::vector<seat_quantity> wanted_in(std::vector<order_line> const& lines) {
    std::vector<seat_quantity> wanted;
    for (auto const& line : lines) wanted.push_back({line.seat_type, line.requested});
    return wanted;
}

}  // namespace

bool order_progress::is_open() const {
    return status == registration_status::awaiting_reservation ||
           status == registration_status::partially_reserved ||
           status == registration_status::reserved;
}

bool order_progress::asks_for_seats() const {
    return status == registration_status::awaiting_reservation ||
           status == registration_status::reacquiring;
}

void order_progress::evolve(order_placed const& e) {
    status = registration_status::awaiting_reservation;
    conference = e.conference;
    request = e.revision;
    seats = wanted_in(e.lines);
}

void order_progress::evolve(order_updated const& e) {
    status = registration_status::awaiting_reservation;
    was_reserved = false;
    request = e.revision;
    seats = wanted_in(e.lines);
}

void order_progress::evolve(order_partially_reserved const&) {
    status = registration_status::partially_reserved;
}

void order_progress::evolve(order_reservation_completed const&) {
    status = registration_status::reserved;
    was_reserved = true;
}

void order_progress::evolve(from_payments::payment_completed const& e) {
    payments.push_back({e.payment, e.amount});
    // Those before it may be on their way back, and their answer with them.
    if (status == registration_status::reacquiring ||
        (status == registration_status::expired && was_reserved)) {
        status = registration_status::reacquiring;
        ++request;
    }
}

// What was paid first pays for the order. What came on top of it is left over, of the payment that
// made it too much a part.
void order_progress::evolve(order_confirmed const&) {
    status = registration_status::confirmed;
    money paid;
    std::erase_if(payments, [&](received_payment const& one) {
        paid += one.amount;
        return paid <= total;
    });
}

void order_progress::evolve(order_expired const&) {
    auto const was_paid = was_reserved && !payments.empty();
    status = was_paid ? registration_status::reacquiring : registration_status::expired;
    if (was_paid) ++request;
}

void order_progress::evolve(refund_required const& e) {
    std::erase_if(payments, [&](auto const& one) { return one.payment == e.payment; });
    if (status == registration_status::reacquiring && payments.empty())
        status = registration_status::expired;
}

}  // namespace conference::registration
