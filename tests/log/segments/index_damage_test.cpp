#include "log/frame_maker.hpp"
#include "log/segments/index.hpp"
#include "log/segments/index_file.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace diptych;
using namespace diptych::log;
using diptych::testing::frame_maker;
using diptych::testing::index_log_id;
using diptych::testing::temporary_folder;

namespace {

// An index with all of its lists settled, or none, and then changed by `sql`.
std::unique_ptr<segments::index> damaged(
    std::filesystem::path const& file, std::int64_t recent_rows_max, std::string_view sql
) {
    auto const limits = segments::index_limits{.recent_rows_max = recent_rows_max};
    auto const open = [&] {
        return segments::index::open(file, index_log_id, segments::index::mode::writer, limits)
            .or_throw();
    };
    auto builder = frame_maker{index_log_id};
    auto const events = std::vector<event_data>(100, {.stream = "a-1", .type = "t", .id = {}});
    open()->merge(std::array{builder.next(events)}).or_throw();
    sqlite::database::open(file).or_throw().execute(sql).or_throw();
    return open();
}

template <class T>
void check_damaged(result<T> const& outcome) {
    REQUIRE(!outcome);
    CHECK(outcome.error().kind == errc::corrupt);
    CHECK(outcome.error().code == "damaged_index");
}

}  // namespace

TEST_CASE("a list that does not decode is corrupt, not shorter") {
    for (auto const settled : {0, 1000}) {
        auto const folder = temporary_folder{};
        auto const table = std::string{settled == 0 ? "postings" : "recent_postings"};
        auto const index = damaged(
            folder / "index.db",
            settled,
            "update " + table + " set body = cast(body || x'02' as blob)"
        );
        auto const now = index->snapshot().or_throw();
        check_damaged(now->after({posting_kind::name, "a-1"}, position{0}, 9));
        check_damaged(now->before({posting_kind::type, "t"}, position{99}, 9));
        check_damaged(now->from_version("a-1", version{5}, 9));
    }
}

TEST_CASE("versions that are missing are corrupt") {
    auto const folder = temporary_folder{};
    auto const index = damaged(folder / "index.db", 0, "update postings set before = 7");
    auto const now = index->snapshot().or_throw();
    check_damaged(now->from_version("a-1", version{5}, 9));
}

TEST_CASE("a stream's list whose first position is no position is corrupt") {
    auto const folder = temporary_folder{};
    auto const split =
        "insert into postings select key, -5, last, 40, homes, body from postings "
        "where key = x'6e612d31'; update postings set before = 40 where key = x'6e612d31'";
    auto const index = damaged(folder / "index.db", 0, split);
    check_damaged(index->snapshot().or_throw()->from_version("a-1", version{5}, 9));
}

TEST_CASE("a row of event ids that is cut, or gone, is corrupt") {
    auto const cut = temporary_folder{};
    auto const index =
        damaged(cut / "index.db", 0, "update event_ids set body = substr(body, 1, 30)");
    check_damaged(index->snapshot().or_throw()->find("a-1", uuid{}));

    auto const gone = temporary_folder{};
    auto builder = frame_maker{index_log_id};
    (void)builder.next(std::vector<event_data>(100, {.stream = "a-1", .type = "t"}));
    auto const next = builder.next({{.stream = "a-1", .type = "t"}});
    check_damaged(damaged(gone / "index.db", 0, "delete from event_ids")->merge(std::array{next}));
}

TEST_CASE("events that do not follow what the index has are corrupt, and the merge changes nothing"
) {
    for (auto const* const change : {"last = 5000", "before = 3", "homes = 7"}) {
        auto const folder = temporary_folder{};
        auto const index =
            damaged(folder / "index.db", 0, std::string{"update postings set "} + change);
        auto builder = frame_maker{index_log_id};
        (void)builder.next(std::vector<event_data>(100, {.stream = "a-1", .type = "t"}));
        check_damaged(index->merge(std::array{builder.next({{.stream = "a-1", .type = "t"}})}));
        CHECK(index->checkpoint().position == position{100});
        CHECK(index->snapshot().or_throw()->last() == position{100});
    }
}

TEST_CASE("an index without a checkpoint row that makes sense is corrupt") {
    auto const folder = temporary_folder{};
    auto const file = folder / "index.db";
    (void)segments::index::open(file, index_log_id, segments::index::mode::writer).or_throw();
    sqlite::database::open(file).or_throw().execute("update meta set chain = x'00'").or_throw();
    check_damaged(segments::index::open(file, index_log_id, segments::index::mode::writer));
}
