#include "read/base64.hpp"
#include "read/decimal.hpp"
#include "read/iso_time.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace diptych::read;

TEST_CASE("decimals are exact in both directions") {
    auto const printed = [](std::int64_t scaled, int scale) {
        std::string text;
        append_decimal(text, scaled, scale);
        return text;
    };
    CHECK(parse_decimal("12.5", 2) == 1250);
    CHECK(parse_decimal("-0.05", 2) == -5);
    CHECK(parse_decimal("7", 0) == 7);
    CHECK(parse_decimal("1.50", 1) == 15);
    CHECK(parse_decimal("1e2", 2) == 10000);
    CHECK(parse_decimal("12.5e-1", 2) == 125);
    CHECK(parse_decimal("9223372036854775807", 0) == std::numeric_limits<std::int64_t>::max());
    CHECK(parse_decimal("-9223372036854775808", 0) == std::numeric_limits<std::int64_t>::min());
    CHECK(printed(1250, 2) == "12.50");
    CHECK(printed(-5, 2) == "-0.05");
    CHECK(printed(7, 0) == "7");
    CHECK(printed(std::numeric_limits<std::int64_t>::min(), 18) == "-9.223372036854775808");
    for (auto const* const text :
         {"",
          "-",
          ".",
          "1.005",
          "x",
          "1x",
          "1e",
          "1e9999999999",
          "9223372036854775808",
          "1..2",
          "--1",
          "1e400"}) {
        CAPTURE(text);
        CHECK(!parse_decimal(text, 2));
    }
}

TEST_CASE("times are read with their zone, dates as their midnight") {
    auto const printed = [](std::int64_t at) {
        std::string text;
        append_time(text, at);
        return text;
    };
    CHECK(parse_time("1970-01-01T00:00:01Z") == 1'000'000);
    CHECK(parse_time("1970-01-01T02:00:00.25+02:00") == 250'000);
    CHECK(parse_time("1969-12-31T23:59:59.999999Z") == -1);
    CHECK(parse_time("2026-03-01") == parse_time("2026-03-01T00:00:00Z"));
    CHECK(parse_time("2026-03-01T10:00Z") == parse_time("2026-03-01 10:00:00Z"));
    CHECK(printed(0) == "1970-01-01T00:00:00Z");
    CHECK(printed(-1) == "1969-12-31T23:59:59.999999Z");
    CHECK(parse_time(printed(1'772'345'678'901'234)) == 1'772'345'678'901'234);
    for (auto const* const text :
         {"",
          "2026",
          "2026-02-30",
          "2026-03-01T",
          "2026-03-01T25:00:00Z",
          "2026-03-01T10:00:00",

          "2026-03-01T10:00:00Zx",
          "2026-03-01T10:00:00.Z"}) {
        CAPTURE(text);
        CHECK(!parse_time(text));
    }
}

TEST_CASE("bytes survive base64 in both alphabets") {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        CHECK(from_base64(to_base64(bytes)) == bytes);
        CHECK(from_base64(to_base64url(bytes)) == bytes);
        bytes += static_cast<char>(i);
    }
    CHECK(to_base64("a") == "YQ==");
    CHECK(!from_base64("a"));
    CHECK(!from_base64("a b="));
}
