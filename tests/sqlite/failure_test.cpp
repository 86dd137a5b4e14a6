#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <string>

using namespace diptych;
using diptych::testing::temporary_folder;

namespace {

error failure_of(sqlite::database const& in, std::string_view sql) {
    auto const outcome = in.execute(sql);
    REQUIRE(!outcome);
    return outcome.error();
}

}  // namespace

TEST_CASE("a violated constraint is refused, under the name of its kind, in SQLite's words") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    opened
        .execute(
            "create table t (id text primary key, a integer unique, b text not null,"
            " c integer check (c > 0)) strict;"
            "insert into t values ('x', 1, 'b', 1)"
        )
        .or_throw();
    struct expectation {
        char const* sql;
        char const* code;
        char const* message;
    };
    for (auto const& [sql, code, message] : {
             expectation{
                 "insert into t values ('x', 2, 'b', 1)",
                 "constraint_primary_key",
                 "UNIQUE constraint failed: t.id"
             },
             expectation{
                 "insert into t values ('y', 1, 'b', 1)",
                 "constraint_unique",
                 "UNIQUE constraint failed: t.a"
             },
             expectation{
                 "insert into t values ('y', 2, null, 1)",
                 "constraint_notnull",
                 "NOT NULL constraint failed: t.b"
             },
             expectation{
                 "insert into t values ('y', 2, 'b', 0)",
                 "constraint_check",
                 "CHECK constraint failed: c > 0"
             },
             expectation{
                 "insert into t values ('y', 'two', 'b', 1)",
                 "constraint_datatype",
                 "cannot store TEXT value in INTEGER column t.a"
             },
         }) {
        auto const failed = failure_of(opened, sql);
        CHECK(failed.kind == errc::refused);
        CHECK(failed.code == code);
        CHECK(failed.message == message);
    }
}

TEST_CASE("a refused statement can be run again with other values") {
    auto const opened = sqlite::database::open(":memory:").or_throw();
    opened.execute("create table t (a integer primary key)").or_throw();
    auto insert = opened.prepare("insert into t values (?1)").or_throw();
    insert.bind(1, std::int64_t{1}).run().or_throw();
    CHECK(insert.bind(1, std::int64_t{1}).run().error().kind == errc::refused);
    CHECK(insert.bind(1, std::int64_t{2}).run());
}

TEST_CASE("a lock that another connection holds is unavailable") {
    auto const folder = temporary_folder{};
    auto const file = folder / "a.db";
    auto const one = sqlite::database::open(file).or_throw();
    auto const other = sqlite::database::open(file, {.busy_timeout_ms = 0}).or_throw();
    auto const held = sqlite::transaction::begin(one).or_throw();
    auto const refused = sqlite::transaction::begin(other);
    REQUIRE(!refused);
    CHECK(refused.error().kind == errc::unavailable);
    CHECK(refused.error().code == "busy");
    CHECK(refused.error().message.find(file.string()) != std::string::npos);
}

TEST_CASE("a full file is unavailable, code disk_full, and the transaction leaves nothing") {
    auto const folder = temporary_folder{};
    auto const opened = sqlite::database::open(folder / "a.db").or_throw();
    opened.execute("create table t (a); pragma max_page_count = 10").or_throw();
    {
        auto const begun = sqlite::transaction::begin(opened).or_throw();
        opened.execute("insert into t values (1)").or_throw();
        auto const failed = failure_of(opened, "insert into t values (zeroblob(100000))");
        CHECK(failed.kind == errc::unavailable);
        CHECK(failed.code == "disk_full");
    }
    auto rows = opened.prepare("select a from t").or_throw();
    CHECK(!rows.step().or_throw());
}

TEST_CASE("writing through a read-only connection is denied") {
    auto const folder = temporary_folder{};
    auto const file = folder / "a.db";
    sqlite::database::open(file).or_throw().execute("create table t (a)").or_throw();
    auto const reader =
        sqlite::database::open(file, {.mode = sqlite::open_mode::read_only}).or_throw();
    CHECK(failure_of(reader, "insert into t values (1)").kind == errc::denied);
}

TEST_CASE("a file that is no database is corrupt") {
    auto const folder = temporary_folder{};
    auto const file = folder / "a.db";
    std::ofstream{file} << std::string(8192, 'x');
    for (auto const mode : {sqlite::open_mode::read_only, sqlite::open_mode::read_write}) {
        auto const opened = sqlite::database::open(file, {.mode = mode});
        REQUIRE(!opened);
        CHECK(opened.error().kind == errc::corrupt);
        CHECK(opened.error().code == "not_a_database");
        CHECK(opened.error().message.find(file.string()) != std::string::npos);
    }
}

TEST_CASE("a damaged page is corrupt") {
    auto const folder = temporary_folder{};
    auto const file = folder / "a.db";
    sqlite::database::open(file)
        .or_throw()
        .execute("create table t (a); insert into t values ('x')")
        .or_throw();
    {
        auto damaged = std::fstream{file, std::ios::in | std::ios::out | std::ios::binary};
        damaged.seekp(4096);
        damaged << std::string(4096, '\x7f');
    }
    auto const opened = sqlite::database::open(file).or_throw();
    auto const failed = failure_of(opened, "select * from t");
    CHECK(failed.kind == errc::corrupt);
    CHECK(failed.code == "damaged_file");
}

TEST_CASE("a reader of a file that is not there finds nothing, and does not make it") {
    auto const folder = temporary_folder{};
    auto const file = folder / "a.db";
    auto const opened = sqlite::database::open(file, {.mode = sqlite::open_mode::read_only});
    REQUIRE(!opened);
    CHECK(opened.error().kind == errc::not_found);
    CHECK(!std::filesystem::exists(file));
    CHECK(sqlite::database::open(folder / "no/a.db").error().kind == errc::not_found);
}
