/// @file
/// The raw limit of durable appends: a bare framed log, and plain SQLite with the same grouping.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace diptych::bench {

/// What a contestant is asked to keep: one event with its stream's version.
struct raw_event {
    std::uint32_t stream;
    std::uint64_t version;
    std::string bytes;  ///< Payload and metadata together.
};

/// Groups whatever is queued, makes it durable with one sync, answers.
class raw_log {
public:
    virtual ~raw_log() = default;
    /// Calls `done` on the writing thread once the event is durable.
    virtual void append(raw_event event, std::function<void()> done) = 0;
    /// Blocking; commits on the caller's thread when nobody else does.
    virtual void append_and_wait(raw_event event) = 0;
};

/// Length, crc32c and bytes of each event in one write, one fdatasync a group, on blocks written
/// ahead.
std::unique_ptr<raw_log> bare_framed_log(std::string const& file, std::uint64_t bytes_ahead);

/// events(position, stream, version, data) with unique(stream, version), WAL, synchronous=FULL, one
/// transaction a group.
std::unique_ptr<raw_log> plain_sqlite(std::string const& file);

}  // namespace diptych::bench
