/// @file
/// Questions to the message log: which messages, in the order of the log, in pages.
#pragma once

#include "messages/message.hpp"
#include "messages/message_index.hpp"

#include <diptych/error.hpp>
#include <diptych/event_log.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace diptych::messages {

inline constexpr std::size_t messages_most = 1'000;  ///< Of one page.

/// All that is said must hold. Empty fields say nothing.
struct message_filter {
    std::optional<message_kind> kind = {};
    std::vector<std::string> types = {};  ///< Of events or commands; any of them.
    std::string stream = {};  ///< Of an event; of a command, one that its events are in.
    std::string user = {};
    std::string correlation = {};
    std::string outcome = {};            ///< Of a command.
    position after = {};                 ///< Only behind this position,
    std::optional<position> up_to = {};  ///< and not behind this.
    bool engine = false;                 ///< The engine's records, too.
    std::size_t limit = 100;             ///< 1..messages_most.
};

struct message_page {
    std::vector<message> messages = {};
    position seen{};      ///< Everything up to here that was asked for is in this page or before.
    bool at_end = false;  ///< Of what there is, up to `up_to`.
};

/// Looks at no more of the log than a few thousand messages: a page may have less than `limit`
/// messages, or none, and yet not be the last.
///
/// A user, a correlation id, a command's name or outcome, a type and a stream are each looked up in
/// an index, by the first of these that is said; what remains is told by reading what was found.
result<message_page> find_messages(
    message_filter const& what, message_index& index, event_log const& log
);

}  // namespace diptych::messages
