/// @file
/// An order: what happened to it, and what is known of it.
///
/// An order is placed at the prices of that moment, which are recorded with it, and lives as long
/// as the conference's terms say. It may be changed until it is confirmed or expires: each change
/// is a new revision, and what is heard of an older one does not count. It is confirmed when every
/// seat of it is reserved and it is paid, or costs nothing. What is reserved of a part of it must
/// first be ordered as such. Nothing reserved is not free.
#pragma once

#include "registration/foreign_events.hpp"

#include <diptych/context.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace conference::registration {

struct order_line {
    seat_type_id seat_type;
    std::string name;  ///< Of the seat type, and its price, when it was ordered.
    money unit_price;
    int requested;
    int reserved;
    bool operator==(order_line const&) const = default;
};

struct priced_line {
    seat_type_id seat_type;
    std::string description;
    money unit_price;
    int quantity;
    money line_total;
};

// What happened. Names and fields are stored for good.

struct reservation_terms_set {
    conference_id conference;
    std::chrono::milliseconds window;
    std::chrono::milliseconds buffer;
};

struct order_placed {
    using home = order_id;
    order_id order;
    conference_id conference;
    int revision;
    std::vector<order_line> lines;
    diptych::timestamp expires_at;     ///< What the registrant is told.
    std::chrono::milliseconds buffer;  ///< So much later the seats go back.
    std::string access_code;
    /// Of its seats, which find it by that; orders from before 1.0 have none here.
    std::optional<reservation_id> reservation = {};
};

struct order_updated {
    using home = order_id;
    order_id order;
    int revision;
    std::vector<order_line> lines;
};

struct order_totals_calculated {
    using home = order_id;
    order_id order;
    std::vector<priced_line> lines;
    money discount;
    money total;
    bool is_free_of_charge;
};

struct order_partially_reserved {
    using home = order_id;
    order_id order;
    int revision;
    std::vector<order_line> lines;
};

struct order_reservation_completed {
    using home = order_id;
    order_id order;
    int revision;
    std::vector<order_line> lines;
};

struct order_registrant_assigned {
    order_id order;
    std::string first_name;
    std::string last_name;
    std::string email;
};

struct promotion_applied {
    using home = order_id;
    order_id order;
    promotion_id promotion;
    int percent;
};

struct order_expired {
    using home = order_id;
    order_id order;
    std::optional<promotion_id> promotion;  ///< May be used by another order now.
};

/// It had expired, was paid all the same, and its seats were still there.
struct order_reinstated {
    using home = order_id;
    order_id order;
    std::optional<promotion_id> promotion;
};

struct order_confirmed {
    static constexpr auto formerly = {"order_payment_confirmed"};
    order_id order;
};

/// Money was taken for which there are no seats: a payment, or what is too much of it.
struct refund_required {
    using home = order_id;
    order_id order;
    payment_id payment;
    money amount;
    std::string reason;
};

// What decisions need to know.

/// Of a window, and of a buffer.
inline constexpr std::chrono::milliseconds terms_max = std::chrono::days{365};

struct terms_state {
    using of = conference_id;
    std::chrono::milliseconds window = std::chrono::minutes{15};
    std::chrono::milliseconds buffer = std::chrono::minutes{14};
    void evolve(reservation_terms_set const& e) {  // older ones may be longer
        window = std::min(e.window, terms_max);
        buffer = std::min(e.buffer, terms_max);
    }
};

enum class order_status { none, placed, partially_reserved, reserved, expired, confirmed };

struct order_state {
    using of = order_id;
    order_status status = order_status::none;
    conference_id conference;
    int revision = 0;
    std::vector<order_line> lines;
    std::optional<promotion_id> promotion;
    int percent = 0;
    money total;
    bool was_reserved = false;  // all of it, at its newest revision
    std::set<payment_id> refunds;
    std::optional<reservation_id> reservation;

    void evolve(order_placed const& e) {
        status = order_status::placed;
        reservation = reservation_of(e.order);
        conference = e.conference;
        revision = e.revision;
        lines = e.lines;
    }
    void evolve(order_updated const& e) {
        status = order_status::placed;
        was_reserved = false;
        revision = e.revision;
        lines = e.lines;
    }
    void evolve(order_totals_calculated const& e) { total = e.total; }
    void evolve(order_partially_reserved const& e) {
        status = order_status::partially_reserved;
        lines = e.lines;
    }
    void evolve(order_reservation_completed const& e) {
        status = order_status::reserved;
        was_reserved = true;
        lines = e.lines;
    }
    void evolve(promotion_applied const& e) {
        promotion = e.promotion;
        percent = e.percent;
    }
    void evolve(order_expired const&) { status = order_status::expired; }
    void evolve(order_confirmed const&) { status = order_status::confirmed; }
    void evolve(refund_required const& e) { refunds.insert(e.payment); }
};

/// What has been paid for an order and does not go back.
struct paid_state {
    using of = order_id;
    money amount;
    std::map<payment_id, money> payments;  // also those that go back

    void evolve(from_payments::payment_completed const& e) {
        amount += e.amount;
        payments[e.payment] = e.amount;
    }
    void evolve(refund_required const& e) { amount = amount - e.amount; }
};

}  // namespace conference::registration
