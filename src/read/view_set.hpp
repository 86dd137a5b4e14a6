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
#include "read/view_progress.hpp"

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

std::string_view to_string(view_state state);

struct view_status {
    std::string name;
    bool is_inline = false;
    std::string version;    ///< Eight hexadecimal digits: the hash of its meaning.
    token at = {};          ///< Everything up to here is in its rows.
    std::uint64_t lag = 0;  ///< Events behind the end of the log.
    view_state state = view_state::running;
    bool is_served = true;  ///< Its file opens, and is not still being built again.
    std::optional<error> last_error = {};
    std::vector<std::string> warnings = {};  ///< Of its file, each with its place.
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

    /// Reads a view file, `<anything>.sql`. Fails with invalid, naming file, line and column, if it
    /// is not a view; not_found if it is not there.
    result<void> add_file(std::filesystem::path const& file);

    /// As above, from text; `file` is the name that errors say.
    result<void> add_text(std::string_view file, std::string_view text);

    /// A view written in C++, see diptych/view.hpp.
    result<void> add(model::view const& view);

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

    /// Answers `GET /views/<name>?...`: the parameters decoded, without `at_least`. Blocking, but
    /// touches nothing but the view's own file, and never a byte of it.
    ///
    /// Fails with not_found, invalid (a parameter that is not declared; the message lists what is),
    /// denied (the caller's claims allow no row),
    /// unavailable (too many at once), or the error of a view that is not served.
    result<query_answer> query(
        std::string_view name, url_query_parameters const& parameters, query_options const& how = {}
    ) const;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace diptych::read
