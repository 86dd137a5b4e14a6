/// @file
/// An incoming channel as its file declares it: docs/reference/incoming-channels.md.
#pragma once

#include "intake/place_text.hpp"
#include "outbox/declaration.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
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
struct declaration {
    std::string name;     ///< The file's: lower case letters, digits and '_'.
    std::string from;     ///< The address: "nats://127.0.0.1:4222".
    std::string scheme;   ///< "nats"
    std::string address;  ///< What follows the scheme: "//127.0.0.1:4222".
    outbox::assurance keeps = outbox::assurance::at_least_once;
    std::optional<place_text> type = {};  ///< This and the next two: instead of what is found.
    std::optional<place_text> id = {};
    std::optional<place_text> key = {};
    std::size_t in_flight = 64;  ///< Messages taken and not done with.
    int attempts_max = 5;        ///< Of a message that fails.
    std::chrono::microseconds pause_max = std::chrono::seconds{30};  ///< Between two attempts.
    std::vector<rule> rules = {};
    /// Those of its receiver, as they stand in the file: secrets are not in here, but named.
    std::map<std::string, std::vector<std::string>, std::less<>> settings = {};

    /// A setting's only or first text; empty if it is not there.
    std::string setting(std::string_view of) const {
        auto const found = settings.find(of);
        return found == settings.end() || found->second.empty() ? std::string{}
                                                                : found->second.front();
    }

    /// The one for this type: the exact name, else the longest beginning. Null if there is none.
    rule const* find_rule(std::string_view wanted) const;

    std::string letters_stream() const { return "$intake-" + name; }
};

}  // namespace diptych::intake
