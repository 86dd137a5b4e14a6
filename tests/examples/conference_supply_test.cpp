#include "conference/registration/context.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace conference::registration;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

from_management::seat_created announced(int quantity, std::string conference = "c1") {
    return {
        .conference = {conference},
        .seat_type = {"full"},
        .name = "Full",
        .quantity = quantity,
        .price = {1'00}
    };
}
from_management::seat_updated changed(int quantity) {
    return {
        .conference = {"c1"},
        .seat_type = {"full"},
        .name = "Full",
        .quantity = quantity,
        .price = {1'00}
    };
}
add_seats add(int quantity, std::string supply) {
    return {.conference = {"c1"}, .seat_type = {"full"}, .quantity = quantity, .supply = {supply}};
}
remove_seats remove(int quantity, std::string supply) {
    return {.conference = {"c1"}, .seat_type = {"full"}, .quantity = quantity, .supply = {supply}};
}
available_seats_changed supplied(int quantity, std::string supply) {
    return {.conference = {"c1"}, .supply = {supply}, .seats = {{{"full"}, quantity}}};
}
auto const ten = supplied(10, "s1");

}  // namespace

TEST_CASE("P4-08 P4-12 what management announces is added or removed by difference") {
    auto const sends = [](auto const& outcome, auto const&... command) {
        outcome.template reacting<seat_supply>().then_sends(command...);
    };
    sends(given(announced(10)), add(10, "c1/full/1"));
    sends(given(announced(10), changed(15)), add(5, "c1/full/2"));
    sends(given(announced(10), changed(15), changed(12)), remove(3, "c1/full/3"));
    sends(given(announced(10), changed(10)));
    sends(
        given(announced(10), announced(10, "c2")), add_seats{{"c2"}, {"full"}, 10, {"c2/full/1"}}
    );
}

TEST_CASE("a type of which there are no seats yet is known, so that who wants some is told so") {
    given(announced(0)).reacting<seat_supply>().then_sends(add(0, "c1/full/1"));
    given(announced(0), changed(0)).reacting<seat_supply>().then_sends();
    given(announced(0)).when(add(0, "c1/full/1")).then(supplied(0, "c1/full/1"));
    make_seat_reservation const asked{{"o1"}, {"c1"}, 1, {{{"full"}, 2}}};
    given(supplied(0, "c1/full/1"))
        .when(asked)
        .then(seats_reserved{{"c1"}, {"o1"}, 1, {{{"full"}, 0}}, {}});
}

TEST_CASE("P4-12 seats that are added or removed twice under one name are added or removed once") {
    given(ten).when(add(5, "s2")).then(supplied(5, "s2"));
    given(ten, supplied(5, "s2")).when(add(5, "s2")).then_nothing();
    given(ten).when(remove(5, "s3")).then(supplied(-5, "s3"));
    given(ten, supplied(-5, "s3")).when(remove(5, "s3")).then_nothing();
    given().when(remove(5, "s3")).then_refused(refusal::unknown_seat_type);
    given().when(add(-1, "s2")).then_refused(refusal::quantity_not_positive);
    given(ten).when(remove(0, "s3")).then_refused(refusal::quantity_not_positive);
    given(ten).when(remove(-1, "s3")).then_refused(refusal::quantity_not_positive);
}

TEST_CASE("a change of one conference is none of another, however their ids are put together") {
    from_management::seat_created const other{
        .conference = {"a/b"}, .seat_type = {"c"}, .name = "", .quantity = 7, .price = {}
    };
    available_seats_changed const first{{"a"}, {"a/b/c/1"}, {{{"b/c"}, 5}}};
    given(other, first)
        .when(add_seats{{"a/b"}, {"c"}, 7, {"a/b/c/1"}})
        .then(available_seats_changed{{"a/b"}, {"a/b/c/1"}, {{{"c"}, 7}}});
}

TEST_CASE("nobody takes the name of a change that management announces") {
    given(announced(10)).when(add(10, "c1/full/1")).then(supplied(10, "c1/full/1"));
    given(announced(10), changed(4))
        .when(remove(6, "c1/full/2"))
        .then_refused(refusal::unknown_seat_type);  // its seats are not there yet
    auto const taken = [](auto const& outcome, auto const& command) {
        outcome.when(command).then_refused(refusal::supply_is_of_management);
    };
    taken(given(announced(10)), add(10, "c1/full/2"));
    taken(given(announced(10)), add(1, "c1/full/1"));
    taken(given(announced(10), ten, changed(4)), remove(1, "c1/full/2"));
    auto day = add(10, "c1/full/1");
    day.seat_type = {"day"};
    taken(given(announced(10)), day);
    given(announced(10)).when(add(10, "reserve")).then(supplied(10, "reserve"));
}
