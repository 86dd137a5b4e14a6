#include "conference/payments/payments.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace conference::payments;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

initiate_third_party_processor_payment const initiate{
    .payment = {"p1"}, .order = {"o1"}, .description = "Seats", .amount = {400'00}
};
payment_initiated const initiated{
    .payment = {"p1"}, .order = {"o1"}, .description = "Seats", .amount = {400'00}
};
payment_completed const completed{.payment = {"p1"}, .order = {"o1"}, .amount = {400'00}};
payment_rejected const rejected{.payment = {"p1"}, .order = {"o1"}};
payment_refund_due const due{
    .payment = {"p1"}, .order = {"o1"}, .amount = {400'00}, .reason = "late"
};
payment_refunded const refunded{.payment = {"p1"}, .order = {"o1"}, .amount = {400'00}};
complete_third_party_processor_payment const complete{.payment = {"p1"}};
cancel_third_party_processor_payment const cancel{.payment = {"p1"}};
owe_refund const owe{.payment = {"p1"}, .reason = "late", .amount = {}};
settle_refund const settle{.payment = {"p1"}};

}  // namespace

TEST_CASE("a payment is initiated once, and for something") {
    given().when(initiate).then(initiated);
    given(initiated).when(initiate).then_nothing();
    auto other = initiate;
    other.amount = {1};
    given(initiated).when(other).then_refused(refusal::payment_exists);
    other.amount = {0};
    given().when(other).then_refused(refusal::amount_not_positive);
}

TEST_CASE("a payment that was initiated is completed or rejected, and anything else is an error") {
    given(initiated).when(complete).then(completed);
    given(initiated).when(cancel).then(rejected);
    given(initiated, completed).when(complete).then_nothing();
    given(initiated, rejected).when(cancel).then_nothing();
    given(initiated, completed).when(cancel).then_refused(refusal::payment_is_completed);
    given(initiated, rejected).when(complete).then_refused(refusal::payment_is_rejected);
    given().when(complete).then_refused(refusal::unknown_payment);
    given().when(cancel).then_refused(refusal::unknown_payment);
}

TEST_CASE("only what was paid is paid back, and once") {
    given(initiated, completed).when(owe).then(due);
    given(initiated, completed, due).when(owe).then_nothing();
    given(initiated).when(owe).then_refused(refusal::payment_not_completed);
    given().when(owe).then_refused(refusal::unknown_payment);
    given(initiated, completed, due).when(settle).then(refunded);
    given(initiated, completed, due, refunded).when(settle).then_nothing();
    given(initiated, completed, due, refunded).when(owe).then_nothing();
    given(initiated, completed).when(settle).then_refused(refusal::no_refund_due);
}

TEST_CASE("a part of what was paid may be due, and no more than that is paid back") {
    auto part = owe;
    part.amount = conference::money{100'00};
    auto due_of_it = due;
    due_of_it.amount = {100'00};
    auto refunded_of_it = refunded;
    refunded_of_it.amount = {100'00};
    given(initiated, completed).when(part).then(due_of_it);
    given(initiated, completed, due_of_it).when(settle).then(refunded_of_it);
    for (std::int64_t const cents : {0, -1, 400'01}) {
        part.amount = conference::money{cents};
        given(initiated, completed).when(part).then_refused(refusal::amount_out_of_range);
    }
}

TEST_CASE("what registration wants paid back is due") {
    given(
        initiated, completed, from_registration::refund_required{{"o1"}, {"p1"}, {400'00}, "late"}
    )
        .reacting<refunding>()
        .then_sends(owe_refund{{"p1"}, "late", conference::money{400'00}});
}
