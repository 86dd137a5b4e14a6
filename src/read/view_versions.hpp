/// @file
/// The versions of one view: the one that is served, those that are built or kept beside it, and
/// the switch from one to another.
///
/// A version beside follows the log as an async view does, whatever its file says, and refuses
/// nothing. It is switched to once it shows what the served one shows: queries go from rows that
/// are up to date to rows that are up to date, and an inline view takes the other's part in the
/// commit step between two appends.
#pragma once

#include "read/live_view.hpp"
#include "read/view_choices.hpp"
#include "read/view_replays.hpp"
#include "read/view_status.hpp"

#include <diptych/error.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// Makes a plan of a view's text once more.
using view_planner = std::function<result<view_plan>(source text)>;

/// How two versions came out: `tables.expected` is the other one's, `tables.found` the served
/// one's.
struct version_comparison {
    std::string served;
    std::string other;
    view_comparison tables;
};

/// start(): one thread; then thread-safe. Keeps references: surroundings and choices must outlive
/// it.
class view_versions {
public:
    /// Queries are answered once the rows show everything up to `not_before`.
    view_versions(
        view_plan wanted,
        view_surroundings const& in,
        view_choices& choices,
        view_planner plan,
        position not_before = {}
    );
    view_versions(view_versions const&) = delete;
    view_versions& operator=(view_versions const&) = delete;

    std::string const& name() const { return name_; }

    /// Finds out which version is served, as it was chosen earlier, and opens it.
    void start();

    std::shared_ptr<live_view> served() const;

    /// The version with this id, served or beside. Fails with not_found, saying what there is.
    result<std::shared_ptr<live_view>> find(std::string_view id) const;

    /// Of the version that is served.
    result<bool> step();
    result<void> catch_up();
    void resume();

    /// One piece of work for one of those beside, of at most so long; a switch when it is due.
    /// Whether there is more to do at once.
    result<bool> build(std::chrono::microseconds piece);

    /// Whether a version is being built that is to be served.
    bool is_building() const;

    /// Takes a new text: builds it beside, if its meaning is new, and switches to it when it has
    /// caught up (`by_itself`), or leaves that to switch_to(). The id of the version it is in.
    result<std::string> offer(view_plan plan, bool by_itself);

    /// Builds the served version once more, beside itself, and switches to that. Its id.
    result<std::string> rebuild();

    /// Serves that version; true if it does now, false if it has to catch up first and is switched
    /// to then. Fails with not_found; invalid if its text is gone or means something else today; or
    /// with what keeps it from being served.
    result<bool> switch_to(std::string_view id);

    /// switch_to() the version that was served before.
    result<bool> back();

    /// Removes a version and its file, for good. Fails with not_found, invalid if it is served.
    result<void> drop(std::string_view id);

    /// Compares the rows of the version that is served with those of another, both as of the same
    /// position. Blocking. Fails as switch_to() does, and with unavailable if one of them can not
    /// be brought to where the other is, or (code replay_ended) `stop` ends it.
    result<version_comparison> compare(
        std::string_view id, std::size_t differences_max, std::stop_token const& stop = {}
    );

    /// As compare(), with what the log makes of the view when it is applied once more: `other` is
    /// "rebuilt". Fails with unavailable while another replay of the view is under way.
    result<version_comparison> compare_with_replay(replay_options const& how = {});

    /// How that came out the last time, if it was the version that is served. One that was ended
    /// does not count.
    std::optional<replay_check> last_check() const;

    /// Dead letters of a version at work, the one that is served if `id` is empty: some of them,
    /// one, and what is done to one or all of them. Fail with not_found, or as retry_parked() does.
    result<std::vector<dead_letter>> dead_letters(
        std::string_view id, position after, std::size_t limit
    ) const;
    result<dead_letter> dead_letter_at(std::string_view id, position at) const;
    result<parking_outcome> change_dead_letters(
        std::string_view id, change_of_parked change, std::optional<position> only
    );

    /// What the rows would be with other events or with another text of the view, see what_if.hpp.
    /// Blocking. Fails as that does, as offer() for a text, and with unavailable while another
    /// replay of the view is under way.
    result<what_if_answer> what_if(
        std::optional<source> text,
        altered_history const& otherwise,
        std::size_t differences_max,
        std::stop_token const& stop = {}
    );

    /// Those at work, first the one that is served, or will be when it is no longer new.
    std::vector<version_status> versions() const;

    /// As above, and those that rest.
    result<std::vector<version_status>> all_versions() const;

private:
    struct version {
        std::shared_ptr<live_view> view;
        std::mutex stepping = {};  // held by who steps it or changes what it is
        bool is_next = false;      // to be switched to when it has caught up. Guarded by choosing_
        build_rate rate = {};      // guarded by choosing_
    };
    using version_ptr = std::shared_ptr<version>;

    version_ptr open_version(
        view_plan plan, std::string id, view_role role, std::optional<bool> part
    );
    version_ptr served_version() const;
    result<version_ptr> version_at_work(std::string_view id) const;
    version_ptr find_beside(std::string_view id) const;
    version_ptr next_beside();
    result<bool> build_one(std::chrono::microseconds piece);
    std::unexpected<error> no_such_version(std::string_view id) const;
    result<view_plan> stored_plan(std::string_view id) const;
    result<std::string> unused_id(std::string_view id) const;
    bool was_removed(std::string_view id) const;
    result<version_comparison> compare_at_one_position(
        std::string_view id, std::size_t differences_max, std::stop_token const& stop
    );
    std::unexpected<error> moves() const;
    result<version_ptr> open_beside(std::string_view id);
    view_choice choice() const;
    void build_next(view_plan plan, std::string id, bool by_itself);
    result<void> forget_next(std::string_view but = {});
    result<void> choose_and_redefine(view_choice const& next, version& one, view_plan plan);
    result<void> remove(version_ptr const& one);
    result<void> hand_over(version_ptr const& to);
    result<void> reach(version& to, version& from);
    void show(version_ptr const& one);
    result<bool> switch_if_ready(version_ptr const& one);

    std::string const name_;
    view_surroundings const& in_;
    view_choices& choices_;
    view_planner plan_;
    position const not_before_;  // of the version that start() serves
    view_replays replays_;
    std::mutex administering_;  // one change at a time; taken before any other
    mutable std::mutex choosing_;
    version_ptr served_;               // guarded by choosing_
    std::vector<version_ptr> beside_;  // guarded by choosing_
    // Ids of removed files, guarded by choosing_. They are not given again: SQLite removes a WAL by
    // its name when the last connection to its file is closed, which may come late.
    std::set<std::string, std::less<>> removed_;
    std::size_t turn_ = 0;  // guarded by choosing_
};

}  // namespace diptych::read
