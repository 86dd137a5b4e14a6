/// @file
/// A channel as its file declares it: docs/reference/channels.md.
#pragma once

#include "endpoint/declared_channel.hpp"
#include "outbox/selection.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace diptych::outbox {

/// Where a channel begins that has delivered nothing yet.
enum class beginning : std::uint8_t { first, now };

/// What becomes of a message that its receiver goes on refusing.
enum class refusal_rule : std::uint8_t {
    pause,  ///< The channel stands until a person has looked.
    park,   ///< It is a dead letter, and what follows in its stream waits behind it.
};

/// The word of the file: "pause", "park".
std::string_view to_string(refusal_rule what);

/// See the file comment. Thread-compatible.
struct declaration : endpoint::declared_channel {
    std::string to = {};      ///< The address: "nats://127.0.0.1:4222".
    std::string source = {};  ///< Of its CloudEvents: whose log it is.
    selection what = {};
    beginning start = beginning::first;
    refusal_rule on_refused = refusal_rule::pause;
    bool once = false;  ///< What was delivered is recorded before the stream goes on.

    std::string checkpoint_stream() const { return "$channel-" + name; }
    std::string letters_stream() const { return "$channel_letters-" + name; }
};

}  // namespace diptych::outbox
