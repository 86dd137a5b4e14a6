/// @file
/// Replays of one view aside: what the log makes of it today, and what it would otherwise.
#pragma once

#include "read/live_view.hpp"
#include "read/view_check.hpp"
#include "read/view_status.hpp"
#include "read/what_if.hpp"

#include <diptych/error.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace diptych::read {

/// How a view is compared with a replay.
struct replay_options {
    std::size_t differences_max = 10;
    std::stop_token stop = {};
    /// Called between pieces; may take its time, but not once `ended` is requested.
    std::function<void(position done, position end, std::stop_token const& ended)> progress = {};
    /// Another replay of the view that is asked for ends this one.
    bool gives_way = false;
};

/// One at a time: while one is under way that does not give way, others fail with unavailable, code
/// compared_already. Thread-safe. Blocking. Keeps a reference: the surroundings must outlive it.
class view_replays {
public:
    view_replays(std::string view, view_surroundings const& in);

    /// Compares a version's rows with those of a replay. Fails as check_view() does.
    result<view_comparison> compare(live_view const& one, replay_options const& how);

    /// How that came out the last time, if it was the version with this id. One that was ended does
    /// not count.
    std::optional<replay_check> last_check(std::string_view id) const;

    /// See what_if.hpp. Fails as that does.
    result<what_if_answer> what_if(
        view_plan const& is,
        view_plan const& would_be,
        altered_history const& otherwise,
        std::size_t differences_max,
        std::stop_token const& stop
    );

private:
    std::unique_lock<std::mutex> turn();
    std::unexpected<error> compared_already() const;
    result<std::filesystem::path> scratch_folder() const;
    result<view_comparison> replay(
        live_view const& one, replay_options const& how, std::stop_token const& stop
    );
    void note(live_view const& one, result<view_comparison> const& made);

    std::string const view_;
    view_surroundings const& in_;
    std::mutex alone_;           // held by the one that is under way
    mutable std::mutex noting_;  // guards the next two
    std::optional<replay_check> checked_;
    std::stop_source gives_way_{std::nostopstate};  // of the one under way, if it gives way
};

}  // namespace diptych::read
