/// @file
/// Where in the log the messages of a conversation, a user, a command or an outcome are: what the
/// log's own index, by type and id, does not say.
///
/// A SQLite file, derived from the log without fsync. It is caught up by whoever asks, or by a step
/// as the log grows; each event is looked at once.
#pragma once

#include "log/sequenced_log.hpp"
#include "sqlite/location.hpp"
#include "write/ledger_file.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::messages {

/// Positions after `after`, ascending, at most `limit`.
struct position_range {
    position after{};
    std::size_t limit = 1'000;
};

/// Which records of commands; empty fields say nothing.
struct command_filter {
    std::string_view name = {};  ///< "shop.allocate", or "allocate".
    std::string_view outcome = {};
};

/// See the file comment. Not thread-safe.
class message_index {
public:
    /// Opens what was kept, or begins anew. Fails as the disk does.
    static result<message_index> open(sqlite::location const& file, log::sequenced_log const& log);

    /// Looks at the next events, a few thousand. Whether there may be more.
    result<bool> catch_up(log::sequenced_log const& log);

    /// Events up to here have been looked at.
    token at() const { return file_.at(); }
    bool is_lost() const { return file_.is_lost(); }

    /// All messages whose correlation id it is. O(log n) and their number; so are the others.
    result<std::vector<position>> of_conversation(std::string_view id, position_range const& of);
    result<std::vector<position>> of_user(std::string_view user, position_range const& of);
    result<std::vector<position>> commands(command_filter const& which, position_range const& of);
    /// Records of commands that have led to events of a stream.
    result<std::vector<position>> commands_on(std::string_view stream, position_range const& of);

private:
    explicit message_index(write::ledger_file file) : file_(std::move(file)) {}

    result<void> note(recorded_event const& event, log::sequenced_log const& log);
    result<void> note_command(recorded_event const& event, log::sequenced_log const& log);
    result<void> put(std::string_view insert, std::string_view name, position at);
    result<std::vector<position>> by_name(
        std::string_view select, std::string_view name, position_range const& of
    );

    write::ledger_file file_;
};

}  // namespace diptych::messages
