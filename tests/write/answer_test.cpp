#include <diptych/execute.hpp>

#include <doctest/doctest.h>

using namespace diptych;

TEST_CASE("an accepted answer has outcome, token and events in JSON") {
    outcome const answer{
        .at = {epoch{1}, position{42}},
        .events = {{"shop.allocated", "product-p1", version{3}, position{42}}},
        .location = "/views/x"
    };
    auto const json = to_json(answer);
    CHECK(
        json == R"({"outcome":"accepted","token":"1.42","events":[{"type":"shop.allocated",)"
                R"("stream":"product-p1","version":3,"position":42}],"location":"/views/x"})"
    );
    CHECK(parse_outcome(json).or_throw() == answer);
}

TEST_CASE("a refused answer has reason and detail in JSON") {
    outcome const answer{
        .is = outcome::kind::refused,
        .at = {epoch{1}, position{41}},
        .reason = "unknown_product",
        .detail = "Invalid \"sku\"",
        .repeated = true,
        .view_behind = true
    };
    auto const json = to_json(answer);
    CHECK(
        json == R"({"outcome":"refused","token":"1.41","reason":"unknown_product",)"
                R"("detail":"Invalid \"sku\"","repeated":true,"view_behind":true})"
    );
    CHECK(parse_outcome(json).or_throw() == answer);
}

TEST_CASE("what is not an answer is refused as such") {
    CHECK(parse_outcome("[]").error().kind == errc::invalid);
    CHECK(parse_outcome("{").error().kind == errc::invalid);
    CHECK(parse_outcome(R"({"outcome":"maybe"})").error().kind == errc::invalid);
    CHECK(
        parse_outcome(R"({"outcome":"accepted","token":"x","events":[]})").error().kind ==
        errc::invalid
    );
    CHECK(
        parse_outcome(R"({"outcome":"accepted","events":[{"type":"x"}]})").error().kind ==
        errc::invalid
    );
}
