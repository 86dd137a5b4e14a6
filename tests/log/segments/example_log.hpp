/// @file
/// The log of the worked example in docs/reference/segment-format.md, always the same bytes.
#pragma once

#include "faulty_disk.hpp"
#include "frames.hpp"

#include <string>

namespace diptych::log::segments {

inline std::filesystem::path const example_root = "/example";

/// Writes it: a frame of one event and one answer, then so many events that segments are sealed.
inline void write_example(faulty_disk& on) {
    log_opener opener{on, example_root, {.segment_bytes = 600, .indexed = false}};
    opener.time.at = timestamp{std::chrono::seconds{1'750'000'000}};
    auto const log = opener.writer().or_throw();
    auto start = log->end();
    start.recorded_at = opener.time.at;
    event_data const first{
        .stream = "product-p1",
        .type = "shop.allocated",
        .tags = {"order-o1"},
        .data = R"({"quantity":3})",
        .metadata = "{}",
    };
    auto answered = some_answer(start, "req-42");
    answered.first = position{1};
    answered.count = 1;
    answered.body = "ok";
    auto frame = make_frame(start, {first}, {answered});
    log->write(frame).or_throw();
    for (int i = 0; i < 5; ++i) write_events(*log, 2).or_throw();
    write_answer(*log, "req-43").or_throw();
    log->close().or_throw();
}

}  // namespace diptych::log::segments
