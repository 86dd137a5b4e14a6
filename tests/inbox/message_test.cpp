#include "inbox/message.hpp"

#include "inbox/source_file.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::inbox;

namespace {

source const& delivery() {
    static auto const of = parse_source("delivery.toml", R"(
mode = "resequence"
[ids]
order = "order"
items = "item_ids"
[after.delivery_created]
types = ["order_created"]
id = "order"
)")
                               .or_throw();
    return of;
}

source const& any() {
    static auto const of = parse_source("any.toml", "mode = 'tolerant'").or_throw();
    return of;
}

bool is_own(std::string_view type) { return type == "shop.order_placed"; }

std::string fault_of(source const& of, std::string_view body) {
    auto const read = parse_parcel(of, body, is_own, {});
    REQUIRE(!read);
    CHECK(read.error().kind == errc::invalid);
    return read.error().message;
}

}  // namespace

TEST_CASE("a message becomes an event in a stream of its source's own, tagged with its ids") {
    auto const read =
        parse_parcel(
            delivery(),
            R"({"message_id":"m1","stream":"d-1","version":1,"type":"delivery_created",)"
            R"("data":{"order":"o1","item_ids":["i1",7,"i1"]},"occurred_at":"2026-03-01T12:00:00+01:00"})",
            is_own,
            "c9"
        )
            .or_throw();
    REQUIRE(read.messages.size() == 1);
    CHECK(!read.is_array);
    auto const& what = read.messages[0];
    CHECK(what.waits_for == "order-o1");
    auto const event = event_of(delivery(), what);
    CHECK(event.stream == "inbox.delivery-d-1");
    CHECK(category_of(event.stream) == "inbox.delivery");
    CHECK(event.type == "delivery_created");
    CHECK(event.tags == std::vector<std::string>{"items-i1", "items-7", "order-o1"});
    CHECK(event.data == R"({"order":"o1","item_ids":["i1",7,"i1"]})");
    CHECK(
        event.metadata ==
        R"({"source":"delivery","message_id":"m1","source_stream":"d-1","source_version":1,)"
        R"("occurred_at":"2026-03-01T12:00:00+01:00","correlation_id":"c9","in_order":true})"
    );
}

TEST_CASE("the id of an event is made of source and message id, the same for ever") {
    CHECK(to_string(event_id_of(delivery(), "m1")) == to_string(event_id_of(delivery(), "m1")));
    CHECK(event_id_of(delivery(), "m1") != event_id_of(delivery(), "m2"));
    CHECK(event_id_of(delivery(), "m1") != event_id_of(any(), "m1"));
    CHECK(to_string(event_id_of(any(), "m1"))[14] == '8');
    CHECK(to_string(event_id_of(any(), "m1")) == "17c3463a-3c78-8304-b8b5-64455366075e");
}

TEST_CASE("a message that comes written otherwise is the same message") {
    auto const digest = [](std::string_view body) {
        return digest_of(parse_parcel(any(), body, {}, {}).or_throw().messages[0]);
    };
    auto const first = digest(R"({"message_id":"m","stream":"s","type":"t","data":{"a":1}})");
    CHECK(first == digest(R"({ "type":"t", "data":{"a":1}, "stream":"s","message_id" : "m"})"));
    CHECK(first != digest(R"({"message_id":"m","stream":"s","type":"t","data":{"a":2}})"));
    CHECK(
        first != digest(R"({"message_id":"m","stream":"s","type":"t","data":{"a":1},"version":1})")
    );
}

TEST_CASE("a message that is malformed is refused with the path of its fault") {
    CHECK(fault_of(any(), "{") != "");
    CHECK(fault_of(any(), "3").contains("expected an object"));
    CHECK(fault_of(any(), R"({"stream":"s","type":"t","data":{}})") == "message_id: is missing");
    CHECK(
        fault_of(any(), R"({"message_id":"","stream":"s","type":"t","data":{}})") ==
        "message_id: is empty"
    );
    CHECK(fault_of(any(), R"({"message_id":"m","stream":"s","type":"t"})") == "data: is missing");
    CHECK(
        fault_of(any(), R"({"message_id":"m","stream":"s","type":"t","data":[]})") ==
        "data: expected an object, found a list"
    );
    CHECK(fault_of(any(), R"({"message_id":"m","stream":"s","type":"$t","data":{}})")
              .starts_with("type: types that start"));
    CHECK(fault_of(any(), R"({"message_id":"m","stream":"s","type":"shop.order_placed","data":{}})")
              .contains("own"));
    CHECK(fault_of(any(), R"({"message_id":"m","stream":"s","type":"t","data":{},"versoin":1})")
              .starts_with("versoin: there is no member"));
    CHECK(
        fault_of(any(), R"({"message_id":"m","stream":"s","type":"t","data":{},"version":0})") ==
        "version: expected a whole number from 1"
    );
    CHECK(fault_of(
              any(), R"({"message_id":"m","stream":"s","type":"t","data":{},"occurred_at":"soon"})"
    )
              .starts_with("occurred_at: expected a time"));
    CHECK(fault_of(any(), R"({"message_id":"m","stream":"s\u0000","type":"t","data":{}})")
              .contains("control"));
    CHECK(fault_of(
              any(),
              R"({"message_id":")" + std::string(256, 'm') +
                  R"(","stream":"s","type":"t","data":{}})"
    )
              .contains("255"));
    CHECK(fault_of(
              any(),
              R"({"message_id":"m","stream":")" + std::string(250, 's') +
                  R"(","type":"t","data":{}})"
    )
              .contains("255"));
}

TEST_CASE("an ordered source needs versions, and one that waits the id it waits for") {
    CHECK(
        fault_of(delivery(), R"({"message_id":"m","stream":"s","type":"t","data":{}})") ==
        "version: is missing: source delivery is resequence"
    );
    CHECK(fault_of(
              delivery(),
              R"({"message_id":"m","stream":"s","version":1,"type":"delivery_created","data":{}})"
    )
              .starts_with("data/order: a delivery_created waits"));
    CHECK(fault_of(
              delivery(),
              R"({"message_id":"m","stream":"s","version":1,"type":"t","data":{"order":{}}})"
    )
              .starts_with("data/order: expected an id of kind order"));
    CHECK(fault_of(
              delivery(),
              R"({"message_id":"m","stream":"s","version":1,"type":"t","data":{"item_ids":[true]}})"
    )
              .starts_with("data/item_ids: "));
}

TEST_CASE("an array names the element at fault, and has a bound") {
    CHECK(
        fault_of(
            any(), R"([{"message_id":"m","stream":"s","type":"t","data":{}},{"message_id":"m2"}])"
        ) == "1/stream: is missing"
    );
    std::string many = "[";
    for (int i = 0; i <= 1'000; ++i) many += i == 0 ? "1" : ",1";
    CHECK(fault_of(any(), many + "]").contains("at most 1000 messages, not 1001"));
    auto const none = parse_parcel(any(), "[]", {}, {}).or_throw();
    CHECK(none.is_array);
    CHECK(none.messages.empty());
}

TEST_CASE("what was held and lacks an id that its source asks for since keeps its other tags") {
    auto const before =
        parse_source("delivery.toml", "mode = 'tolerant'\nids.order = 'order'").or_throw();
    auto const now = parse_source("delivery.toml", R"(
mode = "tolerant"
[ids]
order = "order"
driver = "driver"
[after.delivery_created]
types = ["driver_hired"]
id = "driver"
)")
                         .or_throw();
    constexpr auto* body =
        R"({"message_id":"m1","stream":"d-1","type":"delivery_created","data":{"order":"o1"}})";
    auto const text = canonical(parse_parcel(before, body, is_own, {}).or_throw().messages.at(0));
    json::document document;
    document.read(text).or_throw();
    auto const read = read_recorded(now, document.root()).or_throw();
    CHECK(read.tags == std::vector<std::string>{"order-o1"});
    CHECK(read.waits_for.empty());
}
