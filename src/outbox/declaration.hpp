/// @file
/// A channel as its file declares it: docs/reference/channels.md.
#pragma once

#include "outbox/selection.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::outbox {

/// Where a channel begins that has delivered nothing yet.
enum class beginning : std::uint8_t { first, now };

/// What becomes of a message that its receiver goes on refusing.
enum class refusal_rule : std::uint8_t {
    pause,  ///< The channel stands until a person has looked.
    park,   ///< It is a dead letter, and what follows in its stream waits behind it.
};

/// What a broker promises of messages that nobody takes at once.
enum class assurance : std::uint8_t {
    at_least_once,  ///< They wait, or come again.
    best_effort,    ///< They are lost, and may come twice.
};

/// "at_least_once", "best_effort".
std::string_view to_string(assurance what);

/// The word of the file: "pause", "park".
std::string_view to_string(refusal_rule what);

/// See the file comment. Thread-compatible.
struct declaration {
    std::string name;     ///< The file's: lower case letters, digits and '_'.
    std::string to;       ///< The address: "nats://127.0.0.1:4222".
    std::string scheme;   ///< "nats"
    std::string address;  ///< What follows the scheme: "//127.0.0.1:4222".
    std::string source;   ///< Of its CloudEvents: whose log it is.
    assurance keeps = assurance::at_least_once;
    selection what = {};
    beginning start = beginning::first;
    refusal_rule on_refused = refusal_rule::pause;
    std::size_t in_flight = 64;  ///< Messages sent and not answered, each of another stream.
    int attempts_max = 5;        ///< Of a message that is refused.
    std::chrono::microseconds pause_max = std::chrono::seconds{30};  ///< Between two attempts.
    bool once = false;  ///< What was delivered is recorded before the stream goes on.
    /// Those of its transport, as they stand in the file: secrets are not in here, but named.
    std::map<std::string, std::vector<std::string>, std::less<>> settings = {};

    /// A setting's only or first text; empty if it is not there.
    std::string setting(std::string_view of) const {
        auto const found = settings.find(of);
        return found == settings.end() || found->second.empty() ? std::string{}
                                                                : found->second.front();
    }

    std::string checkpoint_stream() const { return "$channel-" + name; }
    std::string letters_stream() const { return "$channel_letters-" + name; }
};

}  // namespace diptych::outbox
