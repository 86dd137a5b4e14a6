// Values inside of json columns: filtered, sorted, selected, indexed.
#include "read/ddl.hpp"
#include "read/log_fixture.hpp"
#include "read/parse.hpp"
#include "read/query_parse.hpp"
#include "read/query_sql.hpp"
#include "read/serve_lint.hpp"
#include "sqlite/database.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <algorithm>

using namespace diptych;
using namespace diptych::read;

namespace {

constexpr char const* products = R"sql(
-- @view products
-- @event put (product text, fields json, review json)
create table products (product text primary key, fields json, review json not null);
create index by_average on products (review->>'average' desc, product);
create index by_color on products (fields->>'color');
create index by_city on products (review->'by'->>'city', product);
-- @on put
insert into products values (:product, :fields, :review);
-- @serve filter fields->>*, fields->>size integer, fields->>name text, review->>average real, review->by->>city  sort review->>average, fields->>any, review->by->>city  cache 60s
)sql";

struct products_fixture : log_fixture {
    temporary_folder folder;
    view_set views{*log, folder.path(), time};

    products_fixture() {
        views.add_text("products.sql", products).or_throw();
        views.start().or_throw();
    }

    void put(
        std::string const& product, std::string const& fields, std::string const& review = "{}"
    ) {
        append(
            "put",
            R"({"product":")" + product + R"(","fields":)" + fields + R"(,"review":)" + review + "}"
        );
        views.catch_up("products").or_throw();
    }

    std::string found(url_query_parameters const& parameters) const {
        auto const parsed = json::parse(rows_of(views, "products", parameters)).or_throw();
        std::string list;
        for (auto const row : parsed.root().elements()) list += row.find("product")->text();
        return list;
    }
    std::string found(std::string name, std::string value) const {
        return found({{std::move(name), std::move(value)}});
    }
};

std::string plan_of(url_query_parameters const& parameters) {
    auto const view = parse_view({"products.sql", products}).or_throw();
    auto const memory = sqlite::database::open({":memory:"}).or_throw();
    memory.execute(sqlite_ddl(view)).or_throw();
    auto const query = parse_query(view.tables.front(), view.served, parameters).or_throw();
    auto const sql = select_for(query, view.tables.front(), {}).sql;
    auto steps = memory.prepare("explain query plan " + sql).or_throw();
    std::string text;
    while (steps.step().or_throw()) text += std::string{steps.text(3)} + '\n';
    return text;
}

}  // namespace

TEST_CASE("a value of any type in one path is found by what it is") {
    products_fixture of;
    of.put("a", R"({"any":5,"size":5,"name":"5"})");
    of.put("b", R"({"any":"5","size":"5","name":5})");
    of.put("c", R"({"any":"red","size":7.5,"name":"red"})");
    of.put("d", R"({"any":10,"size":10,"name":"10"})");
    of.put("e", R"({"any":true,"size":true,"name":true})");
    of.put("f", R"({"any":null,"size":null})");
    of.put("g", R"({})");
    of.put("h", "null");
    of.put("i", R"({"any":{"x":1}})");

    // Without a type: a number is the number and the same text.
    CHECK(of.found("fields->>any", "eq.5") == "ab");
    CHECK(of.found("fields->>any", "eq.5.0") == "a");
    CHECK(of.found("fields->>any", "eq.red") == "c");
    CHECK(of.found("fields->>any", "in.(red,10)") == "cd");
    CHECK(of.found("fields->>any", "neq.5") == "cdei");
    CHECK(of.found("fields->>any", "eq.true") == "e");
    CHECK(of.found("fields->>any", "is.true") == "e");
    CHECK(of.found("fields->>any", R"(eq.{"x":1})") == "i");
    // Greater and smaller: numbers among numbers, texts among texts.
    CHECK(of.found("fields->>any", "gt.5") == "d");
    CHECK(of.found("fields->>any", "gte.5") == "ad");
    CHECK(of.found("fields->>any", "lt.10") == "ae");
    CHECK(of.found("fields->>any", "lt.s") == "bc");
    CHECK(of.found("fields->>any", "gt.5x") == "ci");
    CHECK(of.found("fields->>any", "like.*5*") == "b");
    CHECK(of.found("fields->>any", "is.null") == "fgh");
    CHECK(of.found("fields->>any", "is.not_null") == "abcdei");
    CHECK(of.found("fields->>any", "not.gt.5") == "abcei");
    // As an integer: texts are not numbers.
    CHECK(of.found("fields->>size", "eq.5") == "a");
    CHECK(of.found("fields->>size", "gt.5") == "cd");
    CHECK(of.found("fields->>size", "lt.8") == "ace");
    // As a text: numbers are not texts.
    CHECK(of.found("fields->>name", "eq.5") == "a");
    CHECK(of.found("fields->>name", "lt.2") == "d");
    CHECK(of.found("fields->>name", "gt.2") == "ac");
    // A key that no view knows of, and none of these is SQL.
    CHECK(of.found("fields->>brand new", "eq.5") == "");
    CHECK(of.found("fields->>x') or 1=1 --", "eq.5") == "");
    CHECK(of.found({{"fields->>any", "eq.5"}, {"fields->>size", "eq.5"}}) == "a");
    CHECK(of.found({{"or", "(fields->>any.eq.red,fields->>size.eq.10)"}}) == "cd");

    // Nulls, numbers, texts; the key decides among equals.
    CHECK(of.found("order", "fields->>any") == "fgheadbci");
    CHECK(of.found("order", "fields->>any.desc") == "icbdaefgh");
}

TEST_CASE("numbers inside of json sort as numbers, and are answered as they are") {
    products_fixture of;
    of.put("a", "{}", R"({"average":9.5,"count":2,"by":{"city":"Ulm"}})");
    of.put("b", "{}", R"({"average":10,"count":1e2,"by":{"city":"Bonn"}})");
    of.put("c", "{}", R"({"average":-1.25})");
    CHECK(of.found("order", "review->>average.desc") == "bac");
    CHECK(of.found("order", "review->>average") == "cab");
    CHECK(of.found("review->>average", "gte.9.5") == "ab");
    CHECK(of.found("review->by->>city", "eq.Ulm") == "a");
    CHECK(
        rows_of(
            of.views,
            "products",
            {{"select", "review->>average,n:review->count,review->by->>city,by:review->by"},
             {"product", "in.(a,b)"}}
        ) == R"([{"average":9.5,"n":2,"city":"Ulm","by":{"city":"Ulm"}},)"
             R"({"average":10,"n":1e2,"city":"Bonn","by":{"city":"Bonn"}}])"
    );
    CHECK(
        rows_of(of.views, "products", {{"select", "review->>count"}, {"product", "eq.c"}}) ==
        R"([{"count":null}])"
    );
}

TEST_CASE("an index on a value inside of json serves filter and sort") {
    for (auto const& [name, value] : url_query_parameters{
             {"fields->>color", "eq.red"},
             {"fields->>color", "in.(red,5)"},
             {"review->>average", "gte.4.5"},
             {"review->by->>city", "eq.Ulm"},
         }) {
        CAPTURE(name + " " + value);
        auto const plan = plan_of({{name, value}});
        CHECK(plan.contains("SEARCH products USING INDEX by_"));
    }
    for (auto const* const order : {"review->>average.desc", "review->by->>city"}) {
        CAPTURE(order);
        auto const plan = plan_of({{"order", order}});
        CHECK(plan.contains("SCAN products USING INDEX by_"));
        CHECK_FALSE(plan.contains("TEMP B-TREE"));
    }
    auto const both = plan_of({{"review->>average", "gte.4"}, {"order", "review->>average.desc"}});
    CHECK(both.contains("SEARCH products USING INDEX by_average"));
    CHECK_FALSE(both.contains("TEMP B-TREE"));
}

TEST_CASE("a path that is served without an index is named, with the index to add") {
    source const file{"products.sql", products};
    auto const warnings = serve_warnings(parse_view(file).or_throw(), file);
    auto const has = [&](std::string_view text) {
        return std::ranges::any_of(warnings, [&](auto const& one) { return one.contains(text); });
    };
    CHECK(has("'fields->>size' has no index"));
    CHECK(has("create index by_size on products (fields->>'size');"));
    CHECK_FALSE(has("review->>average"));
    CHECK_FALSE(has("review->by->>city"));
    CHECK_FALSE(has("'fields->>*'"));
}

TEST_CASE("a page behind a row begins in the index where it was left") {
    auto const view = parse_view({"products.sql", products}).or_throw();
    auto const memory = sqlite::database::open({":memory:"}).or_throw();
    memory.execute(sqlite_ddl(view)).or_throw();
    auto const plan = [&](url_query_parameters const& parameters, cell value) {
        auto const query = parse_query(view.tables.front(), view.served, parameters).or_throw();
        std::vector<cell> const after{std::move(value), cell{std::string{"p"}}};
        auto const sql = select_for(query, view.tables.front(), after).sql;
        auto steps = memory.prepare("explain query plan " + sql).or_throw();
        std::string text;
        while (steps.step().or_throw()) text += std::string{steps.text(3)} + '\n';
        return text;
    };
    CHECK(plan({{"order", "review->by->>city"}}, cell{std::string{"Ulm"}})
              .contains("SEARCH products USING INDEX by_city"));
    CHECK(plan({{"order", "review->>average.desc"}, {"review->>average", "gte.1"}}, cell{4.5})
              .contains("SEARCH products USING INDEX by_average"));
}

TEST_CASE("what @serve and an index say of json is checked when the file is read") {
    auto const fault = [](std::string serve, std::string index = "") {
        auto const read = parse_view(
            {"t.sql",
             "-- @view t\ncreate table t (id text primary key, j json, n integer);\n" + index +
                 "\n-- @serve " + serve + "\n"}
        );
        return read ? std::string{} : read.error().message;
    };
    CHECK(
        fault("filter j->>a, j->b->>c real, j->>*  sort j->>a, j->b->>c  limit 5  cache 5m") == ""
    );
    CHECK(fault("filter j").contains("but a value in it can: j->>key"));
    CHECK(fault("filter n->>a").contains("only json has values inside"));
    CHECK(fault("filter j->a").contains("the arrow before the last key is '->>'"));
    CHECK(fault("filter j->>a->>b").contains("stands last"));
    CHECK(fault("filter j->>").contains("a key is missing"));
    CHECK(fault("filter j->*->>a").contains("'*' stands for the last key only"));
    CHECK(fault("sort j->>*").contains("name one"));
    CHECK(fault("filter j->>a timestamp").contains("text, integer, real or boolean"));
    CHECK(fault("filter j->>* integer").contains("values of any type"));
    CHECK(fault("filter j->>a integer  sort j->>a text").contains("is integer already"));
    CHECK(fault("filter id, id").contains("twice"));
    CHECK(fault("cache 60").contains("60s, 5m or 1h"));
    CHECK(fault("cache 0s").contains("60s, 5m or 1h"));
    CHECK(fault("cache 999999h").contains("60s, 5m or 1h"));
    CHECK(fault("fliter id").contains("did you mean 'filter'?"));
    CHECK(fault("sort id", "create index i on t (j->>'a', id);") == "");
    CHECK(fault("sort id", "create index i on t (j->'a');").contains("is '->>'"));
    CHECK(fault("sort id", "create index i on t (n->>'a');").contains("only json"));
    CHECK(fault("sort id", "create index i on t (j->>'$.a');").contains("no path"));
    CHECK(fault("sort id", "create index i on t (j->>a);").contains("expected a key"));
    auto const index = parse_view({"t.sql",
                                   "-- @view t\ncreate table t (id text primary key, j "
                                   "json);\ncreate index i on t (j -> 'a' ->> 'it''s' desc);\n"})
                           .or_throw();
    CHECK(sqlite_ddl(index).contains(R"(("j" ->> '$."a"."it''s"' desc))"));
}
