#include "base/lower_case.hpp"

#include <doctest/doctest.h>

using namespace diptych;

TEST_CASE("only the letters of ASCII have a lower case") {
    CHECK(lower_case("Content-TYPE@[`{ azAZ09") == "content-type@[`{ azaz09");
    CHECK(lower_case("\xc3\x84\xff") == "\xc3\x84\xff");
    CHECK(lower_case("").empty());
}
