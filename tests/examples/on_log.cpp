#include <diptych/testing_on_log.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <string_view>

// [switch]
static diptych::testing::use_runner const here{diptych::testing::runner_as_told()};
// [switch]

TEST_CASE("the scenarios of this program run where the environment says") {
    auto const* const told = std::getenv("DIPTYCH_SCENARIOS");
    auto const is_pure = told == nullptr || std::string_view{told} == "pure";
    CHECK((&diptych::testing::current_runner() == &diptych::testing::in_memory()) == is_pure);
}
