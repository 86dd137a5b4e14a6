#include "log/frame_maker.hpp"
#include "log/segments/index.hpp"
#include "log/segments/index_file.hpp"
#include "log/segments/index_hash.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::log;
using diptych::testing::frame_maker;
using diptych::testing::index_log_id;
using diptych::testing::temporary_folder;

namespace {

std::vector<std::string> rows(std::filesystem::path const& file, std::string_view sql) {
    auto const opened =
        sqlite::database::open(file, {.mode = sqlite::open_mode::read_only}).or_throw();
    auto asked = opened.prepare(sql).or_throw();
    std::vector<std::string> found;
    while (asked.step().or_throw()) found.emplace_back(asked.text(0));
    return found;
}

}  // namespace

// The worked example of docs/reference/index-format.md. Files are read by other versions of this
// program: when this fails, index_format has to change.
TEST_CASE("the index is written as its reference page says") {
    auto const folder = temporary_folder{};
    auto const file = folder / "index.db";
    auto const index = segments::index::open(
                           file, index_log_id, segments::index::mode::writer, {.recent_rows_max = 0}
    )
                           .or_throw();
    auto builder = frame_maker{index_log_id};
    auto const frame = builder.next(
        {{.stream = "order-o1", .type = "placed", .tags = {"item-i1"}, .id = uuid{{1}}},
         {.stream = "order-o1", .type = "paid", .id = uuid{{2}}},
         {.stream = "item-i1", .type = "placed", .id = uuid{{3}}}},
        {{.key = {.caller = "alice", .id = "req-42"}, .recorded_at = {}, .body = "{}"}}
    );
    index->merge(std::array{frame}).or_throw();

    CHECK(
        rows(file, "select format || ' ' || hex(log_id) || ' ' || position from meta") ==
        std::vector<std::string>{"1 01020300000000000000000000000000 3"}
    );
    CHECK(
        rows(
            file,
            "select cast(key as text) || ' ' || first || ' ' || last || ' ' || before || ' ' || "
            "homes || ' ' || hex(body) from postings order by key"
        ) ==
        std::vector<std::string>{
            "citem 3 3 0 0 00",
            "corder 1 2 0 0 0002",
            "nitem-i1 1 3 0 1 0005",
            "norder-o1 1 2 0 2 0103",
            "ypaid 2 2 0 0 00",
            "yplaced 1 3 0 0 0004",
        }
    );
    CHECK(
        rows(file, "select hex(first) || ' ' || hex(body) from event_ids") ==
        std::vector<std::string>{" 01000000000000000000000000000000"
                                 "2129571E0000000000000001"
                                 "02000000000000000000000000000000"
                                 "2129571E0000000000000002"
                                 "03000000000000000000000000000000"
                                 "4976D6C40000000000000003"}
    );
    CHECK(
        rows(file, "select hash || ' ' || row from answer_keys") ==
        std::vector<std::string>{"4306836701965108522 1"}
    );
    CHECK(
        rows(
            file,
            "select caller || id || hex(digest) || recorded_at || first || count || judged_at || "
            "body from answers"
        ) == std::vector<std::string>{"alicereq-42" + std::string(64, '0') + "1000000{}"}
    );
}

TEST_CASE("the hash of the index is FNV-1a, mixed") {
    CHECK(segments::index_hash("") == 0xecba3df2c3383c52U);
    CHECK(segments::index_hash("order-o1") == 0x2129571efec5b8aeU);
    CHECK(segments::index_hash32("item-i1") == 0x4976d6c4U);
    CHECK(segments::index_hash("req-42", segments::index_hash("alice")) == 0x3bc4f5296e3ec52aU);
}
