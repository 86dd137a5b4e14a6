/// @file
/// A frame: one commit, the unit that is durable or not.
#pragma once

#include "log/hash.hpp"
#include "log/record.hpp"

#include <diptych/event.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace diptych::log {

inline constexpr std::size_t frame_header_size =
    80;  ///< Reserved at the start of frame::bytes for the engine.
inline constexpr std::size_t frame_bytes_max = 32u << 20;

/// Committed events and answers with the bytes that hold them. Immutable once the engine has
/// written it.
struct frame {
    position first{};  ///< Of its first event; without events, of the next event to come.
    std::uint32_t event_count = 0;
    std::uint32_t answer_count = 0;
    hash256 chain{};          ///< After this frame.
    timestamp recorded_at{};  ///< Of its last record.
    std::string
        bytes;  ///< Header, event records, answer records; 64 bytes of slack follow in capacity.

    std::vector<recorded_event> events;  ///< Point into `bytes`.
    std::vector<answer> answers;

    position last() const {
        return first + event_count - 1;
    }  ///< first - 1 when there are no events.
};

using frame_ptr = std::shared_ptr<frame const>;

/// Where the log stands. Frames without events change `chain` and leave `position` as it is; a
/// checkpoint that is to be compared with chain_at() takes the chain from there.
struct log_end {
    uuid log_id;
    diptych::epoch epoch{1};
    diptych::position position{};  ///< Of the last event.
    hash256 chain{};               ///< After the last frame.
    timestamp recorded_at{};       ///< Of the last record.
};

/// An epoch begins at a position: the history of a log is a list of these.
struct epoch_start {
    diptych::epoch epoch;
    position first;
};

}  // namespace diptych::log
