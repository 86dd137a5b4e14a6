#include <diptych/json_reader.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace json = diptych::json;

namespace {

/// What skipping over `text` says: "" if it is JSON.
std::string verdict(std::string_view text) {
    json::reader in{text};
    in.skip();
    in.end();
    return in.failed() ? in.message() : "";
}

template <class T>
std::string reading(std::string_view text, T& to) {
    json::reader in{text};
    in.read(to);
    in.end();
    return in.failed() ? in.message() : "";
}

}  // namespace

TEST_CASE("JSON is taken, whatever its form") {
    for (auto const* text : {
             "null",
             "true",
             "false",
             "0",
             "-0",
             "12.5e-3",
             "1E5",
             "\"\"",
             "\"a\"",
             "[]",
             "{}",
             " [ 1 , 2 ] ",
             "\t{ \"a\" : [ { } , [ ] ] ,\r\n\"b\":null}",
             "\"\\u0000\\ud83d\\ude00 \xf0\x9f\x98\x80\"",
             "\"a text of more than sixteen bytes, with \\\"quotes\\\"\"",
         })
        CHECK_MESSAGE(verdict(text) == "", text);
}

TEST_CASE("what is not JSON is refused") {
    for (auto const* text : {
             "",
             " ",
             "nul",
             "tru",
             "[1,]",
             "[,1]",
             "[1 2]",
             "{\"a\"}",
             "{\"a\":}",
             "{\"a\":1,}",
             "{,}",
             "{a:1}",
             "{\"a\":1 \"b\":2}",
             "[1",
             "{\"a\":1",
             "\"abc",
             "\"abc\\",
             "\"\\x\"",
             "\"\\u12g4\"",
             "\"\\ud83d\"",
             "\"\\ud83d\\u0041\"",
             "\"\\ude00\"",
             "\"a\nb\"",
             "\"\x01\"",
             "01",
             "-",
             "+1",
             "1.",
             ".5",
             "1e",
             "1e+",
             "0x10",
             "NaN",
             "Infinity",
             "1 2",
             "[]]",
             "'a'",
             "\"\xff\"",
             "\"\xc0\x80\"",
             "\"\xed\xa0\x80\"",
             "\"\xf4\x90\x80\x80\"",
             "\"\xe2\x82\"",
             "[1]//",
             "\"0123456789\xff 0123456789\"",
             "]",
             "}",
             ":",
             ",",
         })
        CHECK_MESSAGE(verdict(text) != "", text);
}

TEST_CASE("a syntax error names its byte") {
    CHECK(verdict("[1,x]") == "not JSON at byte 4: expected a value");
    CHECK(verdict("[1,2") == "not JSON at byte 5: the text ends within a list");
}

TEST_CASE("nesting has a limit") {
    auto const nested = [](int levels) {
        return std::string(static_cast<std::size_t>(levels), '[') +
               std::string(static_cast<std::size_t>(levels), ']');
    };
    CHECK(verdict(nested(json::depth_max)) == "");
    CHECK(verdict(nested(json::depth_max + 1)).ends_with("nested too deeply"));
    CHECK(verdict(std::string(1'000'000, '[')).ends_with("nested too deeply"));
}

TEST_CASE("numbers are read exactly or not at all") {
    std::int64_t integer = 0;
    CHECK(reading("-9223372036854775808", integer) == "");
    CHECK(integer == std::numeric_limits<std::int64_t>::min());
    CHECK(
        reading("9223372036854775808", integer) ==
        "expected an integer of 64 bits, found 9223372036854775808"
    );
    CHECK(reading("1.0", integer) == "expected an integer, found 1.0");
    CHECK(reading("\"1\"", integer) == "expected an integer, found \"1\"");

    std::uint64_t natural = 0;
    CHECK(reading("18446744073709551615", natural) == "");
    CHECK(natural == std::numeric_limits<std::uint64_t>::max());
    CHECK(reading("-1", natural).ends_with("found -1"));

    double real = 0;
    CHECK(reading("0.1", real) == "");
    CHECK(real == 0.1);
    CHECK(reading("1e999", real) == "expected a number in the range of double, found 1e999");
}

TEST_CASE("a text that ends anywhere is refused and nothing behind it is touched") {
    std::string const whole = R"({"a":[1,-2.5e1,"x\u00e9\n",{"b":true}],"c":null})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::string const part(whole, 0, size);  // exactly this much memory, watched by ASan
        CHECK_MESSAGE(verdict(part) != "", part);
    }
    CHECK(verdict(whole) == "");
}

TEST_CASE("the path of a failure is built on the way out") {
    json::reader in{
        R"({"lines":[{"quantity":"a value that is quite a bit longer than what is shown"}]})"
    };
    std::string_view name;
    std::int64_t quantity = 0;
    in.begin_object();
    in.next_member(name);
    in.begin_array();
    in.next_element();
    in.begin_object();
    in.next_member(name);
    CHECK_FALSE(in.read(quantity));
    in.inside("quantity");
    in.inside(std::size_t{0});
    in.inside("lines");
    CHECK_FALSE(in.next_member(name));
    auto const error = in.error(diptych::errc::corrupt);
    CHECK(
        error.message ==
        "lines/0/quantity: expected an integer, found \"a value that is quite a bit longer than..."
    );
    CHECK(error.code == "invalid_value");
    CHECK(error.facts.at(0).second == "\"lines/0/quantity\"");
}
