/// @file
/// How a replay that somebody waits for is ended before it is done.
///
/// Replays take as long as the log is long. Their loops look between pieces of it whether anybody
/// still waits, and SQLite asks while a statement runs.
#pragma once

#include <diptych/error.hpp>

#include <stop_token>

namespace diptych::read {

/// Fails with unavailable, code "replay_ended", if that was asked for.
inline result<void> go_on(std::stop_token const& stop) {
    if (!stop.stop_requested()) return {};
    return fail(
        errc::unavailable,
        "replay_ended",
        "the replay was ended before it was done: the node stops, or nobody waits for it any more"
    );
}

/// Ends statements of a connection, too.
void end_statements(auto& on, std::stop_token const& stop) {
    if (stop.stop_possible()) on.interrupt_when([stop] { return stop.stop_requested(); });
}

/// What a replay came to: what it failed with because it was ended says so.
template <class T>
result<T> unless_ended(std::stop_token const& stop, result<T> made) {
    if (made) return made;
    if (auto const goes_on = go_on(stop); !goes_on) return std::unexpected(goes_on.error());
    return made;
}

}  // namespace diptych::read
