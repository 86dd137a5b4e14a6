/// @file
/// States kept in the log: the `$state` record beside the events it was folded from.
///
/// Its data is `{"state":...,"fingerprint":...,"revision":...,"value":{...}}`, the revision only of
/// a state that has one. A record of another fingerprint or revision is not used: the state is
/// folded from its events, and the next record is of today's.
///
/// The record comes last in its append and holds everything its state folds up to itself: the
/// append's condition says so. Whoever records events the state folds without looking at the state
/// leaves no record; loading folds those on top.
#pragma once

#include "write/folded_state.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/event_log.hpp>
#include <diptych/model.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

inline constexpr std::string_view state_record_type = "$state";

/// The record of the state as it will be after `events`; nullopt if it folds none of them.
result<std::optional<event_data>> state_record(
    model::state const& of,
    std::span<std::string const> names,
    void const* before,
    std::span<event_data const> events
);

/// The newest record at or before `up_to`. nullopt if there is none, or it is of another layout or
/// revision.
result<std::optional<folded_state>> newest_state_record(
    event_log const& log, model::state const& of, std::span<std::string const> names, position up_to
);

}  // namespace diptych::write
