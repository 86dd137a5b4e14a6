#include "conference/registration/context.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace conference::registration;
using namespace std::chrono_literals;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

from_management::conference_published const published{.conference = {"c1"}};
from_management::seat_created const seats{
    .conference = {"c1"}, .seat_type = {"full"}, .name = "Full", .quantity = 10, .price = {1'00}
};
available_seats_changed supplied(int quantity) {
    return {.conference = {"c1"}, .supply = {"s1"}, .seats = {{{"full"}, quantity}}};
}
wait_list_joined joined(std::string order, int quantity) {
    return {
        .order = {order},
        .conference = {"c1"},
        .email = order + "@x",
        .seats = {{{"full"}, quantity}}
    };
}
wait_list_called called(std::string order, int quantity) {
    return {.order = {order}, .conference = {"c1"}, .seats = {{{"full"}, quantity}}};
}
seats_reserved reserved(std::string order, int quantity) {
    return {
        .conference = {"c1"},
        .reservation = {order},
        .request = 0,
        .granted = {{{"full"}, quantity}},
        .changes = {{{"full"}, -quantity}}
    };
}
join_wait_list join(std::string order, int quantity) {
    return {
        .order = {order},
        .conference = {"c1"},
        .email = order + "@x",
        .seats = {{{"full"}, quantity}}
    };
}
call_wait_list const call{.conference = {"c1"}};
order_placed placed(std::string order, int quantity) {
    return {
        .order = {order},
        .conference = {"c1"},
        .revision = 1,
        .lines = {{{"full"}, "Full", {1'00}, quantity, 0}},
        .expires_at = {},
        .buffer = 14min,
        .access_code = "ABCDEF"
    };
}
order_expired const expired{.order = {"o1"}, .promotion = {}};
place_called_order const place{.order = {"o1"}, .conference = {"c1"}};
seats_reservation_cancelled given_back(std::string order, int quantity) {
    return {.conference = {"c1"}, .reservation = {order}, .changes = {{{"full"}, quantity}}};
}
wait_list_left const left{.order = {"o1"}, .conference = {"c1"}};
from_management::conference_published const other_published{.conference = {"c2"}};
from_management::seat_created const other_seats{
    .conference = {"c2"}, .seat_type = {"full"}, .name = "Full", .quantity = 10, .price = {1'00}
};
join_wait_list join_elsewhere() {
    auto elsewhere = join("o1", 2);
    elsewhere.conference = {"c2"};
    return elsewhere;
}

}  // namespace

TEST_CASE("S4-69 who finds no seats can wait, under the id of the order to come") {
    auto const open = given(published, seats);
    open.when(join("o1", 2)).then(joined("o1", 2));
    given(published, seats, joined("o1", 2)).when(join("o1", 2)).then_nothing();
    given(published, seats, joined("o1", 2))
        .when(join("o1", 3))
        .then_refused(refusal::waits_for_other_seats);
    open.when(join("o1", 0)).then_refused(refusal::no_seats_wanted);
    for (auto const* const odd : {"", "@", "ada@", "@x", "ada@x@y", "ada b@x"}) {
        auto unreachable = join("o1", 2);
        unreachable.email = odd;
        open.when(unreachable).then_refused(refusal::email_malformed);
    }
    given(seats).when(join("o1", 2)).then_refused(refusal::conference_not_published);
    given(published).when(join("o1", 2)).then_refused(refusal::unknown_seat_type);
}

TEST_CASE("who was called is told so, and not that they wait once more") {
    auto other = join("o1", 2);
    other.email = "other@x";
    auto const then = [](auto const&... happened) {
        return given(published, seats, joined("o1", 2), called("o1", 2), happened...);
    };
    then().when(join("o1", 2)).then_nothing();
    then(placed("o1", 2)).when(join("o1", 2)).then_nothing();
    then().when(other).then_refused(refusal::waits_for_other_seats);
    then().when(join("o1", 3)).then_refused(refusal::waits_for_other_seats);
    then(placed("o1", 2)).when(other).then_refused(refusal::order_exists);
    then(placed("o1", 2), expired).when(join("o1", 2)).then_refused(refusal::order_is_expired);
    then(placed("o1", 2), expired).when(other).then_refused(refusal::order_is_expired);
}

TEST_CASE("who has an order does not wait for it") {
    auto const refused = [](auto const& outcome) {
        outcome.when(join("o1", 2)).then_refused(refusal::order_exists);
    };
    refused(given(published, seats, placed("o1", 1)));
    refused(given(published, seats, joined("o1", 2), placed("o1", 1)));
    given(published, seats, placed("o1", 1), expired)
        .when(join("o1", 2))
        .then_refused(refusal::order_is_expired);
}

TEST_CASE("who waits and places the order does not wait any more, and is not called") {
    auto request = reserved("o1", 1);
    request.request = 1;
    auto const not_called = [](auto const& outcome) {
        outcome.when(call).then_nothing();
        outcome.when(leave_wait_list{{"o1"}, {"c1"}}).then_nothing();
    };
    not_called(given(published, seats, supplied(9), joined("o1", 2), placed("o1", 1)));
    not_called(given(published, seats, supplied(9), joined("o1", 2), placed("o1", 1), request));
    not_called(given(published, seats, supplied(9), joined("o1", 2), placed("o1", 1), expired));
    not_called(given(
        published,
        seats,
        supplied(9),
        joined("o1", 2),
        placed("o1", 1),
        request,
        order_confirmed{{"o1"}}
    ));
    given(published, supplied(9), joined("o1", 2), joined("o2", 2), placed("o1", 1))
        .when(call)
        .then(called("o2", 2), reserved("o2", 2));
}

TEST_CASE("under one id there is one wait, at one conference, where the order will be") {
    auto const open = given(published, seats, other_published, other_seats, joined("o1", 2));
    open.when(join_elsewhere()).then_refused(refusal::order_of_other_conference);
    register_to_conference elsewhere{
        .order = {"o1"}, .conference = {"c2"}, .seats = {{{"full"}, 1}}
    };
    open.when(elsewhere).then_refused(refusal::order_of_other_conference);
    given(other_published, other_seats, joined("o1", 2), called("o1", 2))
        .when(elsewhere)
        .then_refused(refusal::order_of_other_conference);
    given(other_published, other_seats, joined("o1", 2), called("o1", 2))
        .when(join_elsewhere())
        .then_refused(refusal::order_of_other_conference);
    given(other_published, other_seats, joined("o1", 2), left)
        .when(join_elsewhere())
        .then(wait_list_joined{{"o1"}, {"c2"}, "o1@x", {{{"full"}, 2}}});
    elsewhere.conference = {"c1"};
    CHECK_FALSE(open.when(elsewhere).refuses(refusal::order_of_other_conference));
}

TEST_CASE("seats of a type of which none are wanted hold up nobody") {
    auto both = joined("o1", 2);
    both.seats.push_back({{"day"}, 0});
    auto was_called = called("o1", 2);
    was_called.seats = both.seats;
    auto kept = reserved("o1", 2);
    kept.granted = both.seats;
    available_seats_changed const owed{{"c1"}, {"s2"}, {{{"day"}, -1}}};
    given(published, supplied(2), both).when(call).then(was_called, kept);
    given(published, supplied(2), owed, both).when(call).then(was_called, kept);
}

TEST_CASE("the first for whom there are enough seats are called, and have them") {
    given(published, seats, supplied(3), joined("o1", 2), joined("o2", 2), joined("o3", 1))
        .when(call)
        .then(called("o1", 2), reserved("o1", 2), called("o3", 1), reserved("o3", 1));
    given(published, seats, supplied(1), joined("o1", 2)).when(call).then_nothing();
    given(seats, supplied(9), joined("o1", 2)).when(call).then_nothing();
}

TEST_CASE("who was called or has left is not called again") {
    given(published, supplied(9), joined("o1", 2), called("o1", 2)).when(call).then_nothing();
    given(published, supplied(9), joined("o1", 2), wait_list_left{{"o1"}, {"c1"}})
        .when(call)
        .then_nothing();
}

namespace {

constexpr auto at_once = static_cast<int>(called_at_once_max);

auto crowd_of(int how_many) {
    std::vector<wait_list_joined> all;
    for (auto i = 0; i < how_many; ++i) all.push_back(joined("o" + std::to_string(i), 1));
    return all;
}

wait_list_state waiting(int how_many) {
    wait_list_state list;
    for (auto const& one : crowd_of(how_many)) list.evolve(one);
    return list;
}

}  // namespace

TEST_CASE("S4-69 however many wait, so many of them are called at once, the first ones") {
    seats_availability free;
    free.evolve(supplied(20'000));
    offer_state open;
    open.evolve(published);
    auto list = waiting(6'000);
    auto const made = call.decide(list, free, open);
    auto const first = made.all<wait_list_called>();
    REQUIRE(first.size() == called_at_once_max);
    CHECK(made.all<seats_reserved>().size() == called_at_once_max);
    CHECK(first.front().order == order_id{"o0"});
    CHECK(first.back().order == order_id{"o" + std::to_string(at_once - 1)});
    for (auto const& one : first) list.evolve(one);
    CHECK(
        call.decide(list, free, open).all<wait_list_called>().front().order.value ==
        "o" + std::to_string(at_once)
    );
}

TEST_CASE("S4-69 each batch of the wait-list that is full has the next one called, to the last") {
    for (auto const before : {0, 1, at_once - 1}) {  // called earlier, not a full batch
        auto const all = crowd_of(before + 2 * at_once + 1);
        wait_list_calling process;
        for (auto const& one : all) process.evolve(one);
        auto const calls_after = [&](int from, int how_many) {
            auto calls = 0;
            for (auto i = from; i < from + how_many; ++i) {
                auto const next = called(all[static_cast<std::size_t>(i)].order.value, 1);
                process.evolve(next);
                auto const made = process.react(next);
                for (auto const& one : made.commands())
                    calls += one.name == "call_wait_list" ? 1 : 0;
            }
            return calls;
        };
        CHECK(calls_after(0, before) == 0);
        CHECK(calls_after(before, at_once) == 1);
        CHECK(calls_after(before + at_once, at_once) == 1);
        CHECK(calls_after(before + 2 * at_once, 1) == 0);
    }
}

TEST_CASE("the wait-list is left once") {
    leave_wait_list const leave{.order = {"o1"}, .conference = {"c1"}};
    given(joined("o1", 2)).when(leave).then(wait_list_left{{"o1"}, {"c1"}});
    given().when(leave).then_nothing();
}

TEST_CASE("who was called and leaves gives the seats back, unless the order is placed") {
    leave_wait_list const leave{.order = {"o1"}, .conference = {"c1"}};
    auto const then = [](auto const&... happened) {
        return given(joined("o1", 2), called("o1", 2), reserved("o1", 2), happened...);
    };
    then().when(leave).then(given_back("o1", 2), left);
    then(given_back("o1", 2)).when(leave).then(left);
    then(given_back("o1", 2), left).when(leave).then_nothing();
    then(placed("o1", 2)).when(leave).then_refused(refusal::order_exists);
    auto elsewhere = leave;
    elsewhere.conference = {"c2"};
    then().when(elsewhere).then_nothing();
}

TEST_CASE("seats of who was called go back, whatever is in the way of the order") {
    leave_wait_list const leave{.order = {"o1"}, .conference = {"c1"}};
    diptych::failed<place_called_order> const no{.command = place, .id = ""};
    auto const made = wait_list_calling{}.react(no).commands();
    REQUIRE(made.size() == 1);
    CHECK(made[0].name == "leave_wait_list");
    CHECK(made[0].json == diptych::json::write(leave));
}

TEST_CASE("whenever there may be seats, who waits is called, and nobody else is bothered") {
    seats_reservation_cancelled const back{
        .conference = {"c1"}, .reservation = {"o9"}, .changes = {{{"full"}, 1}}
    };
    auto fewer = reserved("o9", 1);
    fewer.changes = {{{"full"}, 1}};
    auto const calls = [](auto const& outcome) {
        outcome.template reacting<wait_list_calling>().then_sends(call);
    };
    calls(given(joined("o1", 2)));
    calls(given(joined("o1", 2), back));
    calls(given(joined("o1", 2), supplied(1)));
    calls(given(joined("o1", 2), fewer));
    calls(given(joined("o1", 2), published));
    calls(given(joined("o1", 2), joined("o2", 2), wait_list_left{{"o2"}, {"c1"}}));
    given(joined("o1", 2), reserved("o9", 1)).reacting<wait_list_calling>().then_sends();
    given(back).reacting<wait_list_calling>().then_sends();
    given(joined("o1", 2), left, back).reacting<wait_list_calling>().then_sends();
    given(joined("o1", 2), placed("o1", 1), back).reacting<wait_list_calling>().then_sends();
}

TEST_CASE("for who is called the order is placed, at today's prices") {
    given(joined("o1", 2), called("o1", 2)).reacting<wait_list_calling>().then_sends(place);
    auto const made = place.decide(
        {.where = conference_id{"c1"},
         .email = "o1@x",
         .seats = {{{"full"}, 2}},
         .was_called = true,
         .reservation = reservation_id{"o1"}},
        {},
        {},
        {.is_published = true, .seats = {{{"full"}, {"Full", {3'00}}}}},
        {},
        {{}, 1}
    );
    REQUIRE(made.all<order_placed>().size() == 1);
    auto lines = placed("o1", 2).lines;
    lines[0].unit_price = {3'00};
    CHECK(made.all<order_placed>().front().lines == lines);
    REQUIRE(made.all<order_totals_calculated>().size() == 1);
    CHECK(made.all<order_totals_calculated>().front().total == conference::money{6'00});
}

TEST_CASE("who was called and can get no order has no seats either, and may wait again") {
    given(seats, supplied(2), joined("o1", 2), called("o1", 2), reserved("o1", 2))
        .when(place)
        .then(given_back("o1", 2), left);
    given(joined("o1", 2), called("o1", 2), reserved("o1", 2), given_back("o1", 2))
        .when(place)
        .then(left);
    given(joined("o1", 2), called("o1", 2), reserved("o1", 2), given_back("o1", 2), left)
        .when(place)
        .then_nothing();
    given(published, seats, joined("o1", 2), called("o1", 2), left)
        .when(join("o1", 3))
        .then(joined("o1", 3));
}

TEST_CASE("the order of who was called is theirs if they were faster, and nobody else's") {
    auto const nothing = [](auto const& outcome) { outcome.when(place).then_nothing(); };
    nothing(given(published, seats));
    nothing(given(published, seats, joined("o1", 2)));
    nothing(given(published, seats, joined("o1", 2), left));
    auto const open = [&](auto const&... then) {
        // Unpublished: a reservation that an order has built on must not go back, whatever else.
        nothing(given(
            seats, joined("o1", 2), called("o1", 2), reserved("o1", 2), placed("o1", 1), then...
        ));
    };
    open();
    open(expired);
    open(order_confirmed{{"o1"}});
    auto elsewhere = place;
    elsewhere.conference = {"c2"};
    given(published, seats, joined("o1", 2), called("o1", 2), reserved("o1", 2))
        .when(elsewhere)
        .then_nothing();
}
