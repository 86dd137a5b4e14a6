/// @file
/// What the records of one instance say about its inputs: which of them they name, which were given
/// up, and which answers came too late.
#pragma once

#include "log/sequenced_log.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/position.hpp>

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

struct instance_history {
    /// A command that was sent under a name.
    struct named_command {
        position input;  ///< Of the reaction.
        std::string slot;
        std::string id;
    };

    std::set<position> reacted;
    std::set<position> dropped;
    std::vector<named_command> sent;  ///< In order.

    /// Whether another command had been sent under the name when the answer came.
    bool is_stale(recorded_event const& answer) const;
};

/// Reads the records of an instance about inputs before a position.
result<instance_history> history_of(
    log::sequenced_log const& log,
    std::string_view process,
    std::string_view instance,
    position before
);

}  // namespace diptych::write
