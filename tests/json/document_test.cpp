#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace json = diptych::json;

TEST_CASE("a document is looked up by names and indexes") {
    auto const order = json::parse(
        R"( {"order":"o1","lines":[{"sku":"TABLE","quantity":2},{"sku":"CHAIR"}],"paid":true} )"
    );
    auto const root = order.value().root();
    CHECK(root.kind() == json::kind::object);
    CHECK(root.size() == 3);
    CHECK(root.at("lines.1.sku")->text() == "CHAIR");
    CHECK(root.at("lines.0.quantity")->integer() == 2);
    CHECK(root.at("lines.0.quantity")->real() == 2.0);
    CHECK(root.find("paid")->boolean());
    CHECK(root.find("lines")->raw() == R"([{"sku":"TABLE","quantity":2},{"sku":"CHAIR"}])");
    for (auto const* missing : {"line", "lines.2.sku", "lines.x", "order.x", "lines.0.price", ""})
        CHECK_FALSE_MESSAGE(root.at(missing), missing);
}

TEST_CASE("a document is iterated in the order it was written") {
    auto const text = json::parse(R"({"b":[1,[],{"x":null},"four"],"a":{}})");
    std::string names;
    for (auto const [name, what] : text.value().root().members()) names += name;
    CHECK(names == "ba");
    std::vector<std::string> raw;
    for (auto const one : text.value().root().find("b")->elements()) raw.emplace_back(one.raw());
    CHECK(raw == std::vector<std::string>{"1", "[]", R"({"x":null})", "\"four\""});
    CHECK(
        text.value().root().find("a")->members().begin() ==
        text.value().root().find("a")->members().end()
    );
}

TEST_CASE("a value that is something else gives nothing rather than an error") {
    auto const text = json::parse(R"({"number":1.5,"big":18446744073709551616})");
    auto const number = *text.value().root().find("number");
    CHECK(number.kind() == json::kind::real);
    CHECK(number.text().empty());
    CHECK(number.integer() == 0);
    CHECK(number.size() == 0);
    CHECK_FALSE(number.find("x"));
    CHECK(text.value().root().find("big")->kind() == json::kind::real);
    CHECK(text.value().root().find("big")->real() == 18446744073709551616.0);
}

TEST_CASE("names and texts have their escapes resolved, and the last of equal names counts") {
    auto const text = json::parse(R"({"a\n":"\u00e9\ud83d\ude00","k":1,"k":2,"s":"\"\\\/"})");
    CHECK(text.value().root().find("a\n")->text() == "é😀");
    CHECK(text.value().root().find("k")->integer() == 2);
    CHECK(text.value().root().find("s")->text() == "\"\\/");
}

TEST_CASE("values stay valid when their document moves, and memory is used again") {
    auto made = json::parse(R"({"a":1})").value();
    auto const a = *made.root().find("a");
    auto moved = std::move(made);
    CHECK(a.integer() == 1);

    json::document again;
    CHECK(again.root().is_null());
    CHECK(again.read("[1,2]"));
    CHECK(again.root().size() == 2);
    CHECK_FALSE(again.read("[1,"));
    CHECK(again.root().is_null());
}

TEST_CASE("what is written can be read back") {
    std::string const odd{"tab\t quote\" back\\slash line\n null\0 bell\a é 😀", 48};
    json::writer out;
    out.begin_object().member("odd", odd).key("list").begin_array().value(1).null().end_array();
    out.end_object();
    auto const read = json::parse(out.text());
    CHECK(read.value().root().find("odd")->text() == odd);
    CHECK(read.value().root().find("list")->raw() == "[1,null]");
}

TEST_CASE("bytes that are not UTF-8 are replaced when written") {
    std::string written;
    json::append_quoted(written, "a\xff\xc3(\xed\xa0\x80z");
    CHECK(written == "\"a\uFFFD\uFFFD(\uFFFD\uFFFD\uFFFDz\"");
    CHECK(json::is_utf8("plain, é and 😀"));
    CHECK_FALSE(json::is_utf8("long enough for eight bytes \xc0\x80"));
}
