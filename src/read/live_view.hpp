/// @file
/// One view at work: its file, its projector or its part in the commit step, its readers.
#pragma once

#include "log/sequenced_log.hpp"
#include "read/inline_projection.hpp"
#include "read/projector.hpp"
#include "read/query_answer.hpp"
#include "read/reader_pool.hpp"
#include "read/view_options.hpp"
#include "read/view_plan.hpp"
#include "read/view_progress.hpp"

#include <diptych/clock.hpp>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>

namespace diptych::read {

/// What all views of a log share. Log and clock outlive the views.
struct view_surroundings {
    log::sequenced_log& log;
    clock& time;
    std::filesystem::path directory;
    view_options options;
    std::shared_ptr<progress_hints> hints = std::make_shared<progress_hints>();
};

/// step(), open() and catch_up() by one thread at a time, the rest thread-safe. Keeps a reference:
/// the surroundings must outlive it.
class live_view {
public:
    live_view(view_plan plan, view_surroundings const& in);
    live_view(live_view const&) = delete;
    live_view& operator=(live_view const&) = delete;
    ~live_view();

    /// Opens or creates the file and holds its checkpoint against the log. If that does not go
    /// well, the view is `failed` and says why, and step() tries again after a pause; appends wait
    /// for an inline view.
    void open();

    /// One piece of work; see view_set::step().
    result<bool> step();

    /// Steps until it is at the end of the log; an inline view is then part of the commit step.
    /// Fails with its last error if it stops before.
    result<void> catch_up();

    void resume();

    view_plan const& plan() const { return plan_; }
    view_moment now() const { return progress_->now(); }
    bool is_attached() const { return attached_ != nullptr; }

    /// Whether queries are answered: its file opens, and is not still being built again.
    bool is_served() const;

    /// Whether its checkpoint says that the log has lost something.
    bool finds_history_lost() const { return history_lost_; }

    result<query_answer> query(url_query_parameters const& parameters, query_options const& how);

private:
    // Lives as long as the commit step may still hold the view.
    struct writer {
        view_database into;
        std::unique_ptr<projection> with;  // its statements go before the connection
    };

    result<void> try_open();
    bool is_distrusted() const;
    void read_with(std::shared_ptr<reader_pool> readers);
    result<bool> begin_again();
    result<void> check_history(checkpoint const& at);
    result<bool> next_batch();
    result<bool> attach();
    result<void> keep_house();
    void note_poison(error what);
    void look_for_room(error const& why) const;
    void hold_appends(std::string_view why);
    timestamp end_of_pause(int attempts) const;
    bool has_dropped_out() const;
    bool rests(view_moment const& moment) const;

    view_plan plan_;
    view_surroundings const& in_;
    sqlite::location file_;
    std::shared_ptr<view_progress> progress_ = std::make_shared<view_progress>();
    std::shared_ptr<writer> writer_;
    std::shared_ptr<inline_projection> attached_;
    std::mutex sharing_;  // guards what follows: whoever queries keeps it until he is done
    std::shared_ptr<reader_pool> readers_;
    std::atomic<std::uint64_t> shown_ = 0;    // the position that it is not served before any more
    std::optional<sqlite::database> keeper_;  // moves the WAL of an inline view into its file
    int rebuilds_ = 0;                        // since the start
    std::optional<timestamp> rebuild_at_ = {};  // not before, after the last one
    bool is_known_to_log_ = false;              // attached, dropped out or expected
    bool was_part_ = false;                     // of the commit step, perhaps in an earlier life
    std::atomic<bool> history_lost_ = false;
};

}  // namespace diptych::read
