// Files that pass all their checksums, and yet do not belong together.
#include "faulty_disk.hpp"
#include "frames.hpp"
#include "log/sequenced_log.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

std::filesystem::path const root = "/log";

/// A log of several segments, left by somebody who never closed it and whose watermark is gone.
struct several_segments {
    faulty_disk disk;
    log_opener opener{disk, root, {.segment_bytes = 4'000, .indexed = false}};
    std::vector<std::string> paths;
    std::uint64_t last = 0;

    explicit several_segments(std::size_t size = 40) {
        auto const log = opener.writer().or_throw();
        for (int i = 0; i < 40; ++i) write_events(*log, 2, size).or_throw();
        last = log->end().position.value;
        for (auto const& name : disk.list(root / "log").or_throw())
            if (name.ends_with(".seg")) paths.push_back("/log/log/" + name);
        REQUIRE(paths.size() > 3);
        disk.forget_pages();
    }

    std::string& bytes(std::size_t i) { return disk.content(paths.at(i)); }
    segment_header header(std::size_t i) { return decode_segment_header(bytes(i)).or_throw(); }

    void change_header(std::size_t i, std::function<void(segment_header&)> const& change) {
        auto header = this->header(i);
        change(header);
        bytes(i).replace(0, segment_header_size, encode(header));
    }

    /// Of the n-th frame of a segment, from 0.
    void change_frame(
        std::size_t i, std::size_t n, std::function<void(frame_header&)> const& change
    ) {
        auto const key = header(i).key();
        auto at = segment_header_size;
        while (n-- > 0) at += load_frame_header(bytes(i).substr(at), key)->size();
        auto about = *load_frame_header(bytes(i).substr(at), key);
        change(about);
        store_frame_header(std::span(bytes(i)).subspan(at, about.size()), about, key);
    }

    void change_trailer(std::size_t i, std::function<void(segment_extent&)> const& change) {
        auto const key = header(i).key();
        auto const end = bytes(i).size();
        auto const footer = *decode_segment_footer(bytes(i).substr(end - segment_footer_size), key);
        auto const tables_at = footer.extent.frames_end;
        auto const tables =
            *decode_tables(bytes(i).substr(tables_at, footer.tables_size()), footer);
        auto extent = footer.extent;
        change(extent);
        bytes(i).replace(tables_at, std::string::npos, encode_trailer(key, extent, tables));
    }

    void remove_last() {
        disk.remove(paths.back()).or_throw();
        paths.pop_back();
    }

    /// How a writer is refused.
    std::string fault() {
        auto const opened = opener.writer();
        REQUIRE_FALSE(opened);
        CHECK(opened.error().kind == errc::corrupt);
        return opened.error().message;
    }
};

}  // namespace

TEST_CASE("a segment whose chain does not go on where the one before ends does not follow on it") {
    several_segments here;
    auto const i = here.paths.size() - 1;
    for (auto const at : {i, i - 1}) {
        several_segments mixed;
        mixed.change_header(at, [](auto& header) { header.chain[7] ^= 1; });
        auto const expected = mixed.paths[at] + " does not follow on " + mixed.paths[at - 1];
        CHECK(mixed.fault() == expected);
    }
}

TEST_CASE("epochs never go back from one segment to the next") {
    several_segments log;
    log.change_header(1, [](auto& header) { header.epoch = epoch{2}; });
    CHECK(log.fault() == log.paths[2] + " does not follow on " + log.paths[1]);
}

TEST_CASE("the trailer of the last segment has to say what its frames say") {
    std::vector<std::function<void(segment_extent&)>> const changes{
        [](auto& extent) { extent.chain[3] ^= 1; },
        [](auto& extent) { ++extent.frame_count; },
    };
    for (auto const& change : changes) {
        several_segments log;
        log.remove_last();
        log.change_trailer(log.paths.size() - 1, change);
        CHECK(log.fault().contains("the trailer says otherwise"));
    }
}

TEST_CASE("a frame that is older than the one before it is damage") {
    several_segments log;
    log.change_frame(log.paths.size() - 1, 1, [](auto& about) {
        about.recorded_at -= std::chrono::hours{1};
    });
    CHECK(log.fault().contains("damaged, but a valid one follows"));
}

TEST_CASE("a reader takes no frame for another one of its segment") {
    std::vector<std::function<void(frame_header&)>> const changes{
        [](auto& about) { ++about.number; }, [](auto& about) { ++about.first; }
    };
    for (auto const& change : changes) {
        several_segments log;
        log.change_frame(0, 1, change);
        auto const reader = log.opener.reader().or_throw();
        CHECK(reader->frames(position{1}, 1).or_throw().front()->first == position{1});
        auto const second = reader->frames(position{3}, 1);
        REQUIRE_FALSE(second);
        CHECK(second.error().kind == errc::corrupt);
        CHECK(second.error().message.contains("position 3"));
    }
}

TEST_CASE("a log of two epochs knows the tokens of its first one, up to where that ended") {
    several_segments log;
    auto const second = log.paths.size() - 2;
    for (auto i = second; i < log.paths.size(); ++i)
        log.change_header(i, [](auto& header) { header.epoch = epoch{2}; });
    auto const first = log.header(second).first;
    position const last{log.last};
    auto const line =
        log::sequenced_log::open(log.opener.writer().or_throw(), log.opener.time, log.opener.random)
            .or_throw();
    CHECK(line->end() == token{epoch{2}, last});
    CHECK(line->check({epoch{1}, position{1}}));
    CHECK(line->check({epoch{1}, first - 1}));
    CHECK(line->check({epoch{1}, first}).error().code == "foreign_token");
    CHECK(line->check({epoch{1}, last}).error().code == "foreign_token");
    CHECK(line->check({epoch{2}, first - 2}).error().code == "foreign_token");
    CHECK(line->check({epoch{2}, first - 1}));  // restored, and nothing recorded since
    CHECK(line->check({epoch{2}, first}));
    CHECK(line->check({epoch{2}, last}));
    CHECK(line->check({epoch{2}, last + 1}).error().code == "future_token");
    CHECK(line->check({epoch{3}, first}).error().code == "foreign_token");
    auto const page = line->read({.after = first - 2, .limit = 2}).or_throw();
    CHECK(page[0].epoch == epoch{1});
    CHECK(page[1].epoch == epoch{2});
    append_request const checked{.unless = unless_recorded{.what = {}, .after = {epoch{1}, first}}};
    CHECK(line->append(checked).error().code == "foreign_token");
    append_request const next{.events = {some_event(last.value + 1)}};
    CHECK(line->append(next).or_throw().at == token{epoch{2}, last + 1});
}
