#include "conference/registration/context.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace conference::registration;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

using quantities = std::vector<seat_quantity>;

seat_quantity full(int quantity) { return {{"full"}, quantity}; }
seat_quantity day(int quantity) { return {{"day"}, quantity}; }

available_seats_changed supplied(std::string id, quantities seats) {
    return {.conference = {"c1"}, .supply = {id}, .seats = std::move(seats)};
}
auto const ten = supplied("s1", {full(10)});

make_seat_reservation reserve(std::string of, int request, quantities seats) {
    return {
        .reservation = {of}, .conference = {"c1"}, .request = request, .seats = std::move(seats)
    };
}
seats_reserved reserved(std::string of, int request, quantities granted, quantities changes) {
    return {
        .conference = {"c1"},
        .reservation = {of},
        .request = request,
        .granted = std::move(granted),
        .changes = std::move(changes)
    };
}
auto const four = reserved("o1", 1, {full(4)}, {full(-4)});
seats_reservation_committed const committed{.conference = {"c1"}, .reservation = {"o1"}};
seats_reservation_cancelled const cancelled{
    .conference = {"c1"}, .reservation = {"o1"}, .changes = {full(4)}
};
cancel_seat_reservation const cancel{.reservation = {"o1"}, .conference = {"c1"}};
commit_seat_reservation const commit{.reservation = {"o1"}, .conference = {"c1"}};

}  // namespace

TEST_CASE("seats are granted as far as there are any") {
    given(ten).when(reserve("o1", 1, {full(4)})).then(four);
    given(ten, four)
        .when(reserve("o2", 1, {full(8)}))
        .then(reserved("o2", 1, {full(6)}, {full(-6)}));
    given(ten, reserved("o1", 1, {full(10)}, {full(-10)}))
        .when(reserve("o2", 1, {full(1)}))
        .then(reserved("o2", 1, {full(0)}, {}));
}

TEST_CASE("what a reservation holds counts as free for it, and only the difference is taken") {
    given(ten, four)
        .when(reserve("o1", 2, {full(10)}))
        .then(reserved("o1", 2, {full(10)}, {full(-6)}));
    given(ten, four)
        .when(reserve("o1", 2, {full(12)}))
        .then(reserved("o1", 2, {full(10)}, {full(-6)}));
    given(ten, four)
        .when(reserve("o1", 2, {full(1)}))
        .then(reserved("o1", 2, {full(1)}, {full(3)}));
    given(ten, four).when(reserve("o1", 2, {full(4)})).then(reserved("o1", 2, {full(4)}, {}));
}

TEST_CASE("seats of a type that is no longer wanted are given back, all of them if none is") {
    auto const both = supplied("s2", {day(10)});
    given(ten, both, four)
        .when(reserve("o1", 2, {day(2)}))
        .then(reserved("o1", 2, {day(2)}, {day(-2), full(4)}));
    given(ten, four)
        .when(reserve("o1", 2, {full(0)}))
        .then(reserved("o1", 2, {full(0)}, {full(4)}));
    given(ten, four).when(reserve("o1", 2, {})).then(reserved("o1", 2, {}, {full(4)}));
}

TEST_CASE("an unknown seat type refuses all that was asked for with it") {
    given(ten).when(reserve("o1", 1, {full(1), day(1)})).then_refused(refusal::unknown_seat_type);
    given(ten).when(reserve("o1", 1, {full(-1)})).then_refused(refusal::quantity_negative);
    given(ten).when(reserve("o1", 1, {full(1), full(1)})).then_refused(refusal::seat_type_twice);
    given(ten).when(reserve("o1", 1, {full(1'001)})).then_refused(refusal::too_many_seats);
    given(ten).when(reserve("o1", 0, {full(1)})).then_refused(refusal::request_not_positive);
}

TEST_CASE("P4-02 a request that comes again, or behind a newer one, does nothing") {
    auto const newer = reserved("o1", 3, {full(4)}, {full(-4)});
    given(ten, newer).when(reserve("o1", 3, {full(4)})).then_nothing();
    given(ten, newer).when(reserve("o1", 2, {full(9)})).then_nothing();
}

TEST_CASE("P4-12 a committed reservation is not made again by a request that comes late") {
    given(ten, four, committed).when(reserve("o1", 2, {full(4)})).then_nothing();
}

namespace {

order_placed placed(int quantity) {
    return {
        .order = {"o1"},
        .conference = {"c1"},
        .revision = 1,
        .lines = {{{"full"}, "Full", {}, quantity, 0}},
        .expires_at = {},
        .buffer = {},
        .access_code = "",
        .reservation = reservation_id{"o1"}
    };
}
order_reservation_completed const complete{{"o1"}, 1, {{{"full"}, "Full", {}, 4, 4}}};
order_confirmed const confirmed{{"o1"}};
order_expired const expired{.order = {"o1"}, .promotion = {}};
from_payments::payment_completed const payment{{"p1"}, {"o1"}, {1'00}};

}  // namespace

TEST_CASE("for an order is reserved what it asks for now, whoever says so") {
    auto const placed_four = given(ten, placed(4));
    placed_four.when(reserve("o1", 1, {full(4)})).then(four);
    placed_four.when(reserve("o1", 2, {full(4)})).then_refused(refusal::request_of_no_order);
    placed_four.when(reserve("o1", 1, {full(3)})).then_refused(refusal::request_of_no_order);
    order_updated const other{{"o1"}, 2, {{{"full"}, "Full", {}, 3, 0}}};
    given(ten, placed(4), other).when(reserve("o1", 1, {full(4)})).then_nothing();
    given(ten, placed(4), other)
        .when(reserve("o1", 2, {full(3)}))
        .then(reserved("o1", 2, {full(3)}, {full(-3)}));
    given(ten, placed(4), four, complete)
        .when(reserve("o1", 999, {full(0)}))
        .then_refused(refusal::request_of_no_order);
    given(ten, placed(4), expired).when(reserve("o1", 1, {full(4)})).then_nothing();
    auto const late = given(ten, placed(4), four, complete, expired, cancelled, payment);
    late.when(reserve("o1", 2, {full(4)})).then(reserved("o1", 2, {full(4)}, {full(-4)}));
    late.when(reserve("o1", 3, {full(4)})).then_refused(refusal::request_of_no_order);
}

TEST_CASE("a reservation without an order does not stand in the way of one that is placed later") {
    auto const stray = reserved("o1", 7, {full(1)}, {full(-1)});
    seats_reservation_cancelled const back{{"c1"}, {"o1"}, {full(1)}};
    given(ten, stray, back, placed(4)).when(reserve("o1", 1, {full(4)})).then(four);
    given(ten, stray, placed(4))
        .when(reserve("o1", 1, {full(4)}))
        .then(reserved("o1", 1, {full(4)}, {full(-3)}));
    auto cancel_stray = cancel;
    cancel_stray.request = 7;
    given(ten, stray).when(cancel_stray).then(back);
    given(ten, stray, placed(4)).when(cancel_stray).then_nothing();
    // What is called for somebody comes on top of what is held, and nothing is lost.
    auto const called = reserved("o1", 0, {full(4)}, {full(-4)});
    given(ten, stray, called)
        .when(cancel)
        .then(seats_reservation_cancelled{{"c1"}, {"o1"}, {full(5)}});
    given(ten, stray, called).when(cancel_stray).then_nothing();
}

TEST_CASE("seats of a confirmed order are never given back, and those of no other are kept") {
    given(ten, placed(4), four, complete, confirmed).when(commit).then(committed);
    given(ten, placed(4), four, complete, confirmed)
        .when(cancel)
        .then_refused(refusal::order_is_confirmed);
    given(ten, placed(4), four, complete).when(cancel).then(cancelled);
    given(ten, placed(4), four, complete).when(commit).then_refused(refusal::order_not_confirmed);
    given(ten, four).when(commit).then_refused(refusal::order_not_confirmed);
}

TEST_CASE("S4-69 who waits comes first: others get what they leave") {
    auto const waits = [](std::string order, int quantity) {
        return wait_list_joined{{order}, {"c1"}, "w@x", {full(quantity)}};
    };
    from_management::conference_published const open{.conference = {"c1"}};
    auto const asked = reserve("o1", 1, {full(5)});
    auto const gets = [](int quantity, quantities changes) {
        return reserved("o1", 1, {full(quantity)}, std::move(changes));
    };
    given(ten, open, waits("w1", 8)).when(asked).then(gets(2, {full(-2)}));
    given(ten, open, waits("w1", 8), waits("w2", 3)).when(asked).then(gets(2, {full(-2)}));
    given(ten, open, waits("w1", 11)).when(asked).then(gets(5, {full(-5)}));
    given(ten, waits("w1", 8)).when(asked).then(gets(5, {full(-5)}));
    given(ten, open, waits("w1", 10), four)
        .when(reserve("o1", 2, {full(5)}))
        .then(reserved("o1", 2, {full(5)}, {full(-1)}));
    given(ten, open, waits("w1", 6), four)
        .when(reserve("o1", 2, {full(5)}))
        .then(reserved("o1", 2, {full(4)}, {}));
}

TEST_CASE("a cancelled reservation gives back all that it held, once") {
    given(ten, four).when(cancel).then(cancelled);
    given(ten, four, cancelled).when(cancel).then_nothing();
    given(ten).when(cancel).then_nothing();
    given(ten, four, cancelled).when(commit).then_nothing();
}

TEST_CASE("a cancelled reservation may be made again by a newer request, and by no older one") {
    given(ten, four, cancelled)
        .when(reserve("o1", 2, {full(4)}))
        .then(reserved("o1", 2, {full(4)}, {full(-4)}));
    given(ten, four, cancelled).when(reserve("o1", 1, {full(4)})).then_nothing();
}

TEST_CASE("a committed reservation keeps its seats for good") {
    given(ten, four, committed).when(commit).then_nothing();
    given(ten, four, committed).when(cancel).then_nothing();
    given(ten).when(commit).then_nothing();
}

TEST_CASE("a reservation at one conference is none at another, whatever their names") {
    available_seats_changed const others{{"c2"}, {"s2"}, {full(3)}};
    auto elsewhere = reserve("o1", 1, {full(4)});
    elsewhere.conference = {"c2"};
    auto made = reserved("o1", 1, {full(3)}, {full(-3)});
    made.conference = {"c2"};
    given(ten, four, others).when(elsewhere).then(made);
    given(ten, four, others, made).when(cancel).then(cancelled);
    given(ten, others, made).when(cancel).then_nothing();
    given(ten, others, made).when(commit).then_nothing();
}

TEST_CASE("P4-06 a cut quota takes nothing that was granted, and what comes back pays for it") {
    auto const taken = reserved("o2", 1, {full(6)}, {full(-6)});
    auto const cut = supplied("s2", {full(-3)});
    auto const owing = given(ten, four, taken, cut);  // 10 taken of 7
    owing.when(reserve("o1", 2, {full(4)})).then(reserved("o1", 2, {full(4)}, {}));
    owing.when(reserve("o1", 2, {full(5)})).then(reserved("o1", 2, {full(4)}, {}));
    owing.when(reserve("o3", 1, {full(1)})).then(reserved("o3", 1, {full(0)}, {}));
    given(ten, four, taken, cut, cancelled)
        .when(reserve("o3", 1, {full(4)}))
        .then(reserved("o3", 1, {full(1)}, {full(-1)}));
}
