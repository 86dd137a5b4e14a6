#include "app/build_id.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

TEST_CASE("a program knows its build, the same each time it asks") {
    auto const id = diptych::app::build_id_of_this_program();
    CHECK(id.size() >= 16);
    CHECK(id.find_first_not_of("0123456789abcdef") == id.npos);
    CHECK(diptych::app::build_id_of_this_program() == id);
}
