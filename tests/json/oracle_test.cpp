/// The reader against simdjson, which decides what is JSON: generated texts, whole and damaged.
#include <diptych/json_reader.hpp>
#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <simdjson.h>
#include <string>
#include <string_view>

using namespace diptych;

namespace {

using generator = std::mt19937;

std::uint32_t below(generator& random, std::uint32_t end) {
    return static_cast<std::uint32_t>(random()) % end;
}

void add_text(std::string& to, generator& random) {
    static constexpr std::string_view pieces[] = {
        "a",
        "order",
        " ",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\xc3\xa9",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "{",
        "]",
        ",",
        "0",
    };
    to += '"';
    for (auto n = below(random, 6); n > 0; --n) to += pieces[below(random, std::size(pieces))];
    to += '"';
}

void add_space(std::string& to, generator& random) {
    static constexpr std::string_view kinds[] = {"", "", "", " ", "\n", "\t\r\n "};
    to += kinds[below(random, std::size(kinds))];
}

void add_value(std::string& to, generator& random, int depth) {
    static constexpr std::string_view plain[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "7",
        "-12",
        "1.5",
        "-0.25e3",
        "1E+2",
        "9007199254740993",
        "9223372036854775807",
        "-9223372036854775808",
        "1e-400",
    };
    add_space(to, random);
    auto const choice = below(random, depth > 0 ? 8 : 5);
    if (choice < 3) {
        to += plain[below(random, std::size(plain))];
    } else if (choice < 5) {
        add_text(to, random);
    } else {
        auto const is_object = choice < 7;
        to += is_object ? '{' : '[';
        for (auto n = below(random, 4); n > 0; --n) {
            add_space(to, random);
            if (is_object) {
                add_text(to, random);
                add_space(to, random);
                to += ':';
            }
            add_value(to, random, depth - 1);
            if (n > 1) to += ',';
        }
        add_space(to, random);
        to += is_object ? '}' : ']';
    }
    add_space(to, random);
}

// One small change of what was JSON: most texts are not any more.
void damage(std::string& text, generator& random) {
    using namespace std::string_view_literals;
    static constexpr auto bytes = "\"\\{}[]:,0-.eE+ntu \n\x01\x7f\x80\xc3\xe2\xf0\xff\0"sv;
    auto const at = below(random, static_cast<std::uint32_t>(text.size()));
    auto const byte = bytes[below(random, static_cast<std::uint32_t>(bytes.size()))];
    switch (below(random, 3)) {
        case 0:
            text[at] = byte;
            break;
        case 1:
            text.insert(at, 1, byte);
            break;
        default:
            text.erase(at, 1);
    }
}

bool is_equal(simdjson::dom::element const& theirs, json::value const& ours) {
    switch (theirs.type()) {
        case simdjson::dom::element_type::NULL_VALUE:
            return ours.is_null();
        case simdjson::dom::element_type::BOOL:
            return ours.kind() == json::kind::boolean && bool{theirs.get_bool()} == ours.boolean();
        case simdjson::dom::element_type::INT64:
            return ours.kind() == json::kind::integer &&
                   std::int64_t{theirs.get_int64()} == ours.integer();
        case simdjson::dom::element_type::UINT64:
            return ours.is_number();
        case simdjson::dom::element_type::DOUBLE:
            return ours.is_number() && double{theirs.get_double()} == ours.real();
        case simdjson::dom::element_type::STRING:
            return ours.kind() == json::kind::text &&
                   std::string_view{theirs.get_string()} == ours.text();
        case simdjson::dom::element_type::ARRAY: {
            if (ours.kind() != json::kind::array) return false;
            auto mine = ours.elements().begin();
            for (auto const& one : simdjson::dom::array(theirs.get_array())) {
                if (mine == ours.elements().end() || !is_equal(one, *mine)) return false;
                ++mine;
            }
            return mine == ours.elements().end();
        }
        case simdjson::dom::element_type::OBJECT: {
            if (ours.kind() != json::kind::object) return false;
            auto mine = ours.members().begin();
            for (auto const& [name, one] : simdjson::dom::object(theirs.get_object())) {
                if (mine == ours.members().end()) return false;
                auto const member = *mine;
                if (member.name != name || !is_equal(one, member.value)) return false;
                ++mine;
            }
            return mine == ours.members().end();
        }
    }
    return false;
}

}  // namespace

TEST_CASE("what simdjson takes for JSON the reader takes, with the same values, and nothing else") {
    generator random(20'261'122);
    simdjson::dom::parser theirs(1 << 16);
    json::document ours;
    int good = 0;
    int bad = 0;
    for (int i = 0; i < 60'000; ++i) {
        std::string text;
        add_value(text, random, 4);
        for (auto n = below(random, 3); n > 0 && !text.empty(); --n) damage(text, random);
        CAPTURE(text);
        auto expected = theirs.parse(text);
        auto const is_read = ours.read(text).has_value();
        // Numbers beyond a double are no JSON to simdjson; the reader leaves them to who asks.
        if (expected.error() == simdjson::NUMBER_ERROR && is_read) continue;
        REQUIRE(is_read == (expected.error() == simdjson::SUCCESS));
        json::reader in(text);
        auto const is_skipped = in.skip() && in.end();
        REQUIRE(is_skipped == is_read);
        if (!is_read) {
            ++bad;
            continue;
        }
        ++good;
        REQUIRE(is_equal(expected.value(), ours.root()));
    }
    CHECK(good > 10'000);
    CHECK(bad > 10'000);
}
