/// @file
/// Payments at a third party: begun, then completed or given up; and what has to be paid back. The
/// whole context.
///
/// It knows orders by their ids and nothing else of them. That money must go back is said by
/// registration, with an event; a person who has paid it back says so here.
#pragma once

#include "money.hpp"

#include <diptych/context.hpp>
#include <diptych/process.hpp>

#include <optional>
#include <string>

namespace conference::payments {

using payment_id = diptych::id<"payment">;
using order_id = diptych::id<"order">;

// What happened. Names and fields are stored for good.

struct payment_initiated {
    using home = payment_id;
    payment_id payment;
    order_id order;
    std::string description;
    money amount;
};

struct payment_completed {
    using home = payment_id;
    payment_id payment;
    order_id order;
    money amount;
};

struct payment_rejected {
    using home = payment_id;
    payment_id payment;
    order_id order;
};

struct payment_refund_due {
    using home = payment_id;
    payment_id payment;
    order_id order;
    money amount;
    std::string reason;
};

struct payment_refunded {
    using home = payment_id;
    payment_id payment;
    order_id order;
    money amount;
};

// [foreign_event]
// What registration says, as far as it matters here.
namespace from_registration {

struct refund_required {
    static constexpr auto type = "registration.refund_required";
    using home = order_id;
    order_id order;
    payment_id payment;
    money amount;
    std::string reason;
};

}  // namespace from_registration
// [foreign_event]

enum class refusal {
    unknown_payment,
    payment_exists,
    amount_not_positive,
    payment_is_completed,
    payment_is_rejected,
    payment_not_completed,
    no_refund_due,
    amount_out_of_range
};

// What decisions need to know. It is kept as it is, beside its events: the context's life is short
// and all of it is asked for each time.

enum class payment_status { none, initiated, completed, rejected, refund_due, refunded };

struct payment_state {
    using of = payment_id;
    static constexpr bool state_stored = true;
    static constexpr int revision = 2;

    payment_status status = payment_status::none;
    order_id order;
    std::string description;
    money amount;
    money due;  // to be paid back, or paid back

    void evolve(payment_initiated const& e) {
        status = payment_status::initiated;
        order = e.order;
        description = e.description;
        amount = e.amount;
    }
    void evolve(payment_completed const&) { status = payment_status::completed; }
    void evolve(payment_rejected const&) { status = payment_status::rejected; }
    void evolve(payment_refund_due const& e) {
        status = payment_status::refund_due;
        due = e.amount;
    }
    void evolve(payment_refunded const&) { status = payment_status::refunded; }
};

// What may be asked. The rules are in payments.cpp.

struct initiate_third_party_processor_payment {
    payment_id payment;
    order_id order;
    std::string description;
    money amount;
    using refusals = refusal;
    static constexpr auto optional_fields = {"description"};
    static constexpr auto location = "/views/payments?payment_id=eq.{payment}";

    diptych::decision<payment_initiated> decide(payment_state const& known) const;
};

struct complete_third_party_processor_payment {
    payment_id payment;
    using refusals = refusal;

    diptych::decision<payment_completed> decide(payment_state const& known) const;
};

struct cancel_third_party_processor_payment {
    payment_id payment;
    using refusals = refusal;

    diptych::decision<payment_rejected> decide(payment_state const& known) const;
};

struct owe_refund {
    payment_id payment;
    std::string reason;
    std::optional<money> amount = {};  ///< All of it if it is not said.
    using refusals = refusal;

    diptych::decision<payment_refund_due> decide(payment_state const& known) const;
};

/// Says that a person has paid back what was due.
struct settle_refund {
    payment_id payment;
    using refusals = refusal;

    diptych::decision<payment_refunded> decide(payment_state const& known) const;
};

// [following]
// What follows by itself: registration says that money must go back, and it is due.
struct refunding {
    using of = payment_id;
    using sends = diptych::commands<owe_refund>;

    diptych::reaction react(from_registration::refund_required const& e) const {
        return owe_refund{.payment = e.payment, .reason = e.reason, .amount = e.amount};
    }
};

struct context : diptych::context<
                     diptych::commands<
                         initiate_third_party_processor_payment,
                         complete_third_party_processor_payment,
                         cancel_third_party_processor_payment,
                         owe_refund,
                         settle_refund>,
                     diptych::events<from_registration::refund_required>,
                     diptych::processes<refunding>> {
    static constexpr auto name = "payments";
};
// [following]

}  // namespace conference::payments
