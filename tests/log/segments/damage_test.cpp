#include "faulty_disk.hpp"
#include "frames.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

using numbers = std::vector<std::uint64_t>;

struct written_log {
    faulty_disk disk;
    log_opener opener{disk, log_root, {.segment_bytes = 5'000, .indexed = false}};
    std::vector<std::string> segments;
    std::uint64_t last = 0;

    written_log() {
        auto const log = opener.writer().or_throw();
        for (int i = 0; i < 9; ++i) write_events(*log, 3, 200).or_throw();
        last = log->end().position.value;
        for (auto const& name : disk.list(log_root / "log").or_throw())
            if (name.ends_with(".seg")) segments.push_back("/log/log/" + name);
    }
};

/// Reads every event and every frame; those that cannot be read must say so, the others must be
/// right. How many events could not be fetched.
std::uint64_t check_readable(segment_engine const& log, std::uint64_t last) {
    std::uint64_t damaged = 0;
    for (std::uint64_t n = 1; n <= last; ++n) {
        position const at{n};
        auto const page = log.fetch({&at, 1});
        if (page) REQUIRE((*page)[0].data == some_event(n, 200).data);
        if (page) REQUIRE((*page)[0].version == version{n});
        if (!page) {
            ++damaged;
            REQUIRE(page.error().kind == errc::corrupt);
            REQUIRE(page.error().message.contains("position " + std::to_string(n)));
        }
        auto const frames = log.frames(at, 1);
        if (!frames) REQUIRE(frames.error().kind == errc::corrupt);
        if (frames) REQUIRE(frames->front()->first <= at);
        if (frames) REQUIRE(frames->front()->last() >= at);
        if (frames)
            for (auto const& event : frames->front()->events)
                REQUIRE(event.data == some_event(event.position.value, 200).data);
    }
    return damaged;
}

}  // namespace

TEST_CASE("of many sealed segments only so many are kept open, and only so much of their tables") {
    for (auto const& most : {segment_cache::bounds{.segments_max = 2}, {.bytes_max = 1}}) {
        faulty_disk disk;
        log_opener opener{
            disk, log_root, {.segment_bytes = 5'000, .indexed = false, .cache = most}
        };
        auto const log = opener.writer().or_throw();
        auto const before = disk.open_files();
        for (int i = 0; i < 60; ++i) write_events(*log, 3, 200).or_throw();
        for (int round = 0; round < 2; ++round)
            for (std::uint64_t n = 1; n <= 180; ++n)
                REQUIRE(log->fetch(std::vector{position{n}}).or_throw().size() == 1);
        CHECK(disk.open_files() <= before + 3);
    }
}

TEST_CASE("a flipped bit in a sealed segment spoils at most its own event, in frames its frame") {
    written_log clean;
    REQUIRE(clean.segments.size() > 2);
    auto const size = clean.disk.content(clean.segments[0]).size();
    for (std::size_t at = 128; at < size; at += 37) {
        written_log log;
        log.disk.content(log.segments[0])[at] ^= static_cast<char>(1 << at % 8);
        CAPTURE(at);
        auto const reader = log.opener.reader().or_throw();
        CHECK(reader->end().position.value == log.last);
        REQUIRE(check_readable(*reader, log.last) <= 3);
    }
}

TEST_CASE("a flipped bit in the segment being written spoils at most one frame") {
    written_log clean;
    auto const& bytes = clean.disk.content(clean.segments.back());
    auto const size = bytes.find_last_not_of('\0') + 1;
    REQUIRE(size > 1'000);
    for (std::size_t at = 0; at < size; at += 37) {
        written_log log;
        log.disk.content(log.segments.back())[at] ^= static_cast<char>(1 << at % 8);
        CAPTURE(at);
        auto const reader = log.opener.reader().or_throw();
        CHECK(reader->end().position.value == log.last);
        REQUIRE(check_readable(*reader, log.last) <= 3);
        auto const writer = log.opener.writer();
        REQUIRE_FALSE(writer);
        REQUIRE(writer.error().kind == errc::corrupt);
    }
}

TEST_CASE("a flipped bit under a running writer is found when that event is read") {
    written_log log;
    auto const writer = log.opener.writer().or_throw();
    auto& bytes = log.disk.content(log.segments.back());
    auto const at = bytes.find_last_of('x');
    bytes[at] ^= 1;
    CHECK(check_readable(*writer, log.last) == 1);
    write_events(*writer, 2, 200).or_throw();
    CHECK(check_readable(*writer, log.last + 2) == 1);
}

TEST_CASE("a damaged header or trailer of a sealed segment stops a writer, not a reader") {
    written_log clean;
    auto const size = clean.disk.content(clean.segments[1]).size();
    for (auto const at : {std::size_t{0}, std::size_t{50}, size - 1, size - 100}) {
        written_log log;
        log.disk.content(log.segments[1])[at] ^= 1;
        auto const writer = log.opener.writer();
        REQUIRE_FALSE(writer);
        CHECK(writer.error().kind == errc::corrupt);
        CHECK(writer.error().message.contains(log.segments[1]));
        CHECK(check_readable(*log.opener.reader().or_throw(), log.last) == 0);
    }
}

TEST_CASE("a reader does not skip over a missing segment in silence") {
    written_log log;
    log.disk.remove(log.segments[1]).or_throw();
    auto const reader = log.opener.reader().or_throw();
    for (auto const bytes : {2'000, 1'000'000}) {
        CAPTURE(bytes);
        auto const size = static_cast<std::size_t>(bytes);
        std::uint64_t next = 1;
        while (true) {
            auto const frames = reader->frames(position{next}, size);
            if (!frames) CHECK(frames.error().kind == errc::corrupt);
            if (!frames) break;
            REQUIRE_FALSE(frames->empty());
            for (auto const& one : *frames) {
                REQUIRE(one->first.value == next);
                next = one->last().value + 1;
            }
        }
        CHECK(next > 1);
        CHECK(next <= log.last);

        position seen{};
        auto const visit = [&](recorded_event const& event) -> result<void> {
            REQUIRE(event.position == seen + 1);
            seen = event.position;
            return {};
        };
        while (true) {
            auto const before = seen;
            auto const to =
                reader->visit({.after = seen, .up_to = position{log.last}}, size, visit);
            if (!to) CHECK(to.error().kind == errc::corrupt);
            if (!to) break;
            REQUIRE(*to == seen);
            REQUIRE(seen > before);
        }
        CHECK(seen + 1 == position{next});
    }
}

TEST_CASE("a visit ends where it is to, and gives what is whole before damage") {
    written_log log;
    auto const reader = log.opener.reader().or_throw();
    numbers seen;
    auto const visit = [&](recorded_event const& event) -> result<void> {
        seen.push_back(event.position.value);
        return {};
    };
    auto const to =
        reader->visit({.after = position{4}, .up_to = position{8}}, 1'000'000, visit).or_throw();
    CHECK(to == position{8});
    CHECK(seen == numbers{5, 6, 7, 8});

    auto& bytes = log.disk.content(log.segments.back());
    bytes[bytes.find_last_of('x')] ^= 1;
    seen.clear();
    auto const whole =
        reader->visit({.after = position{0}, .up_to = position{log.last}}, 1'000'000, visit);
    REQUIRE(whole);
    CHECK(whole->value == seen.size());
    CHECK(whole->value < log.last);
    auto const rest = reader->visit({.after = *whole, .up_to = position{log.last}}, 1, visit);
    REQUIRE_FALSE(rest);
    CHECK(rest.error().kind == errc::corrupt);
}

TEST_CASE("without a watermark a reader sees what is sealed") {
    written_log log;
    log.disk.forget_pages();
    auto const reader = log.opener.reader().or_throw();
    auto const end = reader->end().position.value;
    CHECK(end > 0);
    CHECK(end < log.last);
    CHECK(check_readable(*reader, end) == 0);
}
