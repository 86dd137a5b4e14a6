/// @file
/// Places in the log, as people write them.
#pragma once

#include <diptych/error.hpp>
#include <diptych/event_log.hpp>
#include <diptych/position.hpp>

#include <string_view>

namespace diptych::log {

/// A token or a bare position, checked against the log. Fails with invalid (codes "foreign_token",
/// "future_token", "bad_token").
result<token> read_point(std::string_view text, event_log const& of);

/// A token, a position or a time, as the last position that counts. Fails as above, with code
/// "bad_parameter" and the parameter's name if it is none of them, or with what reading the log
/// failed with.
result<position> read_as_of(
    std::string_view text, event_log const& of, std::string_view parameter = "as_of"
);

/// The token of a position that the log has: in the epoch that wrote it. Fails with what reading
/// the log failed with.
result<token> token_at(position at, event_log const& of);

}  // namespace diptych::log
