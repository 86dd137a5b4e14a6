#include "examined.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace {

std::string const tables = R"sql(-- @view v
create table v (id text primary key, state text, n integer, "group" text, extra json);
create table w (k text not null, i integer not null, z text, primary key (k, i));
create index by_z on w (z);
-- @event e (id text, x text, n integer, list json)
-- @on e
)sql";

std::string lint_of(std::string const& statement) { return errors_of(tables + statement); }

// The statement begins in line 7.
std::string scans(std::string const& column, std::string const& table, std::string const& advice) {
    return "v.sql:7:" + column + ": for each event this statement goes through all rows of '" +
           table + "'; " + advice + "if they always stay few, put '-- @scan -- <why>' before it\n";
}

std::string added(std::string const& columns, std::string const& table = "v") {
    auto name = "by_" + columns;
    for (auto comma = name.find(", "); comma != name.npos; comma = name.find(", "))
        name.replace(comma, 2, "_");
    return "add 'create index " + name + " on " + table + " (" + columns + ");', or, ";
}

std::string const none = "no index helps as it is written; ";

}  // namespace

TEST_CASE("a statement that looks rows up by key or index is taken") {
    for (auto const* const statement : {
             "insert into v (id) values (:id);",
             "insert or replace into v (id) values (:id);",
             "update v set n = n + 1 where id = :id;",
             "delete from w where k = :id;",
             "delete from w where k = :id and i > :n;",
             "update w set z = 'x' where z = :x;",
             "delete from v where id = :id or id = :x;",
             "delete from v where id in (:id, :x);",
             "delete from v where id in (select k from w where k = :id);",
             "update v set n = (select sum(i) from w where w.k = v.id) where id = :id;",
             "update v set n = w.i from w where w.k = v.id and w.z = :x;",
             "insert into v (id, n) values (:id, (select count(*) from w where k = :id));",
             "insert into v (id, n) values (:id, 1) on conflict (id) do update set n = v.n + 1;",
             "insert into v (id) select z from w where z = :x;",
             "insert into v (id, state) values (:id, (select max(z) from w));",
             "insert into v (id, state) values (:id, (select z from w order by z limit 1));",
             "insert into v (id, n) values (:id, exists (select 1 from w));",
             "insert into v (id, n) values (:id, (select count(*) from (select 1 union select "
             "2)));",
         })
        CHECK(lint_of(statement) == "");
}

TEST_CASE("a statement that goes through a table is refused with the index to add") {
    CHECK(lint_of("update v set n = 1 where state = :x;") == scans("8", "v", added("state")));
    CHECK(lint_of("delete from v where n > :n;") == scans("13", "v", added("n")));
    CHECK(
        lint_of("delete from v where n > :n and state = :x;") == scans("13", "v", added("state, n"))
    );
    CHECK(
        lint_of("delete from w where w.i = :n and :x = w.z || '';") ==
        scans("13", "w", added("i", "w"))
    );
    CHECK(
        lint_of("delete from v where \"group\" = :x;") ==
        scans("13", "v", "add 'create index by_group on v (\"group\");', or, ")
    );
    CHECK(
        lint_of("delete from v where id = :id or state = :x;") == scans("13", "v", added("state"))
    );
    CHECK(lint_of("delete from v where state is null;") == scans("13", "v", added("state")));
    CHECK(
        lint_of("delete from v where state between :x and :id;") == scans("13", "v", added("state"))
    );
}

TEST_CASE("the index that is told makes the statement one that is taken") {
    for (auto const* const statement :
         {"update v set n = 1 where state = :x;",
          "delete from v where n > :n and state = :x;",
          "delete from v where \"group\" = :x;",
          "insert into v (id, n) values (:id, (select max(i) from w));",
          "insert into v (id, n) values (:id, (select i from w order by i desc limit 1));",
          "update v set n = (select count(*) from w where w.i = v.n) where id = :id;"}) {
        auto const said = lint_of(statement);
        auto const begin = said.find("create index");
        REQUIRE(begin != said.npos);
        auto const line = said.substr(begin, said.find(';', begin) + 1 - begin);
        auto with = tables;
        with.insert(with.find("-- @event"), line + "\n");
        CAPTURE(line);
        CHECK(errors_of(with + statement) == "");
    }
}

TEST_CASE("whole tables are found wherever a statement goes through them") {
    CHECK(lint_of("delete from v;") == scans("13", "v", none));
    CHECK(lint_of("update v set n = 1;") == scans("8", "v", none));
    CHECK(lint_of("delete from v where n + 1 = :n;") == scans("13", "v", none));
    CHECK(lint_of("update v set n = 1 where state <> :x;") == scans("8", "v", none));
    CHECK(lint_of("update v set n = 1 where extra ->> 'a' = :x;") == scans("8", "v", none));
    CHECK(lint_of("insert into v (id) select k from w;") == scans("34", "w", none));
    CHECK(
        lint_of("insert into v (id, n) values (:id, (select count(*) from w));") ==
        scans("58", "w", none)
    );
    CHECK(
        lint_of("insert into v (id, n) values (:id, (select max(i) from w));") ==
        scans("56", "w", added("i", "w"))
    );
    CHECK(
        lint_of("insert into v (id, n) values (:id, (select max(z) from w where i = 4));") ==
        scans("56", "w", added("i", "w"))
    );
    CHECK(lint_of("delete from v where id in (select k from w);") == scans("42", "w", none));
    CHECK(
        lint_of("update v set n = w.i from w as x join w on w.i = x.i and x.k = :id "
                "where v.id = x.k;") == scans("27", "w", added("i", "w"))
    );
    CHECK(lint_of("insert into v (id) values (:id) on conflict (id) do update set n = (select "
                  "sum(n) from w as x, v where x.z = :x);")
              .contains("all rows of 'v'"));
    CHECK(lint_of("insert into v (id) select z from w where z = :x union all select z from w;")
              .contains("all rows of 'w'"));
    CHECK(lint_of("insert into v (id, state) values (:id, (select z from w where i = 3 order by z "
                  "limit 1));")
              .contains("all rows of 'w'"));
}

TEST_CASE("a table that is small by intent may be gone through, if the file says why") {
    auto const statement = "update v set n = 0 where state = :x;";
    CHECK(lint_of(std::string{"-- @scan  -- a row for each warehouse\n"} + statement) == "");
    CHECK(lint_of(std::string{"-- @scan\n"} + statement).starts_with("v.sql:7:9: say why"));
    CHECK(lint_of(std::string{"-- @scan small\n"} + statement)
              .starts_with("v.sql:7:10: unexpected 'small' in @scan"));
    CHECK(lint_of(std::string{"-- @scan -- a\n-- @scan -- b\n"} + statement)
              .starts_with("v.sql:8:4: there is an @scan already"));
    CHECK(lint_of(std::string{"-- @scan -- a\n"} + statement + "delete from v;")
              .contains("all rows of 'v'"));
    CHECK(lint_of(std::string{statement} + "-- @scan -- a\n-- @on e\n" + statement)
              .contains("v.sql:7:40: @scan needs a statement behind it"));
    CHECK(errors_of("-- @view v\n-- @scan -- a\n").contains("between an @on and its statement"));
    CHECK(
        warnings_of(tables + "-- @scan -- one\ndelete from v where id = :id;") ==
        "v.sql:8:1: this statement needs no @scan: it goes through no table\n"
    );
}

TEST_CASE("a permit to scan changes no row, hence not the version") {
    auto const statement = "insert into v (id) values (:id);";
    auto const with = examined(tables + "-- @scan -- why\n" + statement);
    auto const without = examined(tables + statement);
    REQUIRE(with.plan);
    REQUIRE(without.plan);
    CHECK(with.plan->version == without.plan->version);
}

TEST_CASE("columns that queries may name and no index begins with are warned of") {
    CHECK(
        warnings_of(
            "-- @view v\ncreate table v (id text primary key, a text unique, b text, c text, d "
            "text);\ncreate index by_b on v (b, c);\n-- @event e (id text)\n-- @on e\ninsert into "
            "v "
            "(id) values (:id);\n-- @serve filter id, a, b, c  sort b, c, d\n"
        ) ==
        "v.sql:7: filter 'c' has no index: queries on it go through all rows; add: create "
        "index by_c on v (c);\nv.sql:7: sort 'd' has no index: each page sorts all rows; "
        "add: create index by_d on v (d);\n"
    );
}
