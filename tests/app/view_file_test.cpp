// What is said of view files without a log: all that is wrong with them, and their own tests.
#include "app/view_explain.hpp"
#include "app/view_test.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <string>

using namespace diptych;

namespace {

std::string const head = R"sql(-- @view v
create table v (id text primary key, price decimal(2), at timestamp, extra json, n integer);
create table names (id text primary key, name text not null unique);
-- @event put (id text, price decimal(2), extra json, n integer)
-- @event named (id text, name text)
-- @on put
insert into v (id, price, at, extra, n) values (:id, :price, :$recorded_at, :extra, :n)
on conflict (id) do update set n = v.n + excluded.n;
-- @on named
insert into names (id, name) values (:id, :name);
-- @on unknown
delete from v where id = :id;
)sql";
// What is added begins in line 13.

app::view_report tested(std::string const& cases) {
    return app::test_view({.file = "v.sql", .text = head + cases}, {}).or_throw();
}

std::string complaints(std::string const& cases) {
    std::string all;
    for (auto const& one :
         app::check_view_text({.file = "v.sql", .text = head + cases}, {}).or_throw().errors)
        all += one.message + '\n';
    return all;
}

std::string put(std::string const& data) { return R"(-- {"type": "put", "data": )" + data + "}\n"; }

std::string differences(std::string const& cases) {
    auto const report = tested(cases);
    std::string all;
    for (auto const& one : report.errors) all += one.message + '\n';
    for (auto const& one : report.failed) {
        all += one.name + " (" + one.ways + ")\n";
        for (auto const& line : one.differences) all += line + '\n';
    }
    return all;
}

std::string const everywhere = "(inline, async, rebuilt, restarted)\n";

}  // namespace

TEST_CASE("a test in a view file gives events and expects rows, in any order and by value") {
    auto const report = tested(
        "-- @given two of them, and remarks\n" + put(R"({"id": "a", "price": 1.5, "n": 1})") +
        "-- the second\n" + put(R"({"id": "b", "extra": {"x":  [1]}, "n": 2})") +
        R"(-- {"type": "named", "stream": "n-1", "recorded_at": "2026-05-01", "data": {"id": "a", "name": "A"}, "tags": ["t-1"], "metadata": {"user": "u"}}
-- {"type": "unknown", "data": {"id": "c", "anything": 1}}
-- @expect
-- {"id": "b", "extra": {"x":[1]}, "price": null, "at": "2026-01-01T00:00:01Z"}
-- {"id": "a", "price": 1.50, "at": "2026-01-01T00:00:00.000Z"}
-- @expect names exactly
-- {"id": "a", "name": "A"}
-- @given
-- @expect none
-- @expect names none
)"
    );
    CHECK(report.errors.empty());
    CHECK(report.failed.empty());
    CHECK(report.cases == 2);
}

TEST_CASE("each event counts once, however the view comes to its rows") {
    auto const thrice = put(R"({"id": "a", "n": 1})") + put(R"({"id": "a", "n": 1})") +
                        put(R"({"id": "a", "n": 1})");
    CHECK(differences("-- @given\n" + thrice + "-- @expect\n-- {\"id\": \"a\", \"n\": 3}\n") == "");
}

TEST_CASE("a test that fails says what it found, with the lines") {
    auto const given = "-- @given two\n" + put(R"({"id": "a", "n": 1})") + put(R"({"id": "b"})");
    CHECK(
        differences(given + "-- @expect\n-- {\"id\": \"a\", \"n\": 2}\n-- {\"id\": \"c\"}\n") ==
        "two " + everywhere +
            "v.sql:17: expected  {\"id\": \"a\", \"n\": 2}\n"
            "v.sql:17: found     {\"id\":\"a\",\"n\":1}\n"
            "v.sql:18: expected  {\"id\": \"c\"}\n"
            "v.sql:18: found     no such row in v\n"
            "v.sql:16: besides   {\"id\":\"b\",\"price\":null,\"at\":\"2026-01-01T00:00:01Z\","
            "\"extra\":null,\"n\":null} in v\n"
    );
    CHECK(differences("-- @given\n" + put(R"({"id": "a", "n": 1})") + "-- @expect none\n")
              .starts_with("line 13 " + everywhere + "v.sql:15: besides   {\"id\":\"a\""));
    // What is not written may be anything, unless rows are expected exactly.
    auto const rows = std::string{"-- {\"id\": \"a\"}\n-- {\"id\": \"b\"}\n"};
    CHECK(differences(given + "-- @expect\n" + rows) == "");
    CHECK(differences(given + "-- @expect exactly\n" + rows).contains("\"n\":1"));
    // A row that says less leaves the one that is meant to a row that says more.
    CHECK(differences(given + "-- @expect\n-- {\"extra\": null}\n-- {\"id\": \"a\"}\n") == "");
}

TEST_CASE("an event that the view does not take fails the test, with the event's line") {
    auto const cases = std::string{"-- @given twice\n"} +
                       R"(-- {"type": "named", "data": {"id": "a", "name": "A"}}
-- {"type": "named", "data": {"id": "b", "name": "A"}}
-- @expect none
)";
    auto const said = differences(cases);
    CAPTURE(said);
    CHECK(
        said.starts_with("twice (inline; async, restarted; rebuilt)\ninline:\nv.sql:15: the view "
                         "does not take this event: view 'v' allows each name only once")
    );
    CHECK(said.contains("\nrebuilt:\nv.sql: "));
}

TEST_CASE("events and rows of tests that can not be meant are errors with their place") {
    auto const given = [](std::string const& event) {
        return complaints("-- @given\n-- " + event + "\n-- @expect none\n");
    };
    CHECK(
        given(R"({"type": "putt"})") ==
        "v.sql:14:13: nobody declares event 'putt'; did you mean 'put'?\n"
    );
    CHECK(
        given(R"({"type": "put", "data": {"pric": 1}})") ==
        "v.sql:14:37: put has no field 'pric'; did you mean 'price'?\n"
    );
    CHECK(
        given(R"({"type": "put", "data": {"n": "one"}})") ==
        "v.sql:14:34: 'n' of put must be an integer of 64 bits, not \"one\"\n"
    );
    CHECK(given(R"({"type": "put", "data": {"price": 1.234}})").contains("at most 2 digits"));
    CHECK(given(R"({"type": "put", "dat": {}})")
              .contains("an event has no \"dat\"; did you mean 'data'?"));
    CHECK(given(R"({"type": "put", "data": 7})") == "v.sql:14:28: data must be an object, not 7\n");
    CHECK(given(R"({"data": {}})").contains("v.sql:14:4: an event needs a \"type\""));
    CHECK(given(R"({"type": "put", )").starts_with("v.sql:14:4: an event is one line of JSON"));
    CHECK(given(R"({"type": "put", "recorded_at": "soon"})").contains("a time like"));
    CHECK(
        complaints("-- @given\n-- {\"type\": \"put\"}\n-- {\"type\": \"put\", \"recorded_at\": "
                   "\"2025-01-01\"}\n-- @expect none\n"
        ) == "v.sql:15:4: it is recorded before the event before it\n"
    );

    auto const expected = [](std::string const& line, std::string const& row) {
        return complaints("-- @given\n-- @expect" + line + "\n" + row);
    };
    CHECK(
        expected("", "-- {\"nn\": 1}\n") ==
        "v.sql:15:11: no column 'nn' in table 'v'; did you mean 'n'?\n"
    );
    CHECK(
        expected("", "-- {\"n\": true}\n") ==
        "v.sql:15:10: column 'n' is integer, and wants an integer of 64 bits, not true\n"
    );
    CHECK(expected("", "-- {n: 1}\n").starts_with("v.sql:15:4: a row is one line of JSON"));
    CHECK(expected("", "").starts_with("v.sql:14:4: expected rows, each a line like"));
    CHECK(expected(" none", "-- {\"n\": 1}\n").starts_with("v.sql:15:4: there are to be no rows"));
    CHECK(expected(" name", "") == "v.sql:14:12: no table 'name'; did you mean 'names'?\n");
    CHECK(expected(" none exactly", "").starts_with("v.sql:14:17: unexpected 'exactly'"));
    CHECK(complaints("-- @expect none\n") == "v.sql:13:4: @expect needs a @given before it\n");
    CHECK(
        complaints("-- @given\n-- @given\n-- @expect none\n") ==
        "v.sql:13:4: this @given has no @expect\n"
    );
    CHECK(complaints("-- @given\n") == "v.sql:13:4: this @given has no @expect\n");
}

TEST_CASE("tests are no part of a view's meaning") {
    auto const with =
        app::check_view_text({.file = "v.sql", .text = head + "-- @given\n-- @expect none\n"}, {});
    auto const without = app::check_view_text({.file = "v.sql", .text = head}, {});
    CHECK(with.value().version == without.value().version);
}

TEST_CASE("a file with several errors says them all, in their order") {
    auto const report = app::check_view_text(
        {.file = "v.sql",
         .text = "-- @view v\ncreate table v (id text primary key, n integer);\n"
                 "-- @event e (id text)\n-- @on e, \nselect 1;\ninsert into v (id) values "
                 "(:$positio);\n-- @on e\ninsert into v (id) values (:idd);\nupdate v set m = 1;\n"
                 "-- @evnt x\n-- @serve filter idd\n"},
        {}
    );
    std::string all;
    for (auto const& one : report.value().errors) all += one.message + '\n';
    CAPTURE(all);
    auto at = std::size_t{0};
    for (auto const* const what :
         {"v.sql:4:10: expected an event type",
          "v.sql:5:1: an @on takes",
          "v.sql:6:28: unknown :$positio; did you mean ':$position'?",
          "v.sql:8:28: e has no field ':idd'; did you mean ':id'?",
          "v.sql:9:1: no such column: m",
          "v.sql:10:4: unknown directive '@evnt'; did you mean '@event'?",
          "v.sql:11:18: no column 'idd' in table 'v'; did you mean 'id'?"}) {
        auto const found = all.find(what, at);
        CAPTURE(what);
        CHECK(found != all.npos);
        if (found != all.npos) at = found;
    }
}

namespace {

std::string const of_options = R"sql(-- @view options
create table options (
  sku text not null, line integer not null, option text not null, size text, price decimal(2),
  primary key (sku, line, option)
);
-- @event placed (order text, lines json, sizes json)
-- @on placed
-- @each :lines as :line
-- @each :line.options as :option
-- @each :sizes as :size
insert into options (sku, line, option, size, price)
values (:line.sku, :$index, :option.name, :size, :option.price);
)sql";

}  // namespace

TEST_CASE("a statement goes through arrays inside of arrays, and beside each other") {
    auto const run = [](std::string const& text) {
        return app::test_view({.file = "v.sql", .text = text}, {}).or_throw();
    };
    auto const report = run(of_options + R"(-- @given
-- {"type": "placed", "data": {"sizes": ["s", "l"], "lines": [{"sku": "a", "options": [{"name": "red", "price": 1.5}]}, {"sku": "b"}, {"sku": "c", "options": [{"name": "x"}, {"name": "y"}]}]}}
-- @expect exactly
-- {"sku": "a", "line": 1, "option": "red", "size": "s", "price": 1.5}
-- {"sku": "a", "line": 2, "option": "red", "size": "l", "price": 1.5}
-- {"sku": "c", "line": 1, "option": "x", "size": "s"}
-- {"sku": "c", "line": 2, "option": "x", "size": "l"}
-- {"sku": "c", "line": 1, "option": "y", "size": "s"}
-- {"sku": "c", "line": 2, "option": "y", "size": "l"}
)");
    CHECK(report.errors.empty());
    REQUIRE(report.failed.empty());
    CHECK(report.cases == 1);

    auto const stops = [&](std::string const& lines) {
        auto const text = of_options +
                          "-- @given\n-- {\"type\": \"placed\", \"data\": {\"sizes\": "
                          "[\"s\"], \"lines\": " +
                          lines + "}}\n-- @expect none\n";
        auto const failed = run(text).failed;
        return failed.empty() ? std::string{} : failed.front().differences.back();
    };
    CHECK(stops(R"([{"options": []}, {"options": 7}])")
              .contains("element 2/options: expected an array, found 7"));
    CHECK(stops(R"([{"sku": "s", "options": [{"name": "a"}, {"name": 7}]}])")
              .contains("element 1/element 2/name: expected text"));

    auto const complaint = [&](std::string const& from, std::string const& to) {
        auto text = of_options;
        text.replace(text.find(from), from.size(), to);
        auto const errors = run(text).errors;
        return errors.empty() ? std::string{} : errors.front().message;
    };
    CHECK(complaint(":sizes as :size", ":sizes as :line")
              .starts_with("v.sql:10:4: there is an @each ':line' already"));
    auto const swapped = app::check_view_text(
        {.file = "v.sql",
         .text =
             [&] {
                 auto text = of_options;
                 std::string const from = ":sizes as :size";
                 return text.replace(text.find(from), from.size(), ":line.sizes as :size");
             }()},
        {}
    );
    CHECK(swapped.value().version != run(of_options).version);
}

TEST_CASE("a view is explained by the plans of its statements, with names instead of numbers") {
    auto const text = std::string{R"sql(-- @view v
create table v (id text primary key, parent text, n integer);
create index by_parent on v (parent);
-- @event e (id text, parent text, lines json)
-- @on e
-- @each :lines as :line
insert into v (id, n) values (:line.id, (select sum(n) from v where parent = :parent));
-- @scan -- few
delete from v where n = :$position;
)sql"};
    auto app = application{{.threads = false}};
    auto const append = [&](std::string type, std::string data) {
        append_request request{
            .events = {{.stream = "s-1", .type = std::move(type), .data = std::move(data)}}
        };
        app.log().append(std::move(request)).or_throw();
    };
    append("e", R"({"lines": [{"id": "a"}, {"id": "b"}]})");
    append("other", "{}");
    append("e", R"({"lines": [{"id": "a"}]})");
    append("e", "{}");
    auto const found =
        app::explain_view({.file = "v.sql", .text = text}, {}, &app.log(), 100).or_throw();
    REQUIRE(found.handlers.size() == 1);
    auto const& [insert, erase] = [&] {
        auto const& all = found.handlers.front().statements;
        return std::pair{all.at(0), all.at(1)};
    }();
    CHECK(insert.line == 7);
    CHECK(insert.each == ":lines");
    CHECK(insert.sql.contains("into v (id, n) values (:line.id, (select sum (n) from v"));
    CHECK(insert.sql.contains("where parent = :parent"));
    CHECK(
        insert.plan ==
        std::vector<std::string>{"SCALAR SUBQUERY 1", "  looks up v by index by_parent (parent=?)"}
    );
    CHECK(erase.sql == "delete from v where n = :$position");
    CHECK(erase.plan == std::vector<std::string>{"goes through v"});
    CHECK(erase.may_scan);
    // The third event violates the key: what comes behind is not reached.
    REQUIRE(found.costs.size() == 1);
    CHECK(found.costs.front().events == 2);
    CHECK(found.costs.front().microseconds_each > 0);
    CHECK(found.events == 3);
    REQUIRE(found.stopped);
    CHECK(found.stopped->message.contains("allows each id only once"));
}
