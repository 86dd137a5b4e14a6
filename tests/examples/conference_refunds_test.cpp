#include "conference/registration/context.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace conference::registration;
using conference::money;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

order_placed const two{
    .order = {"o1"},
    .conference = {"c1"},
    .revision = 1,
    .lines = {{{"full"}, "Full", {100'50}, 2, 0}},
    .expires_at = {},
    .buffer = {},
    .access_code = ""
};
order_totals_calculated const two_cost{
    .order = {"o1"}, .lines = {}, .discount = {}, .total = {201'00}, .is_free_of_charge = false
};
order_reservation_completed const two_reserved{
    .order = {"o1"}, .revision = 1, .lines = {{{"full"}, "Full", {100'50}, 2, 2}}
};
order_confirmed const confirmed{.order = {"o1"}};
from_payments::payment_completed paid(money amount) {
    return {.payment = {"p1"}, .order = {"o1"}, .amount = amount};
}

}  // namespace

TEST_CASE("a payment is to be paid back once") {
    require_refund const asked{
        .order = {"o1"}, .payment = {"p1"}, .amount = {201'00}, .reason = "late"
    };
    refund_required const required{
        .order = {"o1"}, .payment = {"p1"}, .amount = {201'00}, .reason = "late"
    };
    given(two, paid({201'00})).when(asked).then(required);
    given(two, paid({201'00}), required).when(asked).then_nothing();
    given(paid({201'00})).when(asked).then(required);
    given(two).when(asked).then_refused(refusal::unknown_payment);
    given(two, paid({200'00})).when(asked).then_refused(refusal::amount_of_other_payment);
    auto nothing = asked;
    nothing.amount = {-100'00};
    given(two, paid({201'00})).when(nothing).then_refused(refusal::amount_of_other_payment);
}

TEST_CASE("of a confirmed order what it does not cost goes back, and no more") {
    require_refund asked{.order = {"o1"}, .payment = {"p1"}, .amount = {500'00}, .reason = "more"};
    auto const bought = [](auto const&... payment) {
        return given(two, two_cost, two_reserved, payment..., confirmed);
    };
    refund_required back{.order = {"o1"}, .payment = {"p1"}, .amount = {299'00}, .reason = "more"};
    bought(paid({500'00})).when(asked).then(back);
    bought(paid({500'00}), back).when(asked).then_nothing();
    asked.amount = {201'00};
    bought(paid({201'00})).when(asked).then_refused(refusal::money_is_needed);
    auto const second = from_payments::payment_completed{{"p2"}, {"o1"}, {50'00}};
    back.amount = {50'00};
    bought(paid({201'00}), second).when(asked).then(back);
}
