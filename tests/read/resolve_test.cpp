#include "read/resolve.hpp"

#include "read/example_views.hpp"
#include "read/parse.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace {

using model::value_kind;

model::field field(std::string name, value_kind kind) {
    return {.name = std::move(name), .of = {.kind = kind}};
}

std::vector<known_event> shop() {
    auto address = field("address", value_kind::object);
    address.of.fields = {field("city", value_kind::text)};
    auto options = field("options", value_kind::list);
    options.of.fields = {field("", value_kind::object)};
    options.of.fields.front().of.fields = {field("name", value_kind::text)};
    auto lines = field("lines", value_kind::list);
    lines.of.fields = {field("", value_kind::object)};
    lines.of.fields.front().of.fields = {
        field("sku", value_kind::id), field("quantity", value_kind::integer), options
    };
    std::vector<model::event> const events{
        {.type = "shop.allocated",
         .formerly = {"shop.placed"},
         .fields =
             {field("order", value_kind::id), field("quantity", value_kind::integer), address, lines
             },
         .home_kind = "order"},
        {.type = "shop.shipped", .formerly = {}, .fields = {}, .home_kind = "order"},
        {.type = "depot.shipped", .formerly = {}, .fields = {}, .home_kind = "order"},
    };
    return known_events(events);
}

result<view_definition> resolved(
    std::string const& directives,
    std::vector<known_event> const& events,
    std::string const& recorded = {}
) {
    source const in{
        .file = "v.sql",
        .text = "-- @view v\ncreate table v (id text primary key, n integer, at timestamp);\n" +
                directives
    };
    auto view = parse_view(in).or_throw();
    auto const is_recorded = [&](std::string_view type) -> result<bool> {
        return type == recorded;
    };
    auto const done = resolve(in, view, {.contexts = events, .is_recorded = is_recorded});
    if (!done) return std::unexpected(done.error());
    return view;
}

std::string resolve_error(std::string const& directives) {
    auto const made = resolved(directives, shop());
    return made ? "no complaint" : made.error().message;
}

}  // namespace

TEST_CASE("a bare event name finds the context's event, former names included") {
    auto const view =
        resolved("-- @on allocated\ninsert into v (id) values (:order);", shop()).or_throw();
    CHECK(view.handlers.front().types == std::vector<std::string>{"shop.allocated", "shop.placed"});
}

TEST_CASE("an event that nobody or more than one context declares is an error with a suggestion") {
    CHECK(
        resolve_error("-- @on alocated\ndelete from v;") ==
        "v.sql:3:4: nobody declares event 'alocated'; did you mean 'shop.allocated'?"
    );
    CHECK(
        resolve_error("-- @on shipped\ndelete from v;") ==
        "v.sql:3:4: 'shipped' may be shop.shipped and depot.shipped: write which"
    );
    CHECK(resolve_error("-- @on $timer_due\ndelete from v;") == "no complaint");
    CHECK(resolve_error("-- @event shop.allocated (a text)\n").contains("a context declares event")
    );
}

TEST_CASE("where no context declares events an unknown one is only a warning") {
    auto const view = resolved("-- @on anything\ndelete from v where id = :x;", {}).or_throw();
    REQUIRE(view.warnings.size() == 1);
    CHECK(view.warnings.front() == "v.sql:3: nobody declares event 'anything'");
    auto const near =
        resolved("-- @event opened (id text)\n-- @on opend\ndelete from v where id = :x;", {})
            .or_throw();
    REQUIRE(near.warnings.size() == 1);
    CHECK(
        near.warnings.front() == "v.sql:4: nobody declares event 'opend'; did you mean 'opened'?"
    );
}

TEST_CASE("an event that is in the log is known, and may have any field") {
    auto const statement = "-- @on imported\ndelete from v where id = :x;";
    CHECK(resolved(statement, {}, "imported").or_throw().warnings.empty());
    CHECK(resolved(statement, shop(), "imported").or_throw().warnings.empty());
    CHECK(!resolved(statement, shop(), "other"));
}

TEST_CASE("where nobody can look into the log, an event that nobody declares is let through") {
    source const in{
        .file = "v.sql",
        .text =
            "-- @view v\ncreate table v (id text primary key);\n-- @on imported\n"
            "delete from v where id = :x;"
    };
    auto view = parse_view(in).or_throw();
    auto const resolve_with = [&](errc kind) {
        return resolve(in, view, {.is_recorded = [&](std::string_view) -> result<bool> {
                           return fail(kind, "no_index", "there is no index");
                       }});
    };
    CHECK(resolve_with(errc::unavailable));
    CHECK(resolve_with(errc::corrupt).error().code == "no_index");
}

TEST_CASE("a binding must be a field of its event and fit its column") {
    CHECK(
        resolve_error("-- @on allocated\ninsert into v (id) values (:ordr);") ==
        "v.sql:4:28: shop.allocated has no field ':ordr'; did you mean ':order'?"
    );
    CHECK(resolve_error("-- @on allocated\ninsert into v (id) values (:address.cty);")
              .contains("did you mean ':address.city'?"));
    CHECK(resolve_error("-- @on allocated\ninsert into v (id) values (:order.x);")
              .contains("has no parts"));
    CHECK(
        resolve_error("-- @on allocated\ninsert into v (id, n) values (:order, :order);") ==
        "v.sql:4:39: :order of shop.allocated is text and can not go where integer is wanted"
    );
    CHECK(resolve_error("-- @on allocated\ninsert into v (id, at) values (:order, :quantity);")
              .contains("can not go where timestamp"));
    CHECK(
        resolve_error(
            "-- @on allocated\n-- @each :lines as :l\ninsert into v (id, n) values (:l.sku, "
            ":l.quantity);"
        ) == "no complaint"
    );
    CHECK(resolve_error(
              "-- @on allocated\n-- @each :lines as :l\ninsert into v (id) values (:l.suk);"
    )
              .contains("has no field ':l.suk'; did you mean ':l.sku'?"));
    CHECK(resolve_error("-- @on allocated\n-- @each :order as :l\ninsert into v (id) values (:l);")
              .contains("is none"));
    auto const inside = [](std::string const& array, std::string const& value) {
        return resolve_error(
            "-- @on allocated\n-- @each :lines as :l\n-- @each " + array +
            " as :o\ninsert into v (id, n) values (" + value + ");"
        );
    };
    CHECK(inside(":l.options", ":o.name, :l.quantity") == "no complaint");
    CHECK(inside(":l.options", ":o.nme, 1").contains("no field ':o.nme'; did you mean ':o.name'?"));
    CHECK(inside(":l.options", ":l.sk, 1").contains("no field ':l.sk'; did you mean ':l.sku'?"));
    CHECK(inside(":l.options", "'x', :o.name").contains("can not go where integer is wanted"));
    CHECK(inside(":l.option", ":o.name, 1").contains("did you mean ':l.options'?"));
    CHECK(inside(":l.sku", ":o.name, 1").contains("'sku' of shop.allocated is none"));
}

TEST_CASE("a binding that meets no column takes the type of its field") {
    auto const view =
        resolved("-- @on allocated\ndelete from v where n * 2 > n * :quantity;", shop()).or_throw();
    CHECK(
        view.handlers.front().statements.front().bindings.front().as ==
        column_type{column_kind::integer}
    );
}

TEST_CASE("@key names fields that an event of the view has") {
    std::string const on = "-- @on allocated\ndelete from v where id = :order;\n";
    CHECK(resolve_error("-- @key :order, :quantity\n" + on) == "no complaint");
    CHECK(resolve_error("-- @key :address.city, :lines.sku\n" + on) == "no complaint");
    CHECK(
        resolve_error("-- @key :order, :quantiy\n" + on) ==
        "v.sql:3:17: shop.allocated has no field ':quantiy'; did you mean ':quantity'?"
    );
    CHECK(resolve_error("-- @key :address\n" + on)
              .contains("'address' of shop.allocated is an object: a key is a value"));
    // Another event has it, or may have it.
    CHECK(
        resolve_error(
            "-- @key :id\n-- @event put (id text)\n-- @on allocated, put\ndelete from v;\n"
        ) == "no complaint"
    );
    CHECK(
        resolve_error("-- @key :id\n" + on + "-- @on shop.gone\ndelete from v;\n") != "no complaint"
    );
}

TEST_CASE("the events of @event lines are known without a compiler") {
    auto view = parse_view({.file = "o.sql", .text = examples::order_history}).or_throw();
    source const in{.file = "o.sql", .text = examples::order_history};
    REQUIRE(resolve(in, view, {}));
    CHECK(view.warnings.empty());
}
