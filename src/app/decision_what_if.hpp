/// @file
/// What commands of the past would come to had things gone otherwise: with other rules, those of
/// this program, or with other events.
///
/// Each command is decided once more on the history that it was decided on, changed as it is asked.
/// Nothing is written: neither the log nor a view is touched.
#pragma once

#include "app/command_result.hpp"
#include "log/sequenced_log.hpp"
#include "messages/message_log.hpp"
#include "read/what_if.hpp"
#include "write/executor.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace diptych::app {

/// The event without which a command would come to something else.
struct tipping_event {
    enum class kind : std::uint8_t { recorded, inserted, left_out };
    kind is;
    position at;
    std::string type;
    std::string stream;
};

/// A command that would come to something else.
struct changed_decision {
    messages::message command;
    position judged_at;  ///< The last event that it could see.
    command_result was;
    command_result would_be;
    std::optional<tipping_event> tipped_by = {};
};

struct decision_what_if {
    std::uint64_t asked = 0;     ///< Commands that were decided again.
    std::uint64_t skipped = 0;   ///< Of those on record: they can not be.
    std::uint64_t left_out = 0;  ///< Events that a state of one of them would have folded.
    std::uint64_t inserted = 0;  ///< Events that a state of one of them has folded.
    std::uint64_t different = 0;
    std::vector<changed_decision> differences = {};  ///< The first ones.
};

struct decision_what_if_options {
    std::size_t differences_max = 10;
    std::stop_token stop = {};  ///< Ends it: fails with unavailable, code "replay_ended".
};

/// Blocking, O(commands × events of their states). Commands that were executed with others as one
/// unit, that this program does not know, whose fields or environment were not kept, that an inline
/// view refused, or that no decision was made on, are skipped.
///
/// Fails with invalid as read::check_places() does, or with what reading the log or the message log
/// failed with.
result<decision_what_if> decide_what_if(
    write::executor const& commands,
    messages::message_log& told,
    log::sequenced_log const& log,
    read::altered_history const& otherwise,
    decision_what_if_options const& how
);

}  // namespace diptych::app
