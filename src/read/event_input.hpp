/// @file
/// The event that is being applied, its JSON parsed once and only if somebody asks.
#pragma once

#include "read/view_definition.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/json_value.hpp>

#include <optional>
#include <span>
#include <string>

namespace diptych::read {

/// Not thread-safe. Keeps a reference: the event set last must outlive its use.
class event_input {
public:
    void set(recorded_event const& event) {
        event_ = &event;
        has_data_ = has_metadata_ = false;
    }
    recorded_event const& event() const { return *event_; }

    /// The root of its data; null if it was erased. Fails with corrupt if it is no JSON.
    result<json::value> data() { return read(data_, has_data_, event_->data, "data"); }
    result<json::value> metadata() {
        return read(metadata_, has_metadata_, event_->metadata, "metadata");
    }

    /// Binds what is not in its data: position, stream, time, ...
    void bind_header(sqlite::statement& to, int at, binding const& one, std::string& scratch) const;

private:
    result<json::value> read(
        json::document& into, bool& done, std::string_view text, std::string_view what
    );

    recorded_event const* event_ = nullptr;
    json::document data_;
    json::document metadata_;
    bool has_data_ = false;
    bool has_metadata_ = false;
};

/// The value at the end of a path; nullopt if it is not there.
std::optional<json::value> follow(json::value from, std::span<std::string const> path);

}  // namespace diptych::read
