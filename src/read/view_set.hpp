/// @file
/// All views of one log: their files, their databases, their projectors and the queries on them.
///
/// A passive object. The runtime calls step() for each view whenever there may be more in the log;
/// tests and the simulator do the same on one thread. Inline views take part in the commit step of
/// the log from start() on.
#pragma once

#include "log/sequenced_log.hpp"
#include "read/query_answer.hpp"
#include "read/served_path.hpp"
#include "read/view_options.hpp"
#include "read/view_status.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/model.hpp>
#include <diptych/position.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::model {
struct view;
}

namespace diptych::read {

class view_versions;

/// What came of a view's text.
struct offered {
    std::string name;
    std::string version;     ///< The id of the version that it is in.
    bool is_new = false;     ///< There was no view of that name.
    bool is_served = false;  ///< Queries are answered by this version, already.
    std::vector<std::string> warnings = {};
};

/// A column as queries see it.
struct served_column {
    std::string name;
    std::string type;  ///< As in the file: "text", "decimal(2)".
    bool required = false;
    bool is_key = false;
    bool filter = false;
    bool sort = false;
};

/// A view as queries see it, for /openapi.json and the command line.
struct served_view {
    std::string name;
    bool is_inline = false;
    std::string version;
    std::vector<served_column> columns;
    std::vector<served_path> paths = {};
    std::vector<std::string> search = {};  ///< Columns whose words can be searched.
    std::size_t limit_max = 1000;
    std::vector<std::string> types = {};  ///< Of events that it takes, former names included.
};

/// What the answers to queries on a view depend on, but for the queries.
struct view_mark {
    std::string version;  ///< The id of the one that is served.
    token at = {};
    view_state state = view_state::running;
    std::uint64_t changes_of_parked = 0;   ///< They change rows, too.
    std::vector<std::string> claims = {};  ///< That decide which rows a caller sees, in order.

    bool operator==(view_mark const&) const = default;
};

/// See the file comment. Views are added and started by one thread; afterwards every member is
/// thread-safe, but for step() of one and the same view. Keeps references: log and clock must
/// outlive it.
class view_set {
public:
    view_set(
        log::sequenced_log& of, std::filesystem::path directory, clock& time, view_options how = {}
    );
    view_set(view_set const&) = delete;
    view_set& operator=(view_set const&) = delete;
    ~view_set();  ///< Takes inline views out of the commit step.

    /// Adds a view by its text; `file` is the name that errors say. Its name. Fails with invalid,
    /// naming file, line and column, if it is not a view.
    result<std::string> add_text(std::string_view file, std::string_view text);

    /// The name of the view that a text is of, if it can be added or offered. Fails as add_text().
    result<std::string> check_text(std::string_view file, std::string_view text) const;

    /// A view written in C++, see diptych/view.hpp.
    result<void> add(model::view const& view);

    /// Takes a view's text while the set is at work: a new view is opened, caught up by
    /// step() and answers queries from then on; a text with another meaning is built beside the
    /// version that is served, by build_step(), and switched to when it has caught up (`by_itself`)
    /// or by switch_to(); one with the same meaning counts at once. What came of it.
    ///
    /// Fails as add_text() does, invalid also for a view that is written in C++; or with what
    /// opening or remembering it failed with: all is as before then.
    result<offered> offer(std::string_view file, std::string_view text, bool by_itself = true);

    /// Opens or creates each view's database, checks that its checkpoint lies on this log, catches
    /// the inline ones up and attaches them to the commit step. Appends are unavailable until an
    /// inline view that was not new, or could not be opened, has been attached. A view that can not
    /// be opened does not fail the start: its state is `failed`, step() tries again, and
    /// lost_history() says if the log is to blame.
    ///
    /// Fails with what creating the directory or reading the log failed with.
    result<void> start();

    /// What a checkpoint says of the log if it is beyond its end or on another line of history:
    /// something acknowledged was lost, or folders were mixed. Whoever wires the log then refuses
    /// to write.
    std::optional<error> lost_history() const;

    /// Does one piece of work for a view: opening it again if that has failed, a batch of an async
    /// one; for an inline one, attaching it again, or housekeeping. Whether there may be more to do
    /// at once. One thread at a time for each view.
    ///
    /// A failing event is no error of step(): see view_status. Fails with not_found if there is no
    /// such view, else with what reading the log failed with.
    result<bool> step(std::string_view name);

    /// One piece of work for the versions beside those that are served, and a switch when it is
    /// due. What is to be rested before the next one; nullopt: there is nothing to do until the log
    /// goes on. One thread at a time.
    result<std::optional<std::chrono::microseconds>> build_step();

    /// Steps until no version of the view is being built any more; fails with what one fails on.
    /// Blocking.
    result<void> finish_build(std::string_view name);

    /// The versions of one view, see view_versions.hpp.
    result<view_versions*> versions(std::string_view name) const;

    /// Calls `tell` with the name of each view that offer() adds. As on_wanted().
    void on_added(std::function<void(std::string_view name)> tell);

    /// When step() is due again for a view that waits before it tries a failing event again.
    std::optional<timestamp> retry_at(std::string_view name) const;

    /// Why a view stands still, if it does.
    std::optional<error> trouble(std::string_view name) const;

    /// Lets a paused view try its failing event again.
    result<void> resume(std::string_view name);

    /// Steps until the view is at the present end of the log. Fails with its last error if it
    /// stops before.
    result<void> catch_up(std::string_view name);

    /// Names in the order they were added.
    std::vector<std::string> names() const;
    std::vector<view_status> status() const;
    std::vector<served_view> served() const;

    /// How far the view's rows are.
    result<token> position(std::string_view name) const;

    /// Changes whenever the rows may have. Fails with not_found.
    result<view_mark> mark(std::string_view name) const;

    /// Whether the rows show everything up to `point`. Fails with invalid at once if the token is
    /// from elsewhere or from the future, so that nobody waits for it; not_found; or with the error
    /// that keeps the view from getting there.
    result<bool> has_reached(std::string_view name, token const& point) const;

    /// Calls `hint` after any view has moved on or stopped. Only a hint: ask has_reached(). Called
    /// on the thread that steps or commits; must be quick and must not call the log or this.
    hint_registration on_progress(std::function<void()> hint);

    /// Calls `wake` with the name of a view that somebody has asked has_reached() in vain: it
    /// should be stepped soon. On the thread that asks; must be quick and must not call the log or
    /// this. Empty: nobody is called any more.
    void on_wanted(std::function<void(std::string_view name)> wake);

    /// Answers `GET /views/<name>?...`: the parameters decoded, without those that `how` says.
    /// Blocking, but touches nothing but the view's own file, and never a byte of it; or, as of an
    /// earlier position, a file aside that it builds first, see past_views.hpp.
    ///
    /// Fails with not_found, invalid (a parameter that is not declared; the message lists what is),
    /// denied (the caller's claims allow no row), unavailable (too many at once; not built yet), or
    /// the error of a view that is not served.
    result<query_answer> query(
        std::string_view name, url_query_parameters const& parameters, query_options const& how = {}
    ) const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace diptych::read
