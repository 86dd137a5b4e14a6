#include "domain/shop.hpp"

#include <diptych/diptych.hpp>

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

using a_id = diptych::id<"a">;
using b_id = diptych::id<"b">;

struct deep {
    struct part {
        std::optional<b_id> maybe;
        std::vector<a_id> list;
    };
    using home = a_id;
    b_id first;
    a_id home_one;
    part nested;
    std::map<a_id, b_id> pairs;
};
struct plain {
    a_id one;
    a_id two;
};
struct fields_with_words {
    a_id id;
    std::string type;
    std::string formerly;
    std::string optional_fields;
};
struct named {
    static constexpr auto type = "renamed";
    static constexpr auto formerly = {"named", "elsewhere.named"};
    a_id id;
};

}  // namespace

TEST_CASE("an id has a kind, a value and the name of its stream") {
    CHECK(shop::order_id::kind == "order");
    CHECK(shop::order_id{"o-1"}.name() == "order-o-1");
    CHECK(shop::order_id{"a"} < shop::order_id{"b"});
    CHECK(std::hash<shop::order_id>{}({"a"}) == std::hash<shop::order_id>{}({"a"}));
}

TEST_CASE("an event is numbered in its home and found under every other id, at any depth") {
    auto const made = diptych::encode(deep{
        .first = {"b1"},
        .home_one = {"a1"},
        .nested = {.maybe = b_id{"b2"}, .list = {{"a2"}, {"a1"}}},
        .pairs = {{{"a3"}, {"b1"}}}
    });
    CHECK(made.stream == "a-a1");
    CHECK(made.type == "deep");
    CHECK(made.tags == std::vector<std::string>{"b-b1", "b-b2", "a-a2", "a-a3"});
    CHECK(
        made.data ==
        R"({"first":"b1","home_one":"a1","nested":{"maybe":"b2","list":["a2","a1"]},"pairs":{"a3":"b1"}})"
    );
}

TEST_CASE("where all ids are of one kind, the first field is the home") {
    auto const made = diptych::encode(plain{.one = {"x"}, .two = {"y"}});
    CHECK(made.stream == "a-x");
    CHECK(made.tags == std::vector<std::string>{"a-y"});
    CHECK(diptych::encode(plain{.one = {"x"}, .two = {"x"}}).tags.empty());
    CHECK(diptych::encode(plain{.one = {"x"}, .two = {""}}).tags.empty());
}

TEST_CASE("an event that can not be recorded says why") {
    CHECK_THROWS_WITH(
        diptych::encode(plain{.one = {""}, .two = {"x"}}),
        "plain: the id of its home, of kind a, is empty"
    );
    CHECK_THROWS_AS(
        diptych::encode(plain{.one = {"\xff"}, .two = {}}), diptych::json::not_writable
    );
    CHECK_THROWS(diptych::encode(plain{.one = {std::string(254, 'x')}, .two = {}}));
    deep many{.first = {"b"}, .home_one = {"a"}, .nested = {}, .pairs = {}};
    for (std::size_t i = 0; i < diptych::tags_max; ++i)
        many.nested.list.push_back({"n" + std::to_string(i)});
    CHECK_THROWS_WITH(diptych::encode(many), "deep carries more than 64 ids besides its home");
}

TEST_CASE("the name of an event is its struct's, or what its type says") {
    using diptych::detail::wire_names;
    CHECK(wire_names<plain>("shop") == std::vector<std::string>{"shop.plain"});
    CHECK(
        wire_names<named>("shop") ==
        std::vector<std::string>{"shop.renamed", "shop.named", "elsewhere.named"}
    );
    CHECK(
        wire_names<fields_with_words>("shop") == std::vector<std::string>{"shop.fields_with_words"}
    );
    CHECK(
        diptych::encode(fields_with_words{{"i"}, "t", "f", "o"}).data ==
        R"({"id":"i","type":"t","formerly":"f","optional_fields":"o"})"
    );
}

TEST_CASE("a decision holds events, nothing or a refusal") {
    auto const o = shop::order_id{"o1"};
    shop::stock s;
    shop::allocate const command{.order = o, .product = {"TABLE"}, .quantity = 3};
    CHECK(command.decide(s).refusal() == diptych::refusal{"unknown_product", "Invalid sku TABLE"});

    s.evolve(shop::batch_created{.batch = {"b1"}, .product = {"TABLE"}, .quantity = 10});
    auto const made = command.decide(s);
    CHECK_FALSE(made.refused());
    REQUIRE(made.all<shop::allocated>().size() == 1);
    CHECK(made.all<shop::allocated>()[0].batch.value == "b1");
    s.evolve(made.all<shop::allocated>()[0]);
    CHECK(command.decide(s).events().empty());
    CHECK_FALSE(command.decide(s).refused());

    diptych::decision<plain, named> several{plain{{"x"}, {"y"}}, named{{"n"}}};
    several += plain{{"z"}, {}};
    CHECK(several.events().size() == 3);
    CHECK(several.all<plain>().size() == 2);
}
