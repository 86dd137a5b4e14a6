#include "read/ddl.hpp"

#include "read/examined.hpp"
#include "read/example_views.hpp"
#include "read/parse.hpp"
#include "read/resolve.hpp"
#include "read/view_version.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace {

std::string hash_of(std::string text) { return version_of(parsed(std::move(text))); }

constexpr char const* small = R"(-- @view v async
create table v (id text primary key, n integer);
-- @on e
insert into v values (:id, :n);
-- @serve filter n
)";

std::string replaced(std::string_view what, std::string_view with) {
    std::string text = small;
    REQUIRE(text.contains(what));
    return text.replace(text.find(what), what.size(), with);
}

}  // namespace

TEST_CASE("portable columns become strict tables that never number rows by themselves") {
    auto const ddl = sqlite_ddl(parsed(R"(-- @view v
create table v (
  id integer primary key, name text not null default 'x', price decimal(2) default 1.5,
  paid boolean not null default false, due timestamp default '1970-01-01', share real,
  unique (name, paid), check (price > 0.5)
);
create table docs (id text primary key, body json not null, note json);
create unique index by_due on v (due desc, name) where price > 1;
)"));
    CHECK(ddl == R"(create table "v" (
  "id" int not null,
  "name" text not null default 'x',
  "price" int default 150,
  "paid" int not null default false check ("paid" in (0, 1)),
  "due" int default 0,
  "share" real,
  unique ("name", "paid"),
  check ( price > 50 ),
  primary key ("id")
) strict, without rowid;
create table "docs" (
  "id" text not null,
  "body" text not null check (json_valid("body")),
  "note" text check ("note" is null or json_valid("note")),
  primary key ("id")
) strict;
create unique index "by_due" on "v" ("due" desc, "name") where price > 100;
)");
}

TEST_CASE("the version of a view is the hash of its meaning and of nothing else") {
    auto const before = hash_of(small);
    CHECK(before.size() == 8);
    SUBCASE("comments, blanks, case, inline or async and @serve do not count") {
        CHECK(hash_of(replaced("insert into", "INSERT   into -- why\n /* not */ ")) == before);
        CHECK(hash_of(replaced("async", "inline")) == before);
        CHECK(hash_of(replaced("-- @serve filter n", "-- @serve sort n limit 5")) == before);
    }
    SUBCASE("columns, statements, event types and bindings do") {
        CHECK(hash_of(replaced("n integer", "n decimal(0)")) != before);
        CHECK(hash_of(replaced("n integer", "n integer unique")) != before);
        CHECK(hash_of(replaced("insert into", "insert or ignore into")) != before);
        CHECK(hash_of(replaced("-- @on e", "-- @on f")) != before);
        CHECK(hash_of(replaced(":n", ":m")) != before);
    }
    SUBCASE("each version has a file of its own") {
        CHECK(file_of("views", "v", before) == "views/v." + before + ".db");
    }
}
