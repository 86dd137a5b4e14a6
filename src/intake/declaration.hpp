/// @file
/// An incoming channel as its file declares it: docs/reference/incoming-channels.md.
#pragma once

#include "endpoint/declared_channel.hpp"
#include "intake/place_text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::intake {

/// What becomes of messages of a type.
struct rule {
    enum class target : std::uint8_t { command, source };

    std::string type;        ///< "change_batch_quantity", or a beginning if `is_prefix`.
    bool is_prefix = false;  ///< From "delivery_*".
    target to = target::command;
    std::string name = {};  ///< Of the command, or of the source of the inbox.
    /// Members of the command or event, and the path in the message's data that each is taken from;
    /// empty: the data as it is.
    std::vector<std::pair<std::string, std::string>> fields = {};
    std::string event = {};                  ///< Its type; empty: the message's.
    std::optional<place_text> stream = {};   ///< Of the source.
    std::optional<place_text> version = {};  ///< In that stream.
};

/// See the file comment. Thread-compatible.
struct declaration : endpoint::declared_channel {
    std::string from = {};                ///< The address: "nats://127.0.0.1:4222".
    std::optional<place_text> type = {};  ///< This and the next two: instead of what is found.
    std::optional<place_text> id = {};
    std::optional<place_text> key = {};
    std::vector<rule> rules = {};

    /// The one for this type: the exact name, else the longest beginning. Null if there is none.
    rule const* find_rule(std::string_view wanted) const;

    std::string letters_stream() const { return "$intake-" + name; }
};

}  // namespace diptych::intake
