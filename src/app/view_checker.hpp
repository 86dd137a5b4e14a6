/// @file
/// Proves, round after round, that the views show what the log makes of them.
///
/// Each view that is served is replayed aside and compared, one after the other, slowly: work is
/// followed by a rest nine times as long. It is the first to give way: to a replay that somebody
/// asks for, and when the disk gets full.
#pragma once

#include "read/view_set.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace diptych::app {

/// What a checker is handed.
struct view_checker_options {
    std::chrono::seconds every;  ///< From the beginning of one round to that of the next.
    /// Waits so long, or until a stop is requested.
    std::function<void(std::chrono::microseconds, std::stop_token const&)> rest;
    /// Bytes that are free in a folder.
    std::function<std::uint64_t(std::filesystem::path const&)> room;
    std::uint64_t room_left = 0;  ///< Bytes that stay free.
};

/// One thread. Keeps references: views and clock must outlive it.
class view_checker {
public:
    view_checker(read::view_set& views, clock& time, view_checker_options how);

    /// Compares one view if its turn has come; whether there is another one to compare. Blocking;
    /// what came of it is in view_versions::last_check(). A view that is not served yet is compared
    /// once it is; one that somebody else asks to be replayed, later.
    ///
    /// Fails with corrupt, code "view_differs", if it shows other rows; with unavailable, code
    /// "no_room_to_check", if there is no room for a copy; or with what else kept it from being
    /// compared. The next step goes on with the next view.
    result<bool> step(std::stop_token const& stop);

private:
    void begin_round(timestamp now);
    result<void> compare(read::view_versions& view, std::stop_token const& stop);

    read::view_set& views_;
    clock& time_;
    view_checker_options const how_;
    timestamp begun_ = {};
    std::vector<std::string> left_;      // of this round, the next one last
    std::vector<std::string> unserved_;  // of this round: to be looked at again
};

}  // namespace diptych::app
