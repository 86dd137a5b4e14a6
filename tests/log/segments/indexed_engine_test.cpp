#include "frames.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

void merge_all(segment_engine& log) {
    while (log.merged_to() < log.end().position) {
        auto const frames = log.frames(log.merged_to() + 1, 4'000).or_throw();
        log.merge(frames).or_throw();
    }
}

std::size_t count_of(segment_engine const& log, posting_key key) {
    return log.index().or_throw()->after(key, position{0}, 1'000).or_throw().size();
}

}  // namespace

TEST_CASE("an index follows the segments, is kept, and loses nothing when it is deleted") {
    temporary_folder const folder;
    log_opener opener{system_disk(), folder.path, {.segment_bytes = 20'000}};
    posting_key const key{.kind = posting_kind::home, .text = "product-p3"};
    std::size_t found = 0;
    {
        auto const log = opener.writer().or_throw();
        CHECK(log->is_indexed());
        CHECK(log->index().or_throw()->last() == position{0});
        for (int i = 0; i < 50; ++i) write_events(*log, 4, 100).or_throw();
        merge_all(*log);
        found = count_of(*log, key);
        CHECK(found > 20);
        CHECK(log->merged_to() == position{200});
        CHECK(opener.reader().or_throw()->merged_to() == position{200});
        log->maintain(timestamp{}).or_throw();
        log->close().or_throw();
    }
    {
        auto const log = opener.writer().or_throw();
        CHECK(log->merged_to() == position{200});
        CHECK(count_of(*log, key) == found);
    }
    std::filesystem::remove(folder.path / "index.db");
    {
        auto const log = opener.writer().or_throw();
        CHECK(log->merged_to() == position{0});
        merge_all(*log);
        CHECK(count_of(*log, key) == found);
        log->close().or_throw();
    }
    std::ofstream(folder.path / "index.db") << std::string(100'000, 'x');
    auto const log = opener.writer().or_throw();
    CHECK(log->merged_to() == position{0});
}

TEST_CASE("an index beyond the end of the log is acknowledged loss") {
    temporary_folder const folder;
    log_opener opener{system_disk(), folder.path, segment_options{}};
    {
        auto const log = opener.writer().or_throw();
        write_events(*log, 4).or_throw();
        std::filesystem::copy(folder.path / "log", folder.path / "old");
        write_events(*log, 4).or_throw();
        merge_all(*log);
        log->close().or_throw();
    }
    std::filesystem::remove(folder.path / "CLOSED");
    std::filesystem::remove_all(folder.path / "log");
    std::filesystem::rename(folder.path / "old", folder.path / "log");
    auto const log = opener.writer().or_throw();
    CHECK(log->writable().error().code == "acknowledged_loss");
    CHECK(log->writable().error().message.contains("index.db"));
    check_whole(*log, 4);
}

TEST_CASE("stored states come back, and are forgotten without harm") {
    temporary_folder const folder;
    log_opener opener{system_disk(), folder.path, segment_options{}};
    auto const log = opener.writer().or_throw();
    log->save_state("stock product-p1", "bytes").or_throw();
    CHECK(log->load_state("stock product-p1").or_throw() == "bytes");
    CHECK_FALSE(log->load_state("other").or_throw());
}
