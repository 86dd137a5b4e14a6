// Two runners of one process, turn by turn: what one has done the other has to notice.
#include "write/process_house.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace diptych;
using namespace std::chrono_literals;
using bank::process_house;

namespace {

void run(write::process_runner& runner) {
    for (int steps = 0; runner.step().or_throw(); ++steps) REQUIRE(steps < 1'000);
}

}  // namespace

TEST_CASE("a runner knows of the inputs that another one took") {
    process_house at;
    auto const other = at.make_runner();
    at.deposit("a", 1);
    at.run();  // deposits 1; the answer is the second input
    at.deposit("a", 1);
    run(*other);  // deposits 3
    at.deposit("a", 1);
    at.run();  // deposits 5
    CHECK(at.balance_of("xa") == "9");
}

TEST_CASE("an input that another runner takes first is no fault, and is not taken twice") {
    process_house at;
    auto const other = at.make_runner();
    at.deposit("a", 1);
    at.deposit("b", 1);
    bank::echo_in_use().during_react = [&] { run(*other); };
    CHECK(at.runner->step().or_throw());
    CHECK(!at.runner->status().last_error);
    at.run();
    CHECK(at.data_of("$accepted").size() == 2);
    CHECK(at.balance_of("xa") == "1");
    CHECK(at.runner->statistics().reactions == 0);
    at.deposit("a", 1);
    at.run();
    CHECK(at.balance_of("xa") == "4");
}

TEST_CASE("what another runner gives up while this one tries it is given up") {
    process_house at;
    bank::echo_in_use().react_throws = true;
    at.deposit("a", 1);
    at.run();
    bank::echo_in_use().react_throws = false;
    auto const other = at.make_runner();
    bank::echo_in_use().during_react = [&] { other->drop(position{1}).or_throw(); };
    at.time.advance(1s);
    at.run();
    CHECK(at.balance_of("xa") == "0");
    CHECK(at.data_of("$dropped").size() == 1);
    CHECK(at.data_of("$reaction").empty());
}
