#include <diptych/clock.hpp>
#include <diptych/environment.hpp>
#include <diptych/uuid.hpp>

#include <doctest/doctest.h>

using namespace diptych;
using namespace std::chrono_literals;

TEST_CASE("a uuid is read as it is written") {
    auto const text = std::string("0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f");
    CHECK(to_string(parse_uuid(text).value()) == text);
    CHECK(parse_uuid("0198C5A0-7B1E-7CC3-98C4-DC0C0C07398F").value() == parse_uuid(text).value());
    for (auto const* const bad :
         {"",
          "0198c5a0",
          "0198c5a07b1e-7cc3-98c4-dc0c0c07398f-",
          "0198c5a0-7b1e-7cc3-98c4-dc0c0c07398g"})
        CHECK(parse_uuid(bad).error().kind == errc::invalid);
}

TEST_CASE("a version 7 uuid carries its time, version and variant") {
    auto const id = make_uuid_v7(
        std::chrono::sys_time<std::chrono::milliseconds>{0x0198c5a07b1ems}, ~0ull, ~0ull
    );
    CHECK(to_string(id) == "0198c5a0-7b1e-7fff-bfff-ffffffffffff");
}

TEST_CASE("ids of one environment differ and are the same when drawn again") {
    environment const first{timestamp{1s}, 7};
    environment const again{timestamp{1s}, 7};
    auto const one = first.new_id();
    auto const two = first.new_id();
    CHECK(one != two);
    CHECK(again.new_id() == one);
    CHECK(again.new_id() == two);
}
