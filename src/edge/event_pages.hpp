/// @file
/// Pages of events as JSON, bounded in number and in bytes.
///
/// The log is read a few events at a time, so that what one request holds in memory is about a
/// page, however large the events are and however many were asked for.
#pragma once

#include <diptych/event_log.hpp>
#include <diptych/json_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace diptych::edge {

/// How many events a page has if nothing is said, and at most.
inline constexpr std::uint64_t page_events = 512;
inline constexpr std::uint64_t page_events_max = 10'000;

/// A page ends with the event that brings it to this many bytes.
inline constexpr std::size_t page_bytes_max = 8u << 20;

/// How many events to read at once, so that large ones are few. Grows while they are small.
class reading_pace {
public:
    std::size_t events() const { return events_; }
    void note(page const& some);

private:
    std::size_t events_ = 16;
};

/// Where a page has ended.
struct page_end {
    token seen = {};  ///< As page::seen.
    bool at_end = true;
    std::size_t count = 0;
    token last = {};  ///< The last event, if there is one.
    version last_version = {};
};

/// Writes events as elements of the array that `to` is in. Fails as reading does.
result<page_end> write_events(json::writer& to, event_log const& log, read_options how);
result<page_end> write_events(
    json::writer& to, event_log const& log, std::string_view stream, stream_options how
);

}  // namespace diptych::edge
