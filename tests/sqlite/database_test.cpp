#include "sqlite/database.hpp"

#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <sqlite3.h>
#include <string>

using namespace diptych;
using namespace std::string_literals;
using namespace std::string_view_literals;
using diptych::testing::temporary_folder;

namespace {

std::string pragma(sqlite::database const& in, std::string const& name) {
    auto asked = in.prepare("pragma " + name).or_throw();
    REQUIRE(asked.step().or_throw());
    return std::string{asked.text(0)};
}

}  // namespace

TEST_CASE("a new file runs with a write-ahead log and explicit settings") {
    auto const folder = temporary_folder{};
    auto const file = folder / "a.db";
    auto const opened = sqlite::database::open(file, {.cache_kib = 1234}).or_throw();
    CHECK(pragma(opened, "journal_mode") == "wal");
    CHECK(pragma(opened, "synchronous") == "1");
    CHECK(pragma(opened, "secure_delete") == "0");
    CHECK(pragma(opened, "foreign_keys") == "0");
    CHECK(pragma(opened, "temp_store") == "2");
    CHECK(pragma(opened, "cache_size") == "-1234");
    CHECK(pragma(opened, "busy_timeout") == "5000");
}

TEST_CASE("without the automatic checkpoint the log of writes stays until it is asked for") {
    auto const folder = temporary_folder{};
    auto const file = folder / "a.db";
    auto const opened = sqlite::database::open(file, {.automatic_checkpoint = false}).or_throw();
    opened.execute("create table t (a)").or_throw();
    auto const before = std::filesystem::file_size(file);
    auto insert = opened.prepare("insert into t values (zeroblob(4000))").or_throw();
    for (int i = 0; i < 1500; ++i) insert.run().or_throw();
    CHECK(std::filesystem::file_size(file) == before);
    opened.checkpoint().or_throw();
    CHECK(std::filesystem::file_size(file) > 1500 * 4000);
}

TEST_CASE("values of every kind are bound and read back") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    auto asked = opened.prepare("select ?1, ?2, ?3, ?4, ?5 as last").or_throw();
    auto const text = "a\0b"s;
    asked.bind(1, std::int64_t{-1} << 62).bind(2, 0.5).bind(3, text).bind_blob(4, "\xff\0\x01"sv);
    asked.bind_null(5);
    REQUIRE(asked.step().or_throw());
    CHECK(asked.integer(0) == std::int64_t{-1} << 62);
    CHECK(asked.real(1) == 0.5);
    CHECK(asked.text(2) == text);
    CHECK(asked.blob(3) == "\xff\0\x01"sv);
    CHECK(asked.is_null(4));
    CHECK(asked.text(4).empty());
    CHECK(asked.column_count() == 5);
    CHECK(asked.column_name(4) == "last");
    CHECK(!asked.step().or_throw());
}

TEST_CASE("an empty text and an empty blob are not null") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    auto asked = opened.prepare("select typeof(?1), typeof(?2)").or_throw();
    asked.bind(1, std::string_view{}).bind_blob(2, std::string_view{});
    REQUIRE(asked.step().or_throw());
    CHECK(asked.text(0) == "text");
    CHECK(asked.text(1) == "blob");
}

TEST_CASE("a statement that was run or reset has no parameters left") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    opened.execute("create table t (a)").or_throw();
    auto insert = opened.prepare("insert into t values (?1)").or_throw();
    insert.bind(1, std::int64_t{7}).run().or_throw();
    insert.run().or_throw();
    auto nulls = opened.prepare("select count(*) from t where a is null").or_throw();
    REQUIRE(nulls.step().or_throw());
    CHECK(nulls.integer(0) == 1);
}

TEST_CASE("a parameter that does not exist makes the step fail, and only that one") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    auto asked = opened.prepare("select 1").or_throw();
    auto const failed = asked.bind(1, std::int64_t{1}).step();
    REQUIRE(!failed);
    CHECK(failed.error().kind == errc::failed);
    CHECK(asked.step().or_throw());
}

TEST_CASE("one prepared statement is one statement") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    CHECK(opened.prepare("select 1; -- and no more\n ;"));
    CHECK(opened.prepare("select 1; select 2").error().code == "several_statements");
    CHECK(opened.prepare(" -- nothing\n").error().code == "empty_sql");
    CHECK(opened.prepare("").error().code == "empty_sql");
    CHECK(opened.prepare("select 1\0 union select 2"sv).error().code == "malformed_sql");
    CHECK(opened.prepare("selec 1").error().code == "sql");
    CHECK(opened.prepare("select 1; selec 2").error().code == "sql");
}

TEST_CASE("several statements are executed in order, up to the first that fails") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    opened.execute("create table t (a); insert into t values (1), (2); select * from t; -- end")
        .or_throw();
    CHECK(opened.changes() == 2);
    CHECK(!opened.execute("insert into t values (3); insert into u values (1); delete from t"));
    auto count = opened.prepare("select count(*) from t").or_throw();
    REQUIRE(count.step().or_throw());
    CHECK(count.integer(0) == 3);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    opened.execute("create table t (a)").or_throw();
    {
        auto const dropped = sqlite::transaction::begin(opened).or_throw();
        opened.execute("insert into t values (1)").or_throw();
    }
    {
        auto kept = sqlite::transaction::begin(opened).or_throw();
        opened.execute("insert into t values (2)").or_throw();
        kept.commit().or_throw();
    }
    auto rows = opened.prepare("select a from t").or_throw();
    REQUIRE(rows.step().or_throw());
    CHECK(rows.integer(0) == 2);
    CHECK(!rows.step().or_throw());
}
