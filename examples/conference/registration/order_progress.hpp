/// @file
/// How far an order has come, and which seats it asks for: its process goes by that, and so do the
/// seats when somebody asks for them in its name.
#pragma once

#include "registration/order.hpp"

#include <cstdint>
#include <vector>

namespace conference::registration {

enum class registration_status : std::uint8_t {
    not_started,
    awaiting_reservation,
    partially_reserved,
    reserved,
    confirmed,
    expired,
    reacquiring  // expired, but paid: the seats are asked for once more
};

struct received_payment {
    payment_id payment;
    money amount;
};

struct order_progress {
    using of = order_id;

    registration_status status = registration_status::not_started;
    conference_id conference;
    int request = 0;  // the newest for which seats are asked
    std::vector<seat_quantity> seats;
    bool was_reserved = false;
    money total;
    std::vector<received_payment> payments;  // for which nothing was given yet

    /// Whether it lives and is not confirmed.
    bool is_open() const;
    bool asks_for_seats() const;

    void evolve(order_placed const& e);
    void evolve(order_updated const& e);
    void evolve(order_totals_calculated const& e) { total = e.total; }
    void evolve(order_partially_reserved const& e);
    void evolve(order_reservation_completed const& e);
    void evolve(from_payments::payment_completed const& e);
    void evolve(order_confirmed const& e);
    void evolve(order_expired const& e);
    void evolve(refund_required const& e);
};

}  // namespace conference::registration
