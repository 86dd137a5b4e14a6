/// @file
/// The errors that say which event beat an append.
#pragma once

#include <diptych/append.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>

#include <string_view>

namespace diptych::log {

/// Code "query": an event that its query matches was recorded after its token.
error query_conflict(recorded_event const& winner);

/// Code "stream_version". `winner` is the event that it did not know of; null if there is none,
/// because the stream is shorter than expected, or if it is too old to be named at no cost.
error version_conflict(
    std::string_view stream, expected_version expected, version actual, recorded_event const* winner
);

}  // namespace diptych::log
