/// @file
/// A message of another service, as it came and as the event that it becomes.
#pragma once

#include "inbox/source.hpp"

#include <diptych/append.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::inbox {

inline constexpr std::size_t messages_max = 1'000;  ///< Of one request.

/// Thread-compatible.
struct message {
    std::string id = {};
    std::string stream = {};
    std::uint64_t version = 0;  ///< From 1; 0: it came without.
    std::string type = {};
    std::string data = {};         ///< A JSON object, on one line.
    std::string occurred_at = {};  ///< ISO 8601 as it came; may be empty.
    std::string correlation_id = {};

    // What the source's file makes of it.
    std::vector<std::string> tags = {};
    std::string waits_for = {};           ///< A tag: the id that must be known; empty: none.
    prerequisite const* after = nullptr;  ///< Of the source; set if waits_for is.
};

/// What a request brought.
struct parcel {
    std::vector<message> messages = {};
    bool is_array = false;
};

/// Whether an application's context declares a type: such events are its own to record.
using declared_types = std::function<bool(std::string_view type)>;

/// Reads one message or an array of them, `{message_id, stream, version, type, data,
/// occurred_at}`.
///
/// Fails with invalid (code "bad_message" with the path of the fault, "too_many_messages").
result<parcel> parse_parcel(
    source const& of,
    std::string_view body,
    declared_types const& is_declared,
    std::string_view correlation_id
);

/// The members of a message, in one order.
void write_members(json::writer& to, message const& what);

/// The message as JSON: what its digest is of.
std::string canonical(message const& what);

/// Reads the members that canonical() wrote, in whatever object they are. What the source's file
/// says of them may have changed since: an id that is not there is no fault.
result<message> read_recorded(source const& of, json::value what);

/// The id of a message's event: the same for the same message, for ever. A UUID of version 8:
/// SHA-256 of "diptych inbox", the source and the message id, each followed by a zero byte.
uuid event_id_of(source const& of, std::string_view message_id);

/// The id of the record that it waits: as above, of "diptych inbox held".
uuid held_id_of(source const& of, std::string_view message_id);

/// SHA-256 of canonical().
std::array<std::uint8_t, 32> digest_of(message const& what);

/// The event that a message becomes.
event_data event_of(source const& of, message const& what);

/// Its metadata: where it comes from.
std::string metadata_of(source const& of, message const& what);

/// The same, and whether it passes in order.
std::string metadata_of_passing(source const& of, message const& what);

/// The key under which the log remembers that it has had this message.
command_key key_of(source const& of, message const& what);

/// "version 3 of order-o1".
std::string name_of(message const& what);

}  // namespace diptych::inbox
