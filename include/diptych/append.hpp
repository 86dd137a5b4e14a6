/// @file
/// What is appended, under which condition, and what comes back.
#pragma once

#include <diptych/event.hpp>
#include <diptych/query.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace diptych {

/// What a stream must be like for an append to be accepted.
class expected_version {
public:
    static constexpr expected_version any() { return {rule::any, {}}; }
    static constexpr expected_version no_stream() { return {rule::exactly, version{0}}; }
    static constexpr expected_version exists() { return {rule::exists, {}}; }
    static constexpr expected_version exactly(version at) { return {rule::exactly, at}; }

    constexpr bool allows(version actual) const {
        return rule_ == rule::any || (rule_ == rule::exists && actual.value > 0) ||
               (rule_ == rule::exactly && actual == at_);
    }
    constexpr bool is_any() const { return rule_ == rule::any; }

    /// The one version that is allowed, if it is only one: no_stream() allows version 0.
    constexpr std::optional<version> exact() const {
        return rule_ == rule::exactly ? std::optional(at_) : std::nullopt;
    }

    friend constexpr bool operator==(expected_version, expected_version) = default;
    friend std::string to_string(expected_version
    );  ///< "any", "no_stream", "exists" or "exactly 3".

private:
    enum class rule : std::uint8_t { any, exists, exactly };
    constexpr expected_version(rule r, version at) : rule_(r), at_(at) {}

    rule rule_;
    version at_;
};

/// Holds as long as no event that `what` matches is recorded after `after`.
struct unless_recorded {
    query what;
    token after;
};

/// Makes an append idempotent: the first answer to (caller, id) is recorded and given again.
struct command_key {
    std::string caller;  ///< Who sends; ids of different callers never meet. May be empty.
    std::string id;      ///< Chosen by the caller.
    std::array<std::uint8_t, 32> digest{
    };  ///< SHA-256 of the bytes received; others under the same id are refused.

    bool operator==(command_key const&) const = default;
};

/// Events for one or several streams, all or nothing, and the condition under which they are true.
///
/// `events` may be empty: then only the condition is checked and, with a `command`, the answer
/// recorded.
struct append_request {
    std::vector<event_data> events = {};
    std::map<std::string, expected_version> expect = {};  ///< By stream; also streams not written.
    std::optional<unless_recorded> unless = {};
    std::optional<command_key> command = {};
    std::string answer = {
    };  ///< Opaque bytes recorded with `command` and given back on repetition.
};

/// What an accepted append answers.
struct appended {
    token at;          ///< The last event's; without events, the end of the log it was judged at.
    position first{};  ///< Position of its first event; 0 without events.
    std::uint32_t count = 0;  ///< Number of its events; they stand at consecutive positions.
    std::map<std::string, version> versions = {};  ///< Of each stream written, after the append.
    bool repeated = false;    ///< The answer is the first one's; nothing was written now.
    std::string answer = {};  ///< The recorded answer, when `repeated`.
    bool view_behind =
        false;  ///< Recorded, but an inline view could not keep up and is catching up.
};

}  // namespace diptych
