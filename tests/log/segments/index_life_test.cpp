#include "log/frame_maker.hpp"
#include "log/segments/index.hpp"
#include "log/segments/index_file.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

using namespace diptych;
using namespace diptych::log;
using namespace std::chrono_literals;
using diptych::testing::frame_maker;
using diptych::testing::index_log_id;
using diptych::testing::index_writer;
using diptych::testing::temporary_folder;
using segments::index_limits;

namespace {

constexpr auto other_log = uuid{{3, 2, 1}};
constexpr auto reading = segments::index::mode::reader;

std::unique_ptr<segments::index> open(
    std::filesystem::path const& file,
    segments::index::mode how = index_writer,
    index_limits const& limits = {}
) {
    return segments::index::open(file, index_log_id, how, limits).or_throw();
}

frame_ptr some_events(frame_maker& builder, int count = 3) {
    return builder.next(
        std::vector<event_data>(static_cast<std::size_t>(count), {.stream = "a-1", .type = "t"})
    );
}

log::answer answer_to(std::string id) {
    return {.key = {.caller = "me", .id = std::move(id)}, .recorded_at = {}, .body = "first"};
}

std::size_t count_of(postings const& in) {
    return in.after({posting_kind::name, "a-1"}, position{0}, 1'000'000).or_throw().size();
}

void copy_files(std::filesystem::path const& from, std::filesystem::path const& to) {
    for (auto const* const suffix : {"", "-wal"})
        if (std::filesystem::exists(from.string() + suffix))
            std::filesystem::copy_file(from.string() + suffix, to.string() + suffix);
}

}  // namespace

TEST_CASE("a new index stands at position 0 and knows nothing") {
    auto const folder = temporary_folder{};
    auto const index = open(folder / "index.db");
    CHECK(index->checkpoint().position == position{0});
    CHECK(index->checkpoint().chain == hash256{});
    auto const now = index->snapshot().or_throw();
    CHECK(now->first() == position{1});
    CHECK(now->last() == position{0});
    CHECK(count_of(*now) == 0);
    CHECK(now->before({posting_kind::type, "t"}, position{9}, 9).or_throw().empty());
    CHECK(now->last_version("a-1").or_throw() == std::nullopt);
    CHECK(now->from_version("a-1", version{1}, 9).or_throw().empty());
    CHECK(now->find("a-1", uuid{{1}}).or_throw() == std::nullopt);
    CHECK(!now->find_answer("me", "1").or_throw());
}

TEST_CASE("the checkpoint is the last event and the chain of its frame, also after a restart") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto const events = some_events(builder);
    auto const answers = builder.next({}, {answer_to("1")});
    {
        auto const index = open(folder / "index.db");
        index->merge(std::array{events, answers}).or_throw();
        CHECK(index->checkpoint().position == position{3});
        CHECK(index->checkpoint().chain == events->chain);
        index->close().or_throw();
    }
    auto const index = open(folder / "index.db");
    CHECK(index->checkpoint().position == position{3});
    CHECK(index->checkpoint().chain == events->chain);
    CHECK(index->snapshot().or_throw()->find_answer("me", "1").or_throw()->body == "first");
}

TEST_CASE("a crash between merges leaves the index at the last one that was committed") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto const index = open(folder / "index.db");
    index->merge(std::array{some_events(builder)}).or_throw();
    copy_files(folder / "index.db", folder / "copy.db");
    auto const second = some_events(builder);
    index->merge(std::array{second}).or_throw();

    auto const recovered = open(folder / "copy.db");
    CHECK(recovered->checkpoint().position == position{3});
    CHECK(count_of(*recovered->snapshot().or_throw()) == 3);
    recovered->merge(std::array{second}).or_throw();
    CHECK(count_of(*recovered->snapshot().or_throw()) == 6);
}

TEST_CASE("a transaction cut short by a crash is not seen") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto const index = open(folder / "index.db");
    index->merge(std::array{some_events(builder)}).or_throw();
    auto const kept = std::filesystem::file_size(folder / "index.db-wal");
    index->merge(std::array{some_events(builder, 2000)}).or_throw();
    auto const whole = std::filesystem::file_size(folder / "index.db-wal");
    REQUIRE(whole > kept);
    copy_files(folder / "index.db", folder / "copy.db");
    std::filesystem::resize_file(folder / "copy.db-wal", whole - 1);

    auto const recovered = open(folder / "copy.db");
    CHECK(recovered->checkpoint().position == position{3});
    CHECK(count_of(*recovered->snapshot().or_throw()) == 3);
}

TEST_CASE("a snapshot stays as it is while merges and checkpoints go on") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto const index =
        open(folder / "index.db", index_writer, {.recent_rows_max = 4, .wal_pages = 1});
    index->merge(std::array{some_events(builder)}).or_throw();
    auto const frozen = index->snapshot().or_throw();
    for (int i = 0; i < 20; ++i) {
        index->merge(std::array{some_events(builder, 100)}).or_throw();
        (void)index->maintain(timestamp{}, 0us).or_throw();
        REQUIRE(count_of(*frozen) == 3);
    }
    CHECK(frozen->last() == position{3});
    CHECK(frozen->last_version("a-1").or_throw() == version{3});
    CHECK(count_of(*index->snapshot().or_throw()) == 2003);
}

TEST_CASE("a snapshot outlives its index") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto index = open(folder / "index.db");
    index->merge(std::array{some_events(builder)}).or_throw();
    auto const frozen = index->snapshot().or_throw();
    index->close().or_throw();
    index.reset();
    CHECK(count_of(*frozen) == 3);
}

TEST_CASE("a closed index keeps no file open, once its snapshots are released") {
    auto const folder = temporary_folder{};
    auto const open_files = [&] {
        auto count = 0;
        for (auto const& one : std::filesystem::directory_iterator{"/proc/self/fd"}) {
            auto ignored = std::error_code{};
            auto const target = std::filesystem::read_symlink(one.path(), ignored).string();
            count += target.starts_with(folder.path().string());
        }
        return count;
    };
    auto const index = open(folder / "index.db");
    auto first = index->snapshot().or_throw();
    auto second = index->snapshot().or_throw();
    first.reset();
    CHECK(open_files() > 0);
    index->close().or_throw();
    CHECK(open_files() > 0);
    second.reset();
    CHECK(open_files() == 0);
}

TEST_CASE("threads read snapshots, their own and shared ones, while merges go on") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto const index = open(folder / "index.db", index_writer, {.recent_rows_max = 8});
    index->merge(std::array{some_events(builder)}).or_throw();
    auto const shared = index->snapshot().or_throw();
    std::array<int, 3> wrong{};
    {
        std::vector<std::jthread> threads;
        for (auto& mine : wrong)
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i) {
                    auto const now = index->snapshot().or_throw();
                    mine += count_of(*now) != now->last().value;
                    mine += count_of(*shared) != 3;
                    mine += index->checkpoint().position < now->last();
                }
            });
        for (int i = 0; i < 50; ++i) index->merge(std::array{some_events(builder, 7)}).or_throw();
    }
    CHECK(wrong == std::array{0, 0, 0});
}

TEST_CASE("a reader follows a writer that it shares nothing with but the file") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto const writing = open(folder / "index.db");
    writing->merge(std::array{some_events(builder)}).or_throw();
    auto const following = open(folder / "index.db", reading);
    CHECK(following->checkpoint().position == position{3});
    writing->merge(std::array{some_events(builder)}).or_throw();
    auto const now = following->snapshot().or_throw();
    CHECK(now->last() == position{6});
    CHECK(count_of(*now) == 6);
    CHECK(following->checkpoint().position == position{6});
    CHECK(following->merge({}).error().kind == errc::denied);
    CHECK(following->save_state("s", "x").error().kind == errc::denied);
    CHECK(following->maintain({}, 0us).error().kind == errc::denied);
}

TEST_CASE("a reader notices that the index was deleted and built anew") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto const first = some_events(builder);
    auto writing = open(folder / "index.db");
    writing->merge(std::array{first}).or_throw();
    auto const following = open(folder / "index.db", reading);
    writing.reset();
    for (auto const* const name : {"index.db", "index.db-wal", "index.db-shm"})
        std::filesystem::remove(folder / name);
    CHECK(following->snapshot().error().kind == errc::not_found);

    writing = open(folder / "index.db");
    writing->merge(std::array{first, some_events(builder)}).or_throw();
    CHECK(following->snapshot().or_throw()->last() == position{6});
}

TEST_CASE("a reader without an index to read finds nothing, and makes none") {
    auto const folder = temporary_folder{};
    auto const missing = segments::index::open(folder / "index.db", index_log_id, reading);
    REQUIRE(!missing);
    CHECK(missing.error().kind == errc::not_found);
    CHECK(!std::filesystem::exists(folder / "index.db"));
}

TEST_CASE("an index of another log is begun anew by a writer and not found by a reader") {
    auto const folder = temporary_folder{};
    auto const file = folder / "index.db";
    auto builder = frame_maker{other_log};
    auto const other = segments::index::open(file, other_log, index_writer).or_throw();
    other->merge(std::array{some_events(builder)}).or_throw();
    other->save_state("s", "theirs").or_throw();
    other->close().or_throw();

    CHECK(segments::index::open(file, index_log_id, reading).error().kind == errc::not_found);
    CHECK(segments::index::open(file, other_log, reading));
    auto const mine = open(file);
    CHECK(mine->checkpoint().position == position{0});
    CHECK(count_of(*mine->snapshot().or_throw()) == 0);
    CHECK(!mine->load_state("s").or_throw());
}

TEST_CASE("a file of another format is begun anew by a writer and not found by a reader") {
    auto const folder = temporary_folder{};
    auto const file = folder / "index.db";
    auto builder = frame_maker{index_log_id};
    auto const spoil = std::array<void (*)(std::filesystem::path const&), 4>{
        [](auto const& at) {
            sqlite::database::open(at).or_throw().execute("update meta set format = 2").or_throw();
        },
        [](auto const& at) {
            sqlite::database::open(at).or_throw().execute("drop table meta").or_throw();
        },
        [](auto const& at) {
            sqlite::database::open(at).or_throw().execute("delete from meta").or_throw();
        },
        [](auto const& at) { std::ofstream{at} << std::string(10'000, 'x'); },
    };
    for (auto const& one : spoil) {
        {
            auto const index = open(file);
            auto next = frame_maker{index_log_id};
            index->merge(std::array{some_events(next)}).or_throw();
            index->close().or_throw();
        }
        one(file);
        auto const read = segments::index::open(file, index_log_id, reading);
        REQUIRE(!read);
        CHECK(read.error().kind == errc::not_found);
        CHECK(open(file)->checkpoint().position == position{0});
    }
}

TEST_CASE("answers are forgotten by their time, a bounded number at once") {
    auto const folder = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    auto const index = open(folder / "index.db", index_writer, {.expire_max = 4});
    std::vector<frame_ptr> frames;
    for (int i = 0; i < 10; ++i) {
        builder.wait(1h);
        frames.push_back(builder.next({}, {answer_to(std::to_string(i))}));
    }
    index->merge(frames).or_throw();
    // Ten hours and some milliseconds have passed: answers 0 to 6 are older than three hours.
    auto const now = builder.end().recorded_at;
    CHECK(index->maintain(now, 3h).or_throw());
    CHECK(!index->snapshot().or_throw()->find_answer("me", "3").or_throw());
    CHECK(index->snapshot().or_throw()->find_answer("me", "4").or_throw());
    CHECK(!index->maintain(now, 3h).or_throw());
    auto const after = index->snapshot().or_throw();
    for (int i = 0; i < 10; ++i) {
        CAPTURE(i);
        CHECK(after->find_answer("me", std::to_string(i)).or_throw().has_value() == (i >= 7));
    }
    CHECK(!index->maintain(now, 3h).or_throw());
}

TEST_CASE("answers that come again after a crash are there once, and a newer one wins") {
    auto const folder = temporary_folder{};
    auto const file = folder / "index.db";
    auto builder = frame_maker{index_log_id};
    auto const index = open(file);
    auto const first = builder.next({}, {answer_to("1")});
    index->merge(std::array{first}).or_throw();
    index->merge(std::array{first}).or_throw();
    auto const count = [&] {
        auto const opened =
            sqlite::database::open(file, {.mode = sqlite::open_mode::read_only}).or_throw();
        auto asked =
            opened.prepare("select (select count(*) from answers), count(*) from answer_keys")
                .or_throw();
        REQUIRE(asked.step().or_throw());
        return std::pair{asked.integer(0), asked.integer(1)};
    };
    CHECK(count() == std::pair<std::int64_t, std::int64_t>{1, 1});

    builder.wait(1h);
    auto newer = answer_to("1");
    newer.body = "second";
    index->merge(std::array{builder.next({}, {newer})}).or_throw();
    CHECK(index->snapshot().or_throw()->find_answer("me", "1").or_throw()->body == "second");
    (void)index->maintain(builder.end().recorded_at, 1min).or_throw();
    CHECK(index->snapshot().or_throw()->find_answer("me", "1").or_throw()->body == "second");
    CHECK(count() == std::pair<std::int64_t, std::int64_t>{1, 1});
}

TEST_CASE("of a state the newest is kept, at once and after a restart") {
    auto const folder = temporary_folder{};
    auto index = open(folder / "index.db");
    CHECK(!index->load_state("s").or_throw());
    index->save_state("s", "one").or_throw();
    CHECK(index->load_state("s").or_throw() == "one");
    (void)index->maintain({}, 0us).or_throw();
    CHECK(index->load_state("s").or_throw() == "one");
    CHECK(open(folder / "index.db", reading)->load_state("s").or_throw() == "one");
    index->save_state("s", "two").or_throw();
    CHECK(index->load_state("s").or_throw() == "two");
    index->merge({}).or_throw();
    index->save_state("empty", "").or_throw();
    index->close().or_throw();
    CHECK(index->save_state("s", "late").error().kind == errc::denied);

    index = open(folder / "index.db");
    CHECK(index->load_state("s").or_throw() == "two");
    CHECK(index->load_state("empty").or_throw() == "");
}

TEST_CASE("too many states that wait to be written are unavailable, a single large one is not") {
    auto const folder = temporary_folder{};
    auto const index = open(folder / "index.db", index_writer, {.states_bytes_max = 10});
    index->save_state("a", std::string(100, 'a')).or_throw();
    index->save_state("a", std::string(200, 'a')).or_throw();
    CHECK(index->save_state("b", "b").error().kind == errc::unavailable);
    (void)index->maintain({}, 0us).or_throw();
    CHECK(index->save_state("b", "b"));
    CHECK(index->load_state("a").or_throw() == std::string(200, 'a'));
}

TEST_CASE("maintaining moves the write-ahead log into the file once it is long") {
    auto const folder = temporary_folder{};
    auto const file = folder / "index.db";
    auto builder = frame_maker{index_log_id};
    auto const index = open(file, index_writer, {.wal_pages = 50});
    index->merge(std::array{some_events(builder)}).or_throw();
    (void)index->maintain({}, 0us).or_throw();
    CHECK(std::filesystem::file_size(file) <= 4096);
    for (int i = 0; i < 20; ++i) {
        index->merge(std::array{some_events(builder, 50)}).or_throw();
        (void)index->maintain({}, 0us).or_throw();
    }
    CHECK(std::filesystem::file_size(file) > 4096);
}
