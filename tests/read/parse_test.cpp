#include "read/parse.hpp"

#include "read/examined.hpp"
#include "read/example_views.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace {

std::string complaint(std::string text) {
    auto const made = parse_view({.file = "v.sql", .text = std::move(text)});
    if (made) return "no complaint";
    CHECK(made.error().kind == errc::invalid);
    CHECK(made.error().code == "view_file");
    return made.error().message;
}

constexpr char const* head = "-- @view v\ncreate table v (id text primary key, n integer);\n";

}  // namespace

TEST_CASE("a view file says tables, indexes, statements for events and what is served") {
    auto const view = parsed(examples::order_history);
    CHECK(view.name == "order_history");
    CHECK(!view.is_inline);
    REQUIRE(view.tables.size() == 1);
    auto const& rows = view.tables.front();
    CHECK(rows.columns.size() == 5);
    CHECK(rows.key == std::vector<std::string>{"order_id"});
    CHECK(rows.find("order_id")->required);
    CHECK(!rows.find("delivery_id")->required);
    CHECK(rows.find("created_at")->type.kind == column_kind::timestamp);
    CHECK(view.indexes.size() == 2);
    CHECK(view.events.size() == 3);
    REQUIRE(view.handlers.size() == 3);
    CHECK(view.handlers[0].types == std::vector<std::string>{"order_created"});
    CHECK(
        view.handlers[1].statements.front().sql ==
        "update order_history set delivery_id = ?1 where order_id = ?2"
    );
    CHECK(view.served.filter == std::vector<std::string>{"consumer_id", "status"});
    CHECK(view.served.sort == std::vector<std::string>{"created_at"});
}

TEST_CASE("one word makes a view inline, and @serve may bound its pages") {
    auto const view = parsed(examples::allocations);
    CHECK(view.is_inline);
    CHECK(view.served.limit_max == 500);
    CHECK(view.tables.front().key == std::vector<std::string>{"order_id", "sku"});
}

TEST_CASE("every mistake in a view file is named with file, line and column") {
    CHECK(complaint("create table v (id text primary key);")
              .starts_with("v.sql:1:1: a view file begins"));
    CHECK(complaint("-- @view V").starts_with("v.sql:1:10: 'V' is no name for a view"));
    CHECK(complaint("-- @view v sync")
              .starts_with("v.sql:1:12: a view is async or inline, not 'sync'"));
    CHECK(complaint("-- @view v async really")
              .contains("unexpected 'really' in @view; a remark needs ' -- '"));
    CHECK(complaint("-- @view v\n-- @view w").starts_with("v.sql:2:4: one file is one view"));
    CHECK(complaint("-- @view v\n").contains("view 'v' has no table 'v'"));
    CHECK(
        complaint("-- @view v\ncreate table w (a text primary key);").contains("did you mean 'w'?")
    );
    CHECK(complaint("-- @view v\ncreate table v (id text);").contains("needs a primary key"));
    CHECK(complaint("-- @view v\ncreate table v (id varchar primary key);")
              .starts_with("v.sql:2:20: 'varchar' is no column type; there are text, integer"));
    CHECK(complaint("-- @view v\ncreate table v (id text primary key) strict;")
              .contains("nothing may follow"));
    CHECK(complaint("-- @view v\ncreate table v (id json primary key);").contains("can not be json")
    );
    CHECK(complaint("-- @view v\ncreate table v (id text primary key, id text);")
              .contains("there twice"));
    CHECK(complaint("-- @view v\ncreate table v (a decimal(19) primary key);")
              .contains("0 to 18 digits"));
    CHECK(complaint("-- @view v\ncreate table v (id text references w);")
              .contains("found 'references'"));
    CHECK(complaint("-- @view v\ncreate trigger t;").contains("not 'trigger'"));
    CHECK(complaint("-- @view v\ncreate table v (\"order\" text primary key);")
              .contains("parameter of that name"));
    CHECK(complaint(std::string{head} + "create index i on v (m);").contains("did you mean 'n'?"));
    CHECK(complaint(std::string{head} + "create index i on w (n);").contains("no table 'w'"));
    CHECK(
        complaint(std::string{head} + "insert into v values ('a', 1);").contains("'-- @on <event>'")
    );
    CHECK(complaint(std::string{head} + "-- @on a\n")
              .starts_with("v.sql:3:4: this @on has no statement"));
    CHECK(complaint(std::string{head} + "-- @on a\nselect 1;").contains("not 'select'"));
    CHECK(complaint(std::string{head} + "-- @on a\ninsert or rollback into v values ('a', 1);")
              .contains("'or rollback'"));
    CHECK(complaint(std::string{head} + "-- @on a\ndelete from v\n-- @on b\ndelete from v;")
              .starts_with("v.sql:5:4: the statement before this directive has no ';'"));
    CHECK(complaint(std::string{head} + "-- @each :a as :b\ndelete from v;")
              .contains("between an @on"));
    CHECK(complaint(std::string{head} + "-- @on a\n-- @each :a as :b\n")
              .contains("@each needs a statement"));
    CHECK(complaint(std::string{head} + "-- @on a\n-- @each a as :b\ndelete from v;")
              .contains("found 'a'"));
    CHECK(complaint(std::string{head} + "-- @onn a\n")
              .contains("unknown directive '@onn'; did you mean '@on'?"));
    CHECK(complaint(std::string{head} + "-- @serve filter m\n")
              .contains("no column 'm' in table 'v'; did you mean 'n'?"));
    CHECK(complaint(std::string{head} + "-- @serve limit 5000\n").contains("1 to 1000"));
    CHECK(complaint(std::string{head} + "-- @serve show n\n")
              .contains("expected filter, sort, search, limit"));
    CHECK(complaint(std::string{head} + "-- @event e (a txt)\n").contains("'txt' is no type"));
    CHECK(complaint(std::string{head} + "-- @event e (a text\n").contains("expected ',' or ')'"));
    CHECK(complaint(std::string{head} + "-- @event e (a text)\n-- @event e (a text)")
              .contains("twice"));
    CHECK(complaint(std::string{head} + "-- @on a\ndelete from v where id = :$positon;")
              .contains("unknown :$positon; did you mean ':$position'?"));
    CHECK(complaint(std::string{head} + "-- @on a\ndelete from v where n = :$index;")
              .contains("needs an @each"));
    CHECK(complaint(std::string{head} + "-- @on a\ndelete from v where id = 'a;")
              .contains("has no end"));
    CHECK(complaint(std::string{head} + "-- @on a\ndelete from v where id = @a;")
              .contains("'@' is not SQL"));
    CHECK(complaint(
              std::string{head} + "-- @on a\ndelete from v;\ncreate table w (a text primary key);"
    )
              .contains("before the first @on"));
}

TEST_CASE("a view may park, and say by which fields") {
    auto const view =
        parsed(std::string{head} + "-- @park\n-- @key :order, :address.city -- both\n");
    CHECK(view.parks);
    REQUIRE(view.keys.size() == 2);
    CHECK(view.keys[1].path == std::vector<std::string>{"address", "city"});
    CHECK(view.keys[1].offset == view.keys[0].offset + 8);
    CHECK_FALSE(parsed(head).parks);
    CHECK(complaint(std::string{head} + "-- @park\n-- @park\n")
              .starts_with("v.sql:4:4: there is an @park already"));
    CHECK(complaint(std::string{head} + "-- @key :a\n-- @key :a\n")
              .starts_with("v.sql:4:4: there is an @key already"));
    CHECK(complaint(std::string{head} + "-- @park always\n").contains("unexpected 'always'"));
    CHECK(complaint(std::string{head} + "-- @key a\n")
              .starts_with("v.sql:3:9: expected a field, as in ':order', found 'a'"));
    CHECK(complaint(std::string{head} + "-- @key :a, :$stream\n")
              .starts_with("v.sql:3:13: expected a field"));
    CHECK(complaint(std::string{head} + "-- @key :a..b\n").contains("expected a field"));
    CHECK(complaint(std::string{head} + "-- @key :a, :a\n")
              .starts_with("v.sql:3:13: ':a' is there twice"));
    CHECK(complaint(std::string{head} + "-- @key\n").contains("found the end of the line"));
    CHECK(complaint("-- @view v inline\n-- @park\n")
              .starts_with("v.sql:2:4: an inline view refuses what it fails on: it parks nothing"));
    CHECK(complaint("-- @view v inline\n-- @key :a\n").starts_with("v.sql:2:4: @key says what"));
}

TEST_CASE("bindings know the column that they meet") {
    auto const types = [](std::string const& statement) {
        auto const view = parsed(
            "-- @view v\ncreate table v (id text primary key, price decimal(2), at timestamp, n "
            "integer);"
            "\n-- @on e\n" +
            statement
        );
        std::string list;
        for (auto const& one : view.handlers.front().statements.front().bindings)
            list += (list.empty() ? "" : ", ") + (one.as ? to_string(*one.as) : "any");
        return list;
    };
    CHECK(types("insert into v values (:a, :b, :c, :d)") == "text, decimal(2), timestamp, integer");
    CHECK(
        types("insert into v (n, id) values (:a, :b), (:c, :d)") == "integer, text, integer, text"
    );
    CHECK(types("insert into v (n, id) select :a, :b") == "integer, text");
    CHECK(
        types("replace into v (id, price) values (:a, coalesce(:b, :c))") ==
        "text, decimal(2), decimal(2)"
    );
    CHECK(
        types("update v set price = price + :a, n = n + :b where id = :c") ==
        "decimal(2), integer, text"
    );
    CHECK(types("update v set price = :a * :b where :c = id") == "any, any, text");
    CHECK(types("update v set at = at + :a") == "any");
    CHECK(
        types("update v set price = case when id = :a then :b else -:c end") ==
        "text, decimal(2), decimal(2)"
    );
    CHECK(types("update v set n = case when :a = 1 then 1 end") == "any");
    CHECK(
        types("delete from v where id in (:a, :b) and at between :c and :d") ==
        "text, text, timestamp, timestamp"
    );
    CHECK(types("delete from v where id not in (:a) and n is not :b") == "text, integer");
    CHECK(types("delete from v where lower(id) = :a and v.n > :b") == "any, integer");
    CHECK(types("update v set (price, n) = (:a, :b) where id = :c") == "decimal(2), integer, text");
    CHECK(types("update v set n = 1, (at, price) = (:a, :b)") == "timestamp, decimal(2)");
    CHECK(types("update v set (n, price) = (select :a, :b)") == "integer, decimal(2)");
    CHECK(types("delete from v where (price) = :a and :b = ((at))") == "decimal(2), timestamp");
    CHECK(types("delete from v where max(price, :a) > :b") == "decimal(2), decimal(2)");
    CHECK(types("delete from v where :a < min(at, :b)") == "timestamp, timestamp");
    CHECK(
        types("insert into v (id, price) values (:a, :b) on conflict (id) do update set price = "
              "v.price + :b") == "text, decimal(2)"
    );
}

TEST_CASE("a value that may or may not have to become a decimal or a time is refused") {
    auto const complaint_about = [](std::string const& statement) {
        return complaint(
            "-- @view v\ncreate table v (id text primary key, price decimal(2), at timestamp, n "
            "integer);\n-- @on e\n" +
            statement
        );
    };
    CHECK(
        complaint_about("update v set price = abs(:a)") ==
        "v.sql:4:26: :a may have to become decimal(2), but does not meet the column plainly; "
        "compare or assign it directly"
    );
    for (std::string const statement :
         {"delete from v where abs(price) = :a",
          "delete from v where abs(price) > 5",
          "delete from v where price * 2 > 5",
          "delete from v where 5 < price * 2",
          "delete from v where (price, n) = (5, 5)",
          "delete from v where price % 5 = 0",
          "delete from v where round(price) in (5)",
          "insert into v (id, price) values (:a, abs(:b))",
          "insert into v (id, at) values ('x', iif(n = 1, :b, :c))",
          "update v set n = 1, price = (select abs(:a))"})
        CHECK_MESSAGE(complaint_about(statement).contains("may have to become"), statement);
    for (std::string const statement :
         {"update v set price = 5, n = abs(:p)",
          "update v set price = 5, n = abs(7), at = :b",
          "delete from v where price > 5 and length(id) > 3",
          "delete from v where count(price) > 5",
          "delete from v where at > 0",
          "insert into v values (lower(:a), 5, :c, abs(:d))"})
        CHECK_MESSAGE(complaint_about(statement) == "no complaint", statement);
}

TEST_CASE("a column that two tables have in other forms tells none, unless it says whose it is") {
    auto const two = [](std::string const& statement) {
        return "-- @view v\ncreate table v (id text primary key, total decimal(2), vip boolean);\n"
               "create table counts (id text primary key, total integer, n integer);\n-- @on e\n" +
               statement;
    };
    for (std::string const statement :
         {"update v set vip = true where exists (select 1 from counts where total >= 3)",
          "update v set vip = true where exists (select 1 from counts c where c.total >= :n)",
          "delete from counts where total > 3 and id in (select id from v)",
          "insert into counts (id, n) select id, 1 from v where total = :a"})
        CHECK_MESSAGE(
            complaint(two(statement)).contains("may have to become decimal(2)"), statement
        );
    auto const sql = [&](std::string const& statement) {
        return parsed(two(statement)).handlers.front().statements.front().sql;
    };
    for (std::string const whole :
         {"update v set vip = true where exists ( select 1 from counts where counts.total >= 3 )",
          "delete from counts where total >= 3",
          "update counts set total = 3 where id in ( select id from v )"})
        CHECK(sql(whole) == whole);
    CHECK(
        sql("delete from counts where n = 3 and id in (select id from v where v.total >= 3)") ==
        "delete from counts where n = 3 and id in ( select id from v where v.total >= 300 )"
    );
    CHECK(
        sql("update v set total = 3 where exists (select 1 from counts)") ==
        "update v set total = 300 where exists ( select 1 from counts )"
    );
}

TEST_CASE("literals are brought into the form of the column that they meet") {
    auto const sql = [](std::string const& statement) {
        return parsed(
                   "-- @view v\ncreate table v (id text primary key, price decimal(2), at "
                   "timestamp);"
                   "\n-- @on e\n" +
                   statement
        )
            .handlers.front()
            .statements.front()
            .sql;
    };
    CHECK(
        sql("update v set price = 1.5 where id = '1.5'") ==
        "update v set price = 150 where id = '1.5'"
    );
    CHECK(sql("update v set price = price * 2 + 1") == "update v set price = price * 2 + 100");
    CHECK(
        sql("delete from v where at < '1970-01-01T00:00:01Z'") == "delete from v where at < 1000000"
    );
    CHECK(
        complaint("-- @view v\ncreate table v (id text primary key, p decimal(1));\n-- @on e\n"
                  "update v set p = 0.25;") == "v.sql:4:18: 0.25 does not fit decimal(1)"
    );
}

TEST_CASE("an array is gone through with @each, for the one statement behind it") {
    auto const view = parsed(
        "-- @view v\ncreate table v (id text, n integer, primary key (id, n));\n-- @on e\n"
        "-- @each :body.lines as :line\ninsert into v values (:line.sku, :$index);\n"
        "delete from v where id = :line;\n"
    );
    auto const& statements = view.handlers.front().statements;
    REQUIRE(statements.size() == 2);
    CHECK(statements[0].each.front().path == std::vector<std::string>{"body", "lines"});
    CHECK(statements[0].bindings[0].from == binding_source::element);
    CHECK(statements[0].bindings[1].from == binding_source::ordinal);
    CHECK(statements[1].each.empty());
    CHECK(statements[1].bindings[0].from == binding_source::field);
}
