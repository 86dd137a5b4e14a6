#include "products/domain.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace catalogue;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

category_added const light{.category = {"light"}, .name = "Lamps"};
product_added const lamp{.product = {"lamp"}, .name = "Lamp", .category = {"light"}};

field_added field(std::string id, field_rules rules) {
    return {.field = {id}, .category = {"light"}, .name = id, .rules = std::move(rules)};
}
field_rules integer(std::optional<std::int64_t> min, std::optional<std::int64_t> max) {
    return {.type = field_type::Integer, .min = min, .max = max, .not_empty = false, .regex = {}};
}
field_rules text(bool not_empty, std::optional<std::string> regex) {
    return {
        .type = field_type::String, .min = {}, .max = {}, .not_empty = not_empty, .regex = regex
    };
}
change_field_value change(std::string id, field_value value) {
    return {.product = {"lamp"}, .field = {id}, .value = std::move(value)};
}
add_field declare(field_rules const& rules) {
    return {
        .field = {"f"},
        .category = {"light"},
        .name = "f",
        .type = rules.type,
        .min = rules.min,
        .max = rules.max,
        .not_empty = rules.not_empty,
        .regex = rules.regex
    };
}

}  // namespace

TEST_CASE("S2-07 S2-08 a change of a product is an event of what has changed") {
    given(light, lamp, field("watts", integer(1, 100)))
        .when(change("watts", 40))
        .then(field_value_changed{.product = {"lamp"}, .field = {"watts"}, .value = 40});
}

TEST_CASE("S2-31 an integer is within the range of its field") {
    auto const lit = given(light, lamp, field("watts", integer(1, 100)));
    lit.when(change("watts", 100)).then(field_value_changed{{"lamp"}, {"watts"}, 100});
    lit.when(change("watts", 0)).then_refused(refusal::bad_value);
    lit.when(change("watts", 101)).then_refused(refusal::bad_value);
    lit.when(change("watts", "40")).then_refused(refusal::bad_value);
}

TEST_CASE("S2-31 a text passes the rules of its field") {
    auto const lit =
        given(light, lamp, field("note", text(true, {})), field("color", text(false, "[a-z]+")));
    lit.when(change("note", "")).then_refused(refusal::bad_value);
    lit.when(change("note", 5)).then_refused(refusal::bad_value);
    lit.when(change("note", std::string(text_max + 1, 'x'))).then_refused(refusal::bad_value);
    lit.when(change("color", "Red")).then_refused(refusal::bad_value);
    lit.when(change("color", "red")).then(field_value_changed{{"lamp"}, {"color"}, "red"});
}

TEST_CASE("a regex can not make matching take for ever") {
    given(light, lamp, field("note", text(false, "(a*)*b")))
        .when(change("note", std::string(text_max, 'a')))
        .then_refused(refusal::bad_value);
}

TEST_CASE("S2-31 a field is of the product's category") {
    category_added const other{.category = {"rugs"}, .name = "Rugs"};
    auto size = field("size", integer({}, {}));
    size.category = {"rugs"};
    given(light, other, lamp, size).when(change("size", 3)).then_refused(refusal::other_category);
}

TEST_CASE("S2-30 what is not known is refused") {
    given(light).when(change("watts", 3)).then_refused(refusal::unknown_product);
    given(light, lamp).when(change("watts", 3)).then_refused(refusal::unknown_field);
    add_product const lost{.product = {"p"}, .name = "P", .category = {"none"}};
    given().when(lost).then_refused(refusal::unknown_category);
    add_review const praise{.review = {"r"}, .product = {"p"}, .user = {"ada"}, .rating = 5};
    given().when(praise).then_refused(refusal::unknown_product);
    complete_order const order{.order = {"o"}, .product = {"p"}, .amount = 1};
    given().when(order).then_refused(refusal::unknown_product);
    given().when(declare(integer(1, 2))).then_refused(refusal::unknown_category);
}

TEST_CASE("rules that nothing could pass, or that are none, are refused") {
    given(light).when(declare(integer(2, 1))).then_refused(refusal::bad_rules);
    given(light).when(declare(text(false, "["))).then_refused(refusal::bad_rules);
    auto mixed = integer(1, 2);
    mixed.regex = "[0-9]";
    given(light).when(declare(mixed)).then_refused(refusal::bad_rules);
    given(light).when(declare(integer(1, 1))).then(field("f", integer(1, 1)));
}

TEST_CASE("ratings are 1 to 5, amounts are positive") {
    for (int const rating : {0, 6}) {
        add_review const odd{
            .review = {"r"}, .product = {"lamp"}, .user = {"ada"}, .rating = rating
        };
        given(light, lamp).when(odd).then_refused(refusal::rating_not_1_to_5);
    }
    complete_order const none{.order = {"o"}, .product = {"lamp"}, .amount = 0};
    given(light, lamp).when(none).then_refused(refusal::amount_not_positive);
}

TEST_CASE("P2-01 a review is of its product, and of its user") {
    add_review const praise{.review = {"r"}, .product = {"lamp"}, .user = {"ada"}, .rating = 5};
    given(light, lamp)
        .when(praise)
        .then(review_added{.review = {"r"}, .product = {"lamp"}, .user = {"ada"}, .rating = 5});
}

TEST_CASE("a repeat changes nothing, and an id is not used for something else") {
    review_added const said{.review = {"r"}, .product = {"lamp"}, .user = {"ada"}, .rating = 5};
    add_review again{.review = {"r"}, .product = {"lamp"}, .user = {"ada"}, .rating = 5};
    given(light, lamp, said).when(again).then_nothing();
    again.rating = 1;
    given(light, lamp, said).when(again).then_refused(refusal::review_exists);
    add_product product{.product = {"lamp"}, .name = "Lamp", .category = {"light"}};
    given(light, lamp).when(product).then_nothing();
    product.name = "Table";
    given(light, lamp).when(product).then_refused(refusal::product_exists);
    field_value_changed const is{{"lamp"}, {"watts"}, 40};
    given(light, lamp, field("watts", integer(1, 100)), is)
        .when(change("watts", 40))
        .then_nothing();
}
