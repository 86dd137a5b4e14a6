/// @file
/// Makes frames as the commit step does, and logs in folders to try them on.
#pragma once

#include "log/segments/segment_engine.hpp"
#include "temporary_folder.hpp"

#include <diptych/clock.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace diptych::log::segments {

/// Time that moves only when asked.
class still_clock final : public clock {
public:
    timestamp now() override { return at; }
    timestamp at{std::chrono::hours{24 * 365 * 50}};
};

class counting_random final : public random_source {
public:
    std::uint64_t next() override { return ++last_; }

private:
    std::uint64_t last_ = 0;
};

/// An event as the benchmarks have them, unless told otherwise.
inline event_data some_event(std::uint64_t n, std::size_t size = 40) {
    return {
        .stream = "product-p" + std::to_string(n % 7),
        .type = "shop.allocated",
        .tags = {"order-o" + std::to_string(n)},
        .data = "{\"n\":" + std::to_string(n) + ",\"pad\":\"" + std::string(size, 'x') + "\"}",
        .metadata = R"({"user":"u1"})",
    };
}

inline answer some_answer(log_end const& end, std::string id) {
    return {
        .key = {.caller = "me", .id = std::move(id), .digest = {}},
        .recorded_at = end.recorded_at,
        .first = {},
        .count = 0,
        .judged_at = end.position,
        .body = "refused",
    };
}

/// A frame that follows on `end`: sealed records behind room for the header.
inline frame make_frame(
    log_end const& end,
    std::vector<event_data> const& events,
    std::vector<answer> const& answers = {}
) {
    frame next;
    next.first = end.position + 1;
    next.event_count = static_cast<std::uint32_t>(events.size());
    next.answer_count = static_cast<std::uint32_t>(answers.size());
    next.recorded_at = end.recorded_at + std::chrono::milliseconds{1};
    next.chain = end.chain;
    next.bytes.assign(frame_header_size, '\0');
    auto at = next.first;
    for (auto const& event : events) {
        auto encoded = log::encode(event, uuid{{static_cast<std::uint8_t>(at.value), 1}});
        seal(encoded.bytes, record_seed(end.log_id, at), version{at.value}, next.recorded_at);
        next.chain =
            chain_after(next.chain, encoded.bytes, at, encoded.data_hash, encoded.metadata_hash);
        next.bytes += encoded.bytes;
        ++at;
    }
    for (auto const& one : answers) {
        auto const record = log::encode(one, record_seed(end.log_id, next.first));
        next.chain = chain_after_answer(next.chain, record);
        next.bytes += record;
    }
    return next;
}

/// Writes one frame of `count` events.
inline result<void> write_events(engine& to, std::size_t count, std::size_t size = 40) {
    std::vector<event_data> events;
    for (std::size_t i = 0; i < count; ++i)
        events.push_back(some_event(to.end().position.value + 1 + i, size));
    auto next = make_frame(to.end(), events);
    return to.write(next);
}

inline result<void> write_answer(engine& to, std::string id) {
    auto next = make_frame(to.end(), {}, {some_answer(to.end(), std::move(id))});
    return to.write(next);
}

/// Checks that all positions from 1 to `last` are there and say what some_event says, with the
/// chain unbroken; that both ways of reading agree.
inline void check_whole(engine const& log, std::uint64_t last, std::size_t size = 40) {
    REQUIRE(log.end().position.value == last);
    std::vector<position> positions;
    for (std::uint64_t n = 1; n <= last; ++n) positions.emplace_back(n);
    auto const page = log.fetch(positions).or_throw();
    REQUIRE(page.size() == last);
    for (std::uint64_t n = 1; n <= last; ++n) {
        REQUIRE(page[n - 1].position.value == n);
        REQUIRE(page[n - 1].data == some_event(n, size).data);
    }
    std::uint64_t seen = 0;
    hash256 chain{};
    for (position from{}; seen < last;) {
        auto const frames = log.frames(from, 1000).or_throw();
        REQUIRE_FALSE(frames.empty());
        for (auto const& one : frames) {
            for (auto const& event : one->events) REQUIRE(event.position.value == ++seen);
            chain = one->chain;
        }
        from = position{seen + 1};
    }
    CHECK(chain == log.chain_at(position{last}).or_throw());
}

using testing::temporary_folder;

/// Where logs on a pretended disk are.
inline std::filesystem::path const log_root = "/log";

/// Opens engines on one disk and folder.
struct log_opener {
    storage::disk& on;
    std::filesystem::path path;
    segment_options options = {.indexed = false};
    still_clock time = {};
    counting_random random = {};

    result<std::unique_ptr<segment_engine>> writer() {
        return segment_engine::open(path, segment_engine::mode::writer, on, time, random, options);
    }
    result<std::unique_ptr<segment_engine>> reader() {
        return segment_engine::open(path, segment_engine::mode::reader, on, time, random, options);
    }
};

}  // namespace diptych::log::segments
