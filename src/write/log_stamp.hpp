/// @file
/// A place in one log's history, as stored beside what was derived from it, so that what belongs to
/// another log, or to a line of history left behind, is noticed.
#pragma once

#include "log/sequenced_log.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace diptych::write {

/// One line without its end: log id, token and hash chain at a durable position.
result<std::string> stamp_of(log::sequenced_log const& log, position at);

/// The position of a stamp that is of this log as it is, at or before `up_to`; else nullopt.
std::optional<position> position_of_stamp(
    log::sequenced_log const& log, std::string_view stamp, position up_to
);

/// Takes the first line off `text`; nullopt if there is no whole line.
std::optional<std::string_view> take_line(std::string_view& text);

}  // namespace diptych::write
