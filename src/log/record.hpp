/// @file
/// The stored form of events and answers, the same in memory and in segment files.
///
/// Events are encoded on the caller's thread; the commit step only fills in version and time.
/// Layout: docs/reference/segment-format.md.
#pragma once

#include "log/hash.hpp"

#include <diptych/append.hpp>
#include <diptych/event.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace diptych::log {

/// What a link of the hash chain stands for: the first byte that it covers.
enum class record_kind : std::uint8_t { event = 0, answer = 1 };

/// An event encoded, but for what only the commit step knows.
struct encoded_event {
    std::string bytes;      ///< The record, its version, time and checksum still zero.
    hash256 data_hash;      ///< Of the stored data.
    hash256 metadata_hash;  ///< Of the stored metadata.
};

/// Encodes `event` under `id` (its own, or a fresh one). Sizes are checked by the caller.
encoded_event encode(event_data const& event, uuid const& id);

/// The home stream in an event's record, which need not be sealed.
std::string_view stream_of(std::string_view record);

/// What seeds a record's checksum, so that a record of another log or place never passes.
std::uint32_t record_seed(uuid const& log_id, position at);

/// Fills in what only the commit step knows and the checksum. `record` is encoded_event::bytes, in
/// place.
void seal(std::span<char> record, std::uint32_t seed, version at, timestamp recorded_at);

/// The chain after this event.
hash256 chain_after(
    hash256 const& before,
    std::string_view sealed_record,
    position at,
    hash256 const& data_hash,
    hash256 const& metadata_hash
);

/// The chain after a sealed event, its data hashed again. For verify.
hash256 chain_after(hash256 const& before, std::string_view sealed_record, position at);

/// Length in bytes of the record that starts here; 0 if `bytes` is too short to tell.
std::size_t record_size(std::string_view bytes);

/// The event in a sealed record; its views point into `record`. Fails with corrupt if the checksum
/// (when `seed` is given) or the lengths do not fit.
result<recorded_event> decode(
    std::string_view record, position at, epoch in, std::optional<std::uint32_t> seed
);

/// The recorded first answer to a command.
struct answer {
    command_key key;
    timestamp recorded_at;
    position first{};         ///< Of its events; 0 when it made none.
    std::uint32_t count = 0;  ///< Of its events.
    position judged_at{
    };  ///< The end of the log when it was decided: the token given when it made no events.
    std::string body;  ///< append_request::answer.
};

/// The record of an answer, checksum included. `seed` is record_seed(log id, first position of its
/// frame).
std::string encode(answer const& what, std::uint32_t seed);

/// The answer in a record. Fails with corrupt if checksum (when `seed` is given), kind or lengths
/// do not fit.
result<answer> decode_answer(std::string_view record, std::optional<std::uint32_t> seed);
/// The chain after this answer.
hash256 chain_after_answer(hash256 const& before, std::string_view encoded_answer);

}  // namespace diptych::log
