#include <diptych/position.hpp>

#include <doctest/doctest.h>

using namespace diptych;

TEST_CASE("a token is written epoch.position and read back") {
    auto const point = token{epoch{3}, position{42}};
    CHECK(to_string(point) == "3.42");
    CHECK(parse_token("3.42").value() == point);
    CHECK(parse_token("1.0").value() == token{epoch{1}, position{0}});
}

TEST_CASE("anything that is not a token is refused by name") {
    for (auto const* const text :
         {"",
          "1",
          "1.",
          ".1",
          "0.1",
          "1.x",
          "1.2.3",
          " 1.2",
          "1.2 ",
          "-1.2",
          "1.99999999999999999999999"}) {
        CAPTURE(text);
        auto const read = parse_token(text);
        REQUIRE(!read);
        CHECK(read.error().kind == errc::invalid);
        CHECK(read.error().code == "malformed_token");
    }
}
