#include "conference/registration/context.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

#include <utility>

using namespace conference::registration;
using namespace std::chrono_literals;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

order_line reserved_line(std::string type, int seats) {
    return {
        .seat_type = {type}, .name = type, .unit_price = {}, .requested = seats, .reserved = seats
    };
}
order_placed const placed{
    .order = {"o1"},
    .conference = {"c1"},
    .revision = 1,
    .lines = {},
    .expires_at = {},
    .buffer = 14min,
    .access_code = "ABCDEF"
};
order_reservation_completed const reserved{
    .order = {"o1"}, .revision = 1, .lines = {reserved_line("full", 2), reserved_line("day", 1)}
};
order_confirmed const confirmed{.order = {"o1"}};
seat_assignments_created const created{
    .assignments = {"o1-seats"},
    .order = {"o1"},
    .seats = {{0, {"full"}, "full"}, {1, {"full"}, "full"}, {2, {"day"}, "day"}}
};

assign_seat assign(int position, std::string name, std::string email) {
    return {
        .assignments = {"o1-seats"},
        .position = position,
        .first_name = std::move(name),
        .last_name = "Byron",
        .email = std::move(email)
    };
}
attendee who(std::string name, std::string email) {
    return {std::move(name), "Byron", std::move(email)};
}
seat_assigned const ada{{"o1-seats"}, 0, who("Ada", "ada@x")};

}  // namespace

TEST_CASE("P4-12 a confirmed order has one set of seats to assign, however often it is asked for") {
    create_seat_assignments const create{.order = {"o1"}};
    given(placed, reserved, confirmed).when(create).then(created);
    given(placed, reserved, confirmed, created).when(create).then_nothing();
    given(placed, reserved).when(create).then_refused(refusal::seats_not_reserved);
    given().when(create).then_refused(refusal::unknown_order);
    given(placed, reserved, confirmed).reacting<seat_assigning>().then_sends(create);
}

TEST_CASE("a free seat is assigned, another person takes a taken one over") {
    given(created).when(assign(0, "Ada", "ada@x")).then(ada);
    given(created, ada).when(assign(0, "Ada", "ada@x")).then_nothing();
    given(created, ada)
        .when(assign(0, "Bob", "bob@x"))
        .then(
            seat_unassigned{{"o1-seats"}, 0}, seat_assigned{{"o1-seats"}, 0, who("Bob", "bob@x")}
        );
}

TEST_CASE("the same address with another name, or written in other letters, is the same person") {
    given(created, ada)
        .when(assign(0, "Augusta", "ADA@x"))
        .then(seat_assignment_updated{{"o1-seats"}, 0, who("Augusta", "ADA@x")});
}

TEST_CASE("a seat is unassigned once") {
    unassign_seat const asked{.assignments = {"o1-seats"}, .position = 0};
    given(created, ada).when(asked).then(seat_unassigned{{"o1-seats"}, 0});
    given(created).when(asked).then_nothing();
}

TEST_CASE("what is assigned is a seat that there is, to somebody who can be reached") {
    given(created).when(assign(3, "Ada", "ada@x")).then_refused(refusal::unknown_position);
    given(created).when(assign(-1, "Ada", "ada@x")).then_refused(refusal::unknown_position);
    for (auto const* const odd : {"", "@", "ada@", "@x", "ada@x@y", "ada b@x"})
        given(created).when(assign(0, "Ada", odd)).then_refused(refusal::email_malformed);
    seat_assigned const long_ago{{"o1-seats"}, 0, who("Ada", "@")};
    given(created, long_ago).when(assign(0, "Ada", "@")).then_nothing();
    given().when(assign(0, "Ada", "ada@x")).then_refused(refusal::unknown_assignments);
    given(created).when(unassign_seat{{"o1-seats"}, 3}).then_refused(refusal::unknown_position);
}
