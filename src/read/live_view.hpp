/// @file
/// One version of a view at work: its file, its projector or its part in the commit step, its
/// readers.
#pragma once

#include "log/sequenced_log.hpp"
#include "read/inline_projection.hpp"
#include "read/projector.hpp"
#include "read/query_answer.hpp"
#include "read/reader_pool.hpp"
#include "read/retry_parked.hpp"
#include "read/view_options.hpp"
#include "read/view_plan.hpp"
#include "read/view_progress.hpp"

#include <diptych/clock.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// What all views of a log share. Log and clock outlive the views.
struct view_surroundings {
    log::sequenced_log& log;
    clock& time;
    std::filesystem::path directory;
    view_options options;
    std::shared_ptr<progress_hints> hints = std::make_shared<progress_hints>();

    sqlite::location file_of(std::string_view name, std::string_view id) const;
    storage::disk& disk() const;
};

/// What a version has to do with its view.
enum class view_role : std::uint8_t {
    served,  ///< Queries see it, and commits pass it if its file says `inline`.
    beside,  ///< It follows the log, whatever its file says, and refuses nothing.
};

/// How a version is opened.
struct live_view_options {
    std::string id;  ///< Of its file, see view_version.hpp.
    view_role role = view_role::served;
    /// Whether it has taken part in commits, perhaps in an earlier life: then appends wait until it
    /// does so again. Unknown: it has if it shows anything.
    std::optional<bool> was_part = {};
    /// Called before it takes part for the first time: once this has succeeded it is remembered
    /// that it did. May be empty.
    std::function<result<void>()> before_part = {};
    /// Queries are answered from there on: what is new shows no rows of half a log.
    position not_before = {};
};

/// What is done to dead letters.
enum class change_of_parked : std::uint8_t { retry, drop };

/// open(), step(), catch_up(), serve(), stand_aside(), redefine(), change_parked() and settle() by
/// one thread at a time, the rest thread-safe. Keeps a reference: the surroundings must outlive it.
class live_view {
public:
    live_view(view_plan plan, view_surroundings const& in, live_view_options how);
    live_view(live_view const&) = delete;
    live_view& operator=(live_view const&) = delete;
    ~live_view();

    /// Opens or creates the file and holds its checkpoint against the log. If that does not go
    /// well, the view is `failed` and says why, and step() tries again after a pause; appends wait
    /// for an inline view.
    void open();

    /// One piece of work, of at most `time_max` if given; see view_set::step().
    result<bool> step(std::optional<std::chrono::microseconds> time_max = {});

    /// Applies what there is up to `last` and nothing behind it, in one piece. For who is beside.
    /// Whether it is there.
    result<bool> step_up_to(position last);

    /// Steps until it is at the end of the log; an inline view is then part of the commit step.
    /// Fails with its last error if it stops before.
    result<void> catch_up();

    void resume();

    /// Is served from now on. An inline one takes part in commits from that moment, in the place of
    /// who did so under its name; `shown` is called before an append is answered that it was part
    /// of. Fails with unavailable if the log moves on faster than it follows, and is beside then.
    result<void> serve(std::function<void()> shown);

    /// Is beside from now on. With `is_replaced` another one has taken its part in commits.
    void stand_aside(bool is_replaced);

    /// Is served again after stand_aside(), and takes part in commits if its file says so.
    /// If it `was_part` until then, appends wait until it does.
    void take_part_again(bool was_part);

    /// Takes another text of the same meaning: what may be queried, inline or async.
    /// Its file keeps the text. Fails with what keeping it failed with: all is as before then.
    result<void> redefine(view_plan plan);

    /// Tries parked events again, or drops them: one or all. See retry_parked.hpp.
    result<parking_outcome> change_parked(change_of_parked change, std::optional<position> only);

    /// The rows are what a replay of the log makes of them, as of `changes` of what is parked.
    result<void> settle(std::uint64_t changes);

    /// Dead letters behind `after`, in order.
    result<std::vector<dead_letter>> parked(position after, std::size_t limit) const;

    std::string const& name() const { return name_; }
    std::string const& id() const { return how_.id; }
    std::shared_ptr<view_plan const> plan() const;
    sqlite::location const& file() const { return file_; }
    view_moment now() const { return progress_->now(); }
    bool is_inline() const { return is_inline_; }  ///< Takes part in commits, or is to.

    /// Whether queries are answered: its file opens, and is not still being built.
    bool is_served() const;

    /// Whether it has yet to come to where it is first served.
    bool is_new() const { return progress_->at().position < how_.not_before; }

    /// Whether its checkpoint says that the log has lost something.
    bool finds_history_lost() const { return history_lost_; }

    result<query_answer> query(url_query_parameters const& parameters, query_options const& how);

private:
    // Lives as long as the commit step may still hold the view.
    struct writer {
        std::shared_ptr<view_plan const> of;  // its statements point into it
        view_database into;
        std::unique_ptr<projection> with;  // its statements go before the connection
    };

    result<void> try_open();
    bool is_distrusted() const;
    void read_with(std::shared_ptr<reader_pool> readers);
    static bool is_damage(error const& what);
    void look_for_damage(error const& what);
    bool is_made_again_when_damaged() const;
    std::optional<std::string> reason_to_begin_again() const;
    result<bool> begin_again(std::string const& why);
    error failure_to_show(error what) const;
    result<void> check_history(checkpoint const& at);
    result<bool> next_batch(batch_limits const& limits);
    batch_limits limits() const;
    result<void> fit_for_part() const;
    result<bool> attach(std::function<void()> shown);
    result<void> keep_house();
    void move_after(int wal_pages) const;
    void note_poison(error what);
    bool is_to_park(error const& what) const;
    result<bool> park(error what);
    result<bool> not_carried(error why);
    void redefine_parking(view_definition const& was);
    void look_for_room(error const& why) const;
    void hold_appends(std::string_view why);
    timestamp end_of_pause(int attempts) const;
    bool has_dropped_out() const;
    bool rests(view_moment const& moment) const;

    std::string const name_;
    view_surroundings const& in_;
    live_view_options how_;
    sqlite::location file_;
    std::shared_ptr<view_progress> progress_ = std::make_shared<view_progress>();
    std::shared_ptr<writer> writer_;
    std::shared_ptr<inline_projection> attached_;
    mutable std::mutex sharing_;             // guards the next two
    std::shared_ptr<view_plan const> plan_;  // whoever queries keeps both until he is done
    std::shared_ptr<reader_pool> readers_;
    std::atomic<std::uint64_t> shown_ = 0;    // the position that it is not served before any more
    std::optional<sqlite::database> keeper_;  // moves the WAL of an inline view into its file
    int rebuilds_ = 0;                        // since the start
    std::optional<timestamp> rebuild_at_ = {};  // not before, after the last one
    std::atomic<bool> is_inline_ = false;
    bool is_known_to_log_ = false;  // attached, dropped out or expected
    bool was_part_ = false;         // of the commit step, perhaps in an earlier life
    std::atomic<bool> history_lost_ = false;
    std::atomic<bool> is_damaged_ = false;  // its file, SQLite says, perhaps to a query
};

}  // namespace diptych::read
