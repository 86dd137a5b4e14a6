/// @file
/// The log as the checker sees it: a plain list of events, and what follows from it, without a line
/// of the engine's.
#pragma once

#include <diptych/append.hpp>
#include <diptych/event.hpp>
#include <diptych/event_log.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::sim {

/// An event that owns what it says.
struct logged {
    std::uint64_t position;
    std::uint64_t version;
    timestamp recorded_at;
    std::string id;
    std::string stream;
    std::string type;
    std::vector<std::string> tags;
    std::string data;
    std::string metadata = {};
    std::uint32_t epoch = 1;

    bool carries(std::string_view name) const;
};

logged owned(recorded_event const& event);

/// Whether it is what was to be recorded.
bool is_made_of(logged const& event, event_data const& what);

/// Whether `what` asks for it.
bool is_asked_for(query const& what, logged const& event);

/// A whole log.
class log_model {
public:
    explicit log_model(std::vector<logged> events) : events_(std::move(events)) {}

    std::vector<logged> const& events() const { return events_; }
    std::uint64_t end() const { return events_.size(); }
    logged const& at(std::uint64_t position) const { return events_[position - 1]; }

    /// The last version of a stream among the first `prefix` events.
    std::uint64_t version_of(std::string_view stream, std::uint64_t prefix) const;

    /// The first event behind `after`, up to `prefix`, that a query asks for.
    logged const* first_match(query const& what, std::uint64_t after, std::uint64_t prefix) const;

    /// What a read of this log must have answered, if it saw the first `prefix` events.
    std::vector<logged const*> read(read_options const& options, std::uint64_t prefix) const;
    std::vector<logged const*> read_stream(
        std::string_view stream, stream_options const& options, std::uint64_t prefix
    ) const;

    /// Why this is no log: a gap, a version out of turn, a time that goes back, another epoch than
    /// the first, where nothing was restored.
    std::optional<std::string> fault() const;

private:
    std::vector<logged> events_;  // by position, from 1
};

}  // namespace diptych::sim
