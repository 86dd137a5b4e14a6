/// @file
/// What other contexts say, as far as registration listens. Their types are named in full; their
/// other fields are theirs.
#pragma once

#include "registration/ids.hpp"

#include <map>
#include <string>

namespace conference::registration {

namespace from_management {

struct conference_published {
    static constexpr auto type = "management.conference_published";
    conference_id conference;
};

struct conference_unpublished {
    static constexpr auto type = "management.conference_unpublished";
    conference_id conference;
};

struct seat_created {
    static constexpr auto type = "management.seat_created";
    using home = conference_id;
    conference_id conference;
    seat_type_id seat_type;
    std::string name;
    int quantity;
    money price;
};

struct seat_updated {
    static constexpr auto type = "management.seat_updated";
    using home = conference_id;
    conference_id conference;
    seat_type_id seat_type;
    std::string name;
    int quantity;
    money price;
};

}  // namespace from_management

namespace from_payments {

struct payment_completed {
    static constexpr auto type = "payments.payment_completed";
    using home = payment_id;
    payment_id payment;
    order_id order;
    money amount;
};

}  // namespace from_payments

// What is known from that.

struct offered_seat {
    std::string name;
    money price;
};

/// What a conference sells now, and for how much.
struct offer_state {
    using of = conference_id;
    bool is_published = false;
    std::map<seat_type_id, offered_seat> seats;

    void evolve(from_management::conference_published const&) { is_published = true; }
    void evolve(from_management::conference_unpublished const&) { is_published = false; }
    void evolve(from_management::seat_created const& e) {
        seats[e.seat_type] = {.name = e.name, .price = e.price};
    }
    void evolve(from_management::seat_updated const& e) {
        seats[e.seat_type] = {.name = e.name, .price = e.price};
    }
};

}  // namespace conference::registration
