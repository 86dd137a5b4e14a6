#include "payments/payments.hpp"

namespace conference::payments {

using diptych::no_events;
using diptych::refuse;
using enum payment_status;

namespace {

auto unknown(payment_id const& payment) {
    return refuse(refusal::unknown_payment, "There is no payment " + payment.value);
}

}  // namespace

diptych::decision<payment_initiated> initiate_third_party_processor_payment::decide(
    payment_state const& known
) const {
    if (known.status != none) {
        if (known.order == order && known.amount == amount && known.description == description)
            return no_events;
        return refuse(refusal::payment_exists, "There is another payment of this id");
    }
    if (amount <= money{})
        return refuse(refusal::amount_not_positive, "A payment is of more than 0.00");
    return payment_initiated{
        .payment = payment, .order = order, .description = description, .amount = amount
    };
}

diptych::decision<payment_completed> complete_third_party_processor_payment::decide(
    payment_state const& known
) const {
    if (known.status == none) return unknown(payment);
    if (known.status == rejected)
        return refuse(refusal::payment_is_rejected, "The payment was given up");
    if (known.status != initiated) return no_events;
    return payment_completed{.payment = payment, .order = known.order, .amount = known.amount};
}

diptych::decision<payment_rejected> cancel_third_party_processor_payment::decide(
    payment_state const& known
) const {
    if (known.status == none) return unknown(payment);
    if (known.status == rejected) return no_events;
    if (known.status != initiated)
        return refuse(refusal::payment_is_completed, "The payment is completed");
    return payment_rejected{.payment = payment, .order = known.order};
}

diptych::decision<payment_refund_due> owe_refund::decide(payment_state const& known) const {
    if (known.status == none) return unknown(payment);
    if (known.status == refund_due || known.status == refunded) return no_events;
    if (known.status != completed)
        return refuse(refusal::payment_not_completed, "The payment is not completed");
    auto const due = amount.value_or(known.amount);
    if (due <= money{} || due > known.amount)
        return refuse(refusal::amount_out_of_range, "Above 0.00 and no more than was paid");
    return payment_refund_due{
        .payment = payment, .order = known.order, .amount = due, .reason = reason
    };
}

diptych::decision<payment_refunded> settle_refund::decide(payment_state const& known) const {
    if (known.status == none) return unknown(payment);
    if (known.status == refunded) return no_events;
    if (known.status != refund_due)
        return refuse(refusal::no_refund_due, "Nothing is to be paid back of this payment");
    return payment_refunded{.payment = payment, .order = known.order, .amount = known.due};
}

}  // namespace conference::payments
