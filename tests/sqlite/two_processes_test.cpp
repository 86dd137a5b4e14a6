#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <unistd.h>

using namespace diptych;
using diptych::testing::temporary_folder;

namespace {

std::int64_t rows_in(sqlite::database const& in) {
    auto asked = in.prepare("select count(*) from t").or_throw();
    REQUIRE(asked.step().or_throw());
    return asked.integer(0);
}

struct bell {
    bell() { REQUIRE(::pipe(ends.data()) == 0); }
    ~bell() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    void ring() const {
        auto const byte = '.';
        if (::write(ends[1], &byte, 1) != 1) ::_exit(3);
    }
    void await() const {
        auto byte = char{};
        if (::read(ends[0], &byte, 1) != 1) ::_exit(4);
    }
    std::array<int, 2> ends{};
};

}  // namespace

TEST_CASE("a read-only connection works beside the writer of another process") {
    auto const folder = temporary_folder{};
    auto const file = folder / "a.db";
    auto const written = bell{};
    auto const answered = bell{};

    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // The writer: never checkpoints, so that all it writes is only in the WAL.
        auto writer = sqlite::database::open(file, {.automatic_checkpoint = false});
        if (!writer || !writer->execute("create table t (a); insert into t values (1)")) ::_exit(1);
        written.ring();
        answered.await();
        if (!writer->execute("insert into t values (2)")) ::_exit(2);
        written.ring();
        answered.await();
        ::_exit(0);  // As a crash would: nothing is closed.
    }

    written.await();
    auto const reader =
        sqlite::database::open(file, {.mode = sqlite::open_mode::read_only}).or_throw();
    CHECK(rows_in(reader) == 1);
    auto frozen = sqlite::transaction::begin(reader, false).or_throw();
    CHECK(rows_in(reader) == 1);
    answered.ring();
    written.await();
    CHECK(rows_in(reader) == 1);
    frozen.commit().or_throw();
    CHECK(rows_in(reader) == 2);
    answered.ring();
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);

    // And after the writer has gone, by either kind of connection.
    CHECK(
        rows_in(sqlite::database::open(file, {.mode = sqlite::open_mode::read_only}).or_throw()) ==
        2
    );
    CHECK(rows_in(sqlite::database::open(file).or_throw()) == 2);
}

TEST_CASE("a file in a folder that may not be written to can be read") {
    auto const folder = temporary_folder{};
    // A name that would mean something in a URI.
    auto const inner = folder / "a?b#c%20";
    std::filesystem::create_directory(inner);
    auto const file = inner / "a.db";
    sqlite::database::open(file)
        .or_throw()
        .execute("create table t (a); insert into t values (1)")
        .or_throw();
    REQUIRE(!std::filesystem::exists(file.string() + "-wal"));
    using std::filesystem::perms;
    auto const readable = perms::owner_read | perms::group_read | perms::others_read;
    auto const enterable = perms::owner_exec | perms::group_exec | perms::others_exec;
    std::filesystem::permissions(file, readable);
    std::filesystem::permissions(inner, readable | enterable);
    std::filesystem::permissions(folder.path(), readable | enterable | perms::owner_write);

    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (::getuid() == 0 && ::setuid(65534) != 0) ::_exit(1);  // The rules bind only others.
        auto const opened = sqlite::database::open(file, {.mode = sqlite::open_mode::read_only});
        if (!opened || !opened->is_unguarded()) ::_exit(2);
        if (rows_in(*opened) != 1) ::_exit(3);
        auto const written = sqlite::database::open(file);
        ::_exit(!written && written.error().kind == errc::denied ? 0 : 4);
    }
    auto status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 0);
    std::filesystem::permissions(inner, perms::owner_all);
    // Where a writer may come, reading keeps to the rules.
    if (::getuid() == 0)
        CHECK(!sqlite::database::open(file, {.mode = sqlite::open_mode::read_only})
                   .or_throw()
                   .is_unguarded());
}
