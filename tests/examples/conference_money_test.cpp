#include "conference/money.hpp"

#include <diptych/json.hpp>

#include <doctest/doctest.h>

#include <set>
#include <stdexcept>

using conference::money;
using conference::share_of;

namespace {

std::int64_t half_of(std::int64_t cents) { return share_of({cents}, 50).cents; }

}  // namespace

TEST_CASE("money is rounded half to even") {
    CHECK(half_of(25) == 12);
    CHECK(half_of(27) == 14);
    CHECK(half_of(1) == 0);
    CHECK(half_of(3) == 2);
    CHECK(share_of({12}, 51).cents == 6);       // 6.12
    CHECK(share_of({13}, 51).cents == 7);       // 6.63
    CHECK(share_of({1'235}, 10).cents == 124);  // 123.5
    CHECK(share_of({1'245}, 10).cents == 124);  // 124.5
    CHECK(share_of({99'99}, 100) == money{99'99});
    CHECK(share_of({99'99}, 0) == money{});
}

TEST_CASE("money is a text of units and cents, exactly") {
    CHECK(diptych::json::write(money{120'50}) == R"("120.50")");
    CHECK(diptych::json::write(money{5}) == R"("0.05")");
    CHECK(diptych::json::write(money{-1'05}) == R"("-1.05")");
    for (auto const* const text : {R"("120.50")", R"("120.5")", "120.5", "120.50"})
        CHECK(diptych::json::read<money>(text).or_throw() == money{120'50});
    CHECK(diptych::json::read<money>("7").or_throw() == money{7'00});
    CHECK(diptych::json::read<money>(R"("-0.10")").or_throw() == money{-10});
    for (auto const* const text :
         {R"("1.005")",
          "1e3",
          R"("")",
          R"(".5")",
          R"("1.")",
          R"("1,5")",
          R"("1.2.3")",
          "true",
          R"("100000000.01")",
          R"("99999999999")",
          "null"})
        CHECK_FALSE(diptych::json::read<money>(text));
}

TEST_CASE("money that could not be read again is not written") {
    for (auto const sign : {1, -1}) {
        auto const most = conference::money_max * sign;
        CHECK(diptych::json::read<money>(diptych::json::write(most)).or_throw() == most);
        CHECK_THROWS_AS(diptych::json::write(most + money{sign}), std::range_error);
    }
}

TEST_CASE("an access code is six signs that are not mistaken for each other") {
    std::set<std::string> codes;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        auto const code = conference::draw_access_code({diptych::timestamp{}, seed});
        CHECK(code.size() == 6);
        CHECK(code.find_first_of("01IO") == code.npos);
        codes.insert(code);
    }
    CHECK(codes.size() == 100);
}
