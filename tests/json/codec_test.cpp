#include <diptych/json.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace json = diptych::json;
using namespace std::chrono_literals;

namespace {

using order_id = diptych::id<"order">;
enum class priority { low, high = 7 };

struct line {
    std::string sku;
    int quantity;
    bool operator==(line const&) const = default;
};

struct order {
    order_id order;
    std::vector<line> lines;
    std::optional<std::chrono::sys_days> eta;
    priority urgency;
    std::map<order_id, int> replaced;
    std::set<std::string> labels;
    diptych::timestamp placed;
    std::chrono::minutes patience;
    bool gift;
    double weight;
    std::uint8_t boxes;
    bool operator==(::order const&) const = default;
};

struct defaulted {
    int count = 3;
    std::string note = "none";
    std::optional<int> limit = {};
    static constexpr auto optional_fields = {"note"};
    bool operator==(defaulted const&) const = default;
};

template <class T>
std::string complaint(std::string_view text, json::rules how = json::strict) {
    auto const read = json::read<T>(text, how);
    return read ? "" : read.error().message;
}

order const example{
    .order = {"o1"},
    .lines = {{"TABLE", 2}, {"CHAIR", -1}},
    .eta = std::chrono::sys_days{2026y / 3 / 1},
    .urgency = priority::high,
    .replaced = {{{"o0"}, 4}},
    .labels = {"a", "b"},
    .placed = diptych::timestamp{std::chrono::sys_days{2026y / 2 / 28} + 12h + 250ms},
    .patience = 90min,
    .gift = true,
    .weight = 0.1,
    .boxes = 255,
};

}  // namespace

TEST_CASE("a struct is written as an object with a member for each field") {
    CHECK(
        json::write(example) ==
        R"({"order":"o1","lines":[{"sku":"TABLE","quantity":2},{"sku":"CHAIR","quantity":-1}],)"
        R"("eta":"2026-03-01","urgency":"high","replaced":{"o0":4},"labels":["a","b"],)"
        R"("placed":"2026-02-28T12:00:00.250000Z","patience":"PT1H30M","gift":true,"weight":0.1,"boxes":255})"
    );
}

TEST_CASE("what is written is read back, strictly and tolerantly") {
    CHECK(json::read<order>(json::write(example), json::strict).value() == example);
    CHECK(json::read<order>(json::write(example)).value() == example);
    auto const empty = order{};
    CHECK(json::read<order>(json::write(empty)).value() == empty);
}

TEST_CASE("read tolerantly, missing fields keep their defaults and unknown ones are passed over") {
    auto const read = json::read<defaulted>(R"({"count":5,"colour":{"deep":[1,{}]},"size":1})");
    CHECK(read.value() == defaulted{.count = 5, .note = "none"});
    CHECK(json::read<defaulted>("{}").value() == defaulted{});
    CHECK(json::read<defaulted>(R"({"count":1,"count":2})").value().count == 2);
}

TEST_CASE("a value of another type is a fault with its path, tolerantly too") {
    CHECK(
        complaint<order>(R"({"lines":[{"quantity":1},{"quantity":"two"}]})", json::tolerant) ==
        "lines/1/quantity: expected an integer, found \"two\""
    );
    CHECK(
        complaint<order>(R"({"replaced":{"o9":null}})", json::tolerant) ==
        "replaced/o9: expected an integer, found null"
    );
    CHECK(
        complaint<order>(R"({"urgency":"medium"})", json::tolerant) ==
        "urgency: expected one of low, high, found \"medium\""
    );
    CHECK(complaint<order>("[]", json::tolerant) == "expected an object, found a list");
    CHECK(
        json::read<order>(R"({"gift":1})", json::tolerant, diptych::errc::corrupt).error().kind ==
        diptych::errc::corrupt
    );
}

TEST_CASE("read strictly, what is missing, unknown or given twice is a fault") {
    CHECK(complaint<line>(R"({"sku":"A"})") == "quantity: missing; it must be an integer");
    CHECK(
        complaint<line>(R"({"sku":"A","quantity":1,"qty":2})") ==
        "qty: unknown field; there are sku, quantity"
    );
    CHECK(complaint<line>(R"({"sku":"A","sku":"B","quantity":1})") == "sku: given twice");
    CHECK(json::read<line>("{}", json::strict).error().code == "missing_field");
}

TEST_CASE("read strictly, optionals, containers and fields said to be optional may be missing") {
    CHECK(json::read<defaulted>(R"({"count":1})", json::strict).value() == defaulted{.count = 1});
    CHECK(complaint<defaulted>("{}") == "count: missing; it must be an integer");
    struct lists {
        std::vector<int> numbers;
        std::set<int> unique;
        std::map<std::string, int> by_name;
    };
    CHECK(complaint<lists>("{}") == "");
}

TEST_CASE("integers keep to the range of their type") {
    struct small {
        std::int8_t tiny;
        std::uint64_t large;
    };
    CHECK(
        complaint<small>(R"({"tiny":128})", json::tolerant) ==
        "tiny: expected an integer from -128 to 127, found 128"
    );
    CHECK(
        complaint<small>(R"({"tiny":1.5})", json::tolerant) ==
        "tiny: expected an integer, found 1.5"
    );
    auto const most = small{-128, std::numeric_limits<std::uint64_t>::max()};
    CHECK(json::read<small>(json::write(most)).value().large == most.large);
}

TEST_CASE("a number or a duration that its type can not hold is refused") {
    CHECK(
        complaint<float>("1e300", json::tolerant) ==
        "expected a number in the range of float, found 1e300"
    );
    CHECK(json::read<float>("3.4028234663852886e38").value() == std::numeric_limits<float>::max());
    using seconds = std::chrono::duration<std::int32_t>;
    CHECK(
        complaint<seconds>("\"PT2147483648S\"", json::tolerant) ==
        "expected a duration that its type can hold, found \"PT2147483648S\""
    );
    CHECK(json::read<seconds>("\"-PT2147483648S\"").value() == seconds::min());
}

TEST_CASE("an id that comes from outside has a value, and one that fits into a name") {
    struct command {
        order_id order;
    };
    CHECK(
        complaint<command>(R"({"order":""})") ==
        "order: expected the id of a thing, found an empty text"
    );
    auto const longest = std::string(diptych::name_size_max - 6, 'x');
    CHECK(complaint<command>(R"({"order":")" + longest + "\"}") == "");
    CHECK(
        complaint<command>(R"({"order":")" + longest + "x\"}") ==
        "order: expected an id of at most 249 bytes, found 250"
    );
    CHECK(complaint<command>(R"({"order":7})") == "order: expected a text, found 7");
    CHECK(complaint<command>(R"({"order":""})", json::tolerant) == "");
    CHECK(
        complaint<std::map<order_id, int>>(R"({"":1})") ==
        "expected the id of a thing, found an empty text"
    );
}

TEST_CASE("maps have texts, ids, enumerators and integers as keys") {
    std::map<priority, int> by_name{{priority::low, 1}, {priority::high, 2}};
    CHECK(json::write(by_name) == R"({"low":1,"high":2})");
    CHECK(json::read<decltype(by_name)>(R"({"low":1,"high":2})").value() == by_name);
    std::map<int, std::string> const by_number{{-1, "a"}, {10, "b"}};
    CHECK(json::write(by_number) == R"({"-1":"a","10":"b"})");
    CHECK(json::read<std::map<int, std::string>>(R"({"-1":"a","10":"b"})").value() == by_number);
    CHECK(
        complaint<std::map<int, int>>(R"({"1x":1})") == "1x: not one of the keys that may be here"
    );
    CHECK(complaint<std::map<int, int>>(R"({"1":1,"01":2})") == "01: given twice");
    CHECK(
        json::read<std::map<int, int>>(R"({"1":1,"01":2})").value() == std::map<int, int>{{1, 2}}
    );
}

TEST_CASE("times are read with offsets and fractions, and refused when there is no such time") {
    auto const instant = [](std::string_view text) { return diptych::parse_timestamp(text); };
    auto const noon = std::chrono::sys_days{2026y / 3 / 1} + 12h;
    CHECK(instant("2026-03-01T12:00:00Z") == noon);
    CHECK(instant("2026-03-01T14:30:00.5+02:30") == noon + 500ms);
    CHECK(instant("2026-03-01T12:00:00.1234567Z") == noon + 123456us);
    for (auto const* text :
         {"2026-02-29T12:00:00Z",
          "2026-03-01T24:00:00Z",
          "2026-03-01T12:60:00Z",
          "2026-03-01T12:00:60Z",
          "2026-03-01T12:00:00",
          "2026-03-01 12:00:00Z",
          "2026-03-01T12:00:00.Z",
          "2026-3-1T12:00:00Z",
          "2026-03-01T12:00:00Zz",
          "2026-03-01T12:00:00+2:00",
          "0000-01-01T00:00:00+00:01",
          "9999-12-31T23:59:00-00:01",
          ""})
        CHECK_FALSE_MESSAGE(instant(text), text);
    CHECK_FALSE(diptych::parse_date("2026-02-30"));
    CHECK_FALSE(diptych::parse_date("2026-02-01x"));
    CHECK(complaint<diptych::timestamp>("\"noon\"").starts_with("expected a time like"));
}

TEST_CASE("durations are read in any of their units and written in hours, minutes and seconds") {
    auto const text = [](std::chrono::microseconds length) {
        std::string written;
        diptych::append_iso8601(written, length);
        return written;
    };
    for (auto const length :
         {0us, 1us, -1us, 1'500'000us, 60'000'000us, -5'400'000'000us, 360'000'000'001us})
        CHECK(diptych::parse_duration(text(length)) == length);
    CHECK(text(36h) == "PT36H");
    CHECK(text(500ms) == "PT0.500000S");
    CHECK(diptych::parse_duration("P1W2DT3H4M5.25S") == 9 * 24h + 3h + 4min + 5s + 250ms);
    for (auto const* wrong :
         {"",
          "P",
          "PT",
          "15M",
          "P1M",
          "P1Y",
          "PT1D",
          "PT1.5H",
          "PT1S1M",
          "PT1H1H",
          "PT-1S",
          "PT99999999999999H",
          "PT1M "})
        CHECK_FALSE_MESSAGE(diptych::parse_duration(wrong), wrong);
}

TEST_CASE("what JSON can not hold is not written") {
    CHECK_THROWS_AS(json::write(std::string{"\xff"}), json::not_writable);
    CHECK_THROWS_AS(json::write(std::numeric_limits<double>::infinity()), json::not_writable);
    CHECK_THROWS_AS(json::write(priority{3}), json::not_writable);
    CHECK_THROWS_AS(json::write(order_id{"\xff"}), json::not_writable);
    CHECK_THROWS_AS(json::write(std::chrono::sys_days{10000y / 1 / 1}), json::not_writable);
    CHECK_THROWS_AS(
        json::write(diptych::timestamp{std::chrono::sys_days{-1y / 1 / 1}}), json::not_writable
    );
}

TEST_CASE("a struct describes its shape") {
    auto const shape = json::form<order>::describe();
    CHECK(shape.fields.size() == 11);
    CHECK(shape.fields[0].of.id_kind == "order");
    CHECK(shape.fields[1].of.fields[0].of.fields[1].name == "quantity");
    CHECK_FALSE(shape.fields[2].required);
    CHECK(shape.fields[2].of.nullable);
    CHECK_FALSE(shape.fields[3].of.nullable);
    CHECK(shape.fields[3].of.names == std::vector<std::string>{"low", "high"});
    CHECK(shape.fields[9].required);
}

TEST_CASE("null is taken for what may be none, and described so; what may be left out is not null"
) {
    auto const shape = json::form<defaulted>::describe();
    for (auto const& field : shape.fields) {
        CAPTURE(field.name);
        auto const given = "{\"count\":1,\"" + field.name + "\":null}";
        if (field.name == "count") continue;
        CHECK_FALSE(field.required);
        CHECK(complaint<defaulted>(given).empty() == field.of.nullable);
    }
    CHECK_FALSE(shape.fields[1].of.nullable);
    CHECK(shape.fields[2].of.nullable);
}
