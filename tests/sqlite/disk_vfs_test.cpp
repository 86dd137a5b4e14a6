// SQLite on a disk that is handed in.
#include "sqlite/disk_vfs.hpp"

#include "sim/chance.hpp"
#include "sim/lying_disk.hpp"
#include "sqlite/database.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>

using namespace diptych;
using sim::lying_disk;

namespace {

struct files {
    files() {
        disk.make_directories("/db").or_throw();
        disk.sync_directory("/").or_throw();
    }

    result<sqlite::database> open(sqlite::options const& how = {}) const {
        return sqlite::database::open(file, how);
    }

    /// Makes the file, whose last row is in the WAL alone. What is in the file itself.
    std::string killed_before_a_checkpoint() {
        {
            auto const db = open({.automatic_checkpoint = false}).or_throw();
            db.execute("create table t (n integer primary key)").or_throw();
            db.checkpoint().or_throw();
            db.execute("insert into t values (1)").or_throw();
            disk.power_off();  // as if it were killed
        }
        disk.restart_process();
        return disk.contents().at("/db/a.db");
    }

    lying_disk disk;
    sqlite::disk_vfs vfs{disk};
    sqlite::location file{"/db/a.db", &vfs};
};

std::int64_t count(sqlite::database const& in) {
    auto asked = in.prepare("select count(*) from t").or_throw();
    REQUIRE(asked.step().or_throw());
    return asked.integer(0);
}

}  // namespace

TEST_CASE("a database lives on the disk that it was given, and nowhere else") {
    files of;
    {
        auto const db = of.open().or_throw();
        db.execute("create table t (n integer primary key); insert into t values (1), (2);")
            .or_throw();
        CHECK(of.disk.contents().contains("/db/a.db-wal"));
    }
    CHECK_FALSE(of.disk.contents().contains("/db/a.db-wal"));  // the last to close tidies up
    CHECK(of.disk.contents().at("/db/a.db").starts_with("SQLite format 3"));
    CHECK(count(of.open().or_throw()) == 2);
    CHECK(of.file.disk().look_at("/db/a.db").or_throw().bytes > 0);
    CHECK_FALSE(std::filesystem::exists("/db/a.db"));
}

TEST_CASE("a reader beside the writer sees what was committed when it began") {
    files const of;
    auto const writer = of.open().or_throw();
    writer.execute("create table t (n integer primary key); insert into t values (1);").or_throw();
    auto const reader = of.open({.mode = sqlite::open_mode::read_only}).or_throw();
    reader.execute("begin").or_throw();
    CHECK(count(reader) == 1);
    writer.execute("insert into t values (2)").or_throw();
    CHECK(count(reader) == 1);
    writer.checkpoint().or_throw();  // does not take its pages away
    CHECK(count(reader) == 1);
    reader.execute("commit").or_throw();
    CHECK(count(reader) == 2);
}

TEST_CASE("two writers keep out of each other's way") {
    files const of;
    auto const first = of.open({.busy_timeout_ms = 1}).or_throw();
    first.execute("create table t (n integer primary key)").or_throw();
    auto const second = of.open({.busy_timeout_ms = 1}).or_throw();
    first.execute("begin immediate; insert into t values (1)").or_throw();
    auto const refused = second.execute("begin immediate");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == errc::unavailable);
    first.execute("commit").or_throw();
    second.execute("begin immediate; insert into t values (2); commit").or_throw();
    CHECK(count(first) == 2);
}

TEST_CASE("a full disk and a broken one are told apart, and nothing is half done") {
    files of;
    auto const db = of.open().or_throw();
    db.execute("create table t (n integer primary key); insert into t values (1);").or_throw();
    auto const fail_next = [&](sim::fault_kind kind) {
        of.disk.fail_at({{.call = of.disk.calls() + 1, .kind = kind, .calls = 50}});
        auto const failed = db.execute("insert into t values (2)");
        of.disk.fail_at({});
        REQUIRE_FALSE(failed);
        return failed.error().kind;
    };
    CHECK(fail_next(sim::fault_kind::no_space) == errc::unavailable);
    CHECK(fail_next(sim::fault_kind::io_error) == errc::failed);
    CHECK(count(db) == 1);
    db.execute("insert into t values (2)").or_throw();
    CHECK(count(db) == 2);
}

// With synchronous=NORMAL the newest commits may be lost with the power, in order; never others,
// and the file is always whole.
TEST_CASE("after a power loss the file is whole and shows a beginning of what was committed") {
    auto lost = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        files of;
        sim::chance draws{seed};
        std::optional<sqlite::database> db = of.open({.cache_kib = 64}).or_throw();
        db->execute("pragma wal_autocheckpoint = 3; create table t (n integer primary key, x blob);"
        )
            .or_throw();
        db->checkpoint().or_throw();
        auto const end = draws.between(1, 40);
        for (std::uint64_t n = 1; n <= end; ++n)
            db->execute("insert into t values (" + std::to_string(n) + ", randomblob(900))")
                .or_throw();
        of.disk.power_off();
        db.reset();
        of.disk.power_on(draws);

        auto const again = of.open().or_throw();
        auto check = again.prepare("pragma integrity_check").or_throw();
        REQUIRE(check.step().or_throw());
        CHECK_MESSAGE(check.text(0) == "ok", "seed " << seed);
        auto asked = again.prepare("select count(*), ifnull(max(n), 0) from t").or_throw();
        REQUIRE(asked.step().or_throw());
        CHECK_MESSAGE(asked.integer(0) == asked.integer(1), "seed " << seed);
        if (asked.integer(0) < static_cast<std::int64_t>(end)) ++lost;
    }
    CHECK(lost > 0);  // or the disk does not lie
}

// The kernel forgets what it could not write, and says so once only.
TEST_CASE("a file of which a sync has failed is left as it is, and begun anew by the next") {
    files of;
    {
        auto const db = of.open({.automatic_checkpoint = false}).or_throw();
        db.execute("create table t (n integer primary key)").or_throw();
        db.checkpoint().or_throw();
        db.execute("insert into t values (1)").or_throw();
        of.disk.fail_operation("sync", "/db/a.db-wal");
        CHECK_FALSE(db.checkpoint());
        auto const before = of.disk.contents().at("/db/a.db");
        CHECK(db.checkpoint());  // told once; moves nothing
        CHECK(count(db) == 1);   // it can be used on
        db.execute("insert into t values (2)").or_throw();
        CHECK(of.disk.contents().at("/db/a.db") == before);
    }
    CHECK(of.disk.contents().contains("/db/a.db-distrusted"));
    auto const again = of.open().or_throw();
    CHECK_FALSE(again.prepare("select count(*) from t"));
    CHECK_FALSE(of.disk.contents().contains("/db/a.db-distrusted"));
}

// The mark is lost as well: the next life knows of nothing, and its own sync goes well.
TEST_CASE("what another life has left in a WAL is durable before it is moved into the file") {
    for (std::uint64_t call = 1; call <= 40; ++call)
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            CAPTURE(call);
            CAPTURE(seed);
            files of;
            sim::chance draws{seed};
            {
                auto const db = of.open({.automatic_checkpoint = false}).or_throw();
                db.execute("create table t (n integer primary key, x blob)").or_throw();
                db.checkpoint().or_throw();
                for (int n = 1; n <= 20; ++n)
                    db.execute("insert into t values (" + std::to_string(n) + ", randomblob(900))")
                        .or_throw();
                of.disk.add_fault({.operation = "sync", .where = "/db/a.db-wal"});
                of.disk.add_fault({.operation = "create", .where = "-distrusted"});
                CHECK_FALSE(db.checkpoint());
            }
            REQUIRE(of.disk.faults_met() == 2);
            REQUIRE(of.disk.contents().contains("/db/a.db-wal"));
            std::optional<sqlite::database> next = of.open().or_throw();
            of.disk.lose_power_at(of.disk.calls() + call);
            (void)next->checkpoint();
            of.disk.power_off();
            of.disk.lose_power_at(0);
            next.reset();
            of.disk.power_on(draws);

            auto const again = of.open().or_throw();
            auto check = again.prepare("pragma integrity_check").or_throw();
            REQUIRE(check.step().or_throw());
            CHECK(check.text(0) == "ok");
        }
}

// To write in place takes room where a file system copies on write.
TEST_CASE("who opens a file without room to write its WAL again moves nothing, and the next does") {
    files of;
    auto const before = of.killed_before_a_checkpoint();
    auto const fill = [&] {
        of.disk.fail_at(
            {{.kind = sim::fault_kind::no_space,
              .calls = 1'000,
              .operation = "write",
              .where = "/db/a.db-wal"}}
        );
    };
    fill();
    CHECK(of.open().error().code == "disk_full");
    {
        auto const db =
            of.open({.automatic_checkpoint = false, .opens_without_room = true}).or_throw();
        CHECK(of.disk.faults_met() == 2);
        CHECK(db.is_distrusted());
        CHECK(count(db) == 1);
        of.disk.fail_at({});
        db.execute("insert into t values (2)").or_throw();
        db.checkpoint().or_throw();
    }
    CHECK(of.disk.contents().at("/db/a.db") == before);
    CHECK_FALSE(of.disk.contents().contains("/db/a.db-distrusted"));
    auto const again = of.open({.opens_without_room = true}).or_throw();
    CHECK_FALSE(again.is_distrusted());
    CHECK(count(again) == 2);
    again.checkpoint().or_throw();
    CHECK(of.disk.contents().at("/db/a.db") != before);
}

TEST_CASE("who fails to open a file moves nothing into it") {
    files of;
    auto const before = of.killed_before_a_checkpoint();
    of.disk.fail_operation("sync", "/db");
    CHECK_FALSE(of.open());
    CHECK(of.disk.faults_met() == 1);
    CHECK(of.disk.contents().at("/db/a.db") == before);
    auto const again = of.open().or_throw();
    CHECK(count(again) == 1);
}

TEST_CASE("the WAL is moved into the file when it has grown, and a failure of that is no commit's"
) {
    files of;
    auto const db = of.open().or_throw();
    db.execute("create table t (n integer primary key, x blob)").or_throw();
    auto const grow = [&](int from) {
        for (int n = from; n < from + 30; ++n)
            db.execute("insert into t values (" + std::to_string(n) + ", randomblob(200000))")
                .or_throw();
    };
    grow(0);
    auto const size = of.disk.contents().at("/db/a.db").size();
    CHECK(size > 3'000'000);
    of.disk.fail_operation("sync", "/db/a.db-wal");
    grow(30);
    CHECK(of.disk.faults_met() == 1);
    CHECK(of.disk.contents().at("/db/a.db").size() == size);
    CHECK(of.disk.contents().contains("/db/a.db-distrusted"));
}

TEST_CASE("wherever removing a database stops, no file is left without its WAL, or without its mark"
) {
    for (auto const is_power : {false, true})
        for (std::uint64_t call = 1; call <= 8; ++call)
            for (std::uint64_t seed = 1; seed <= 20; ++seed) {
                CAPTURE(is_power);
                CAPTURE(call);
                CAPTURE(seed);
                files of;
                sim::chance draws{seed};
                {
                    auto const db = of.open({.automatic_checkpoint = false}).or_throw();
                    db.execute("create table t (n integer primary key)").or_throw();
                    of.disk.fail_operation("sync", "/db/a.db-wal");
                    CHECK_FALSE(db.checkpoint());
                }
                of.disk.sync_directory("/db").or_throw();
                REQUIRE(of.disk.contents().contains("/db/a.db-wal"));
                REQUIRE(of.disk.contents().contains("/db/a.db-distrusted"));
                if (is_power)
                    of.disk.lose_power_at(of.disk.calls() + call);
                else
                    of.disk.fail_at({{.call = of.disk.calls() + call, .calls = 50}});
                (void)sqlite::remove_if_distrusted(of.file);
                of.disk.fail_at({});
                of.disk.lose_power_at(0);
                of.disk.power_off();
                is_power ? of.disk.power_on(draws) : of.disk.restart_process();
                auto const left = of.disk.contents();
                if (!left.contains("/db/a.db")) continue;
                CHECK(left.contains("/db/a.db-wal"));
                CHECK(left.contains("/db/a.db-distrusted"));
            }
}

TEST_CASE("a file takes the place of one that is not trusted, whose readers go on undisturbed") {
    files of;
    sqlite::location const next{"/db/next.db", &of.vfs};
    std::optional<sqlite::database> old = of.open({.automatic_checkpoint = false}).or_throw();
    old->execute("create table t (n integer primary key); insert into t values (1), (2), (3);")
        .or_throw();
    of.disk.fail_operation("sync", "/db/a.db-wal");
    CHECK_FALSE(old->checkpoint());
    auto const reader = of.open({.mode = sqlite::open_mode::read_only}).or_throw();
    reader.execute("begin").or_throw();
    CHECK(count(reader) == 3);
    sqlite::database::open(next)
        .or_throw()
        .execute("create table t (n integer primary key); insert into t values (7);")
        .or_throw();
    old.reset();
    sqlite::replace(of.file, next).or_throw();
    sqlite::replace(of.file, next).or_throw();  // it is done
    auto const now = of.open().or_throw();
    CHECK(count(now) == 1);
    now.execute("insert into t values (8)").or_throw();
    CHECK(count(reader) == 3);
    CHECK(count(now) == 2);
    now.checkpoint().or_throw();
    CHECK(count(reader) == 3);
    CHECK_FALSE(of.disk.contents().contains("/db/a.db-distrusted"));
}

TEST_CASE("that it can not be told once whether a file is trusted is a failure of that time only") {
    files of;
    auto const db = of.open({.automatic_checkpoint = false}).or_throw();
    db.execute("create table t (n integer primary key)").or_throw();
    of.disk.add_fault({.operation = "look at", .where = "-distrusted"});
    CHECK_FALSE(db.checkpoint());
    CHECK_FALSE(db.is_distrusted());
    auto const before = of.disk.contents().at("/db/a.db");
    CHECK(db.checkpoint());
    CHECK(of.disk.contents().at("/db/a.db") != before);
}
