#include "read/live_view.hpp"

#include "base/planted_bug.hpp"
#include "read/view_text.hpp"
#include "read/view_version.hpp"

#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

sqlite::location view_surroundings::file_of(std::string_view name, std::string_view id) const {
    return {read::file_of(directory, name, id), options.files};
}

storage::disk& view_surroundings::disk() const {
    return sqlite::location{directory, options.files}.disk();
}

live_view::live_view(view_plan plan, view_surroundings const& in, live_view_options how)
    : name_(plan.definition->name),
      in_(in),
      how_(std::move(how)),
      file_(in.file_of(name_, how_.id)),
      plan_(std::make_shared<view_plan const>(std::move(plan))),
      shown_(how_.not_before.value),
      is_inline_(how_.role == view_role::served && plan_->definition->is_inline) {
    if (is_inline_) progress_->change([](view_moment& now) { now.state = view_state::detached; });
}

live_view::~live_view() {
    if (is_known_to_log_) in_.log.detach(name_);
}

void live_view::open() {
    bool const is_inline = is_inline_;
    if (auto const opened = try_open()) {
        history_lost_ = false;
        progress_->change([&](view_moment& now) {
            now = {.at = now.at, .parking = now.parking};
            if (is_inline) now.state = view_state::detached;
        });
    } else {
        look_for_room(opened.error());
        look_for_damage(opened.error());
        writer_.reset();
        read_with(nullptr);
        progress_->change([&](view_moment& now) {
            now.state = view_state::failed;
            now.last_error = opened.error();
            now.retry_at = end_of_pause(now.attempts++);
        });
        // It promises to show and to refuse, and can do neither.
        if (is_inline) hold_appends(opened.error().message);
    }
    in_.hints->give();
}

void live_view::look_for_room(error const& why) const {
    if (in_.options.is_beside_log) in_.log.ran_out(why);
}

void live_view::hold_appends(std::string_view why) {
    in_.log.expect(name_, why);
    is_known_to_log_ = true;
}

result<void> live_view::try_open() {
    bool const is_inline = is_inline_;
    auto const plan = this->plan();
    auto const log_id = in_.log.durable_end().log_id;
    // Its file is begun anew, but the view is not new: appends wait for it.
    if (is_inline && sqlite::is_distrusted(file_)) {
        was_part_ = true;
        hold_appends("it is built again");
    }
    auto const pages = in_.options.wal_pages;
    DIPTYCH_TRY(auto into, view_database::open(file_, log_id, plan->create, is_inline, pages));
    DIPTYCH_TRY(check_history(into.at()));
    writer_ = std::make_shared<writer>(writer{.of = plan, .into = std::move(into), .with = {}});
    if (plan->text) {
        DIPTYCH_TRY(keep_text(writer_->into.connection(), *plan->text));
    }
    DIPTYCH_TRY(writer_->with, plan->project(writer_->into.connection()));
    progress_->change([&](view_moment& now) {
        now.at = writer_->into.at().at;
        now.parking = writer_->into.parking();
    });
    read_with(std::make_shared<reader_pool>(file_, in_.options.connections_max));
    // Appends were held to it before: none may pass it by now.
    // What has parked anything was async.
    auto const shows =
        writer_->into.at().at.position.value > 0 && !writer_->into.parking().is_diverged;
    was_part_ = was_part_ || (is_inline && how_.was_part.value_or(shows));
    if (is_inline && (was_part_ || is_known_to_log_)) hold_appends("it catches up");
    return {};
}

// A copied or rolled-back folder is noticed here and not followed.
result<void> live_view::check_history(checkpoint const& of) {
    auto const end = in_.log.durable_end();
    auto const where = file_.string() + " is at " + to_string(of.at);
    if (of.log_id != end.log_id)
        return fail(
            errc::corrupt,
            "foreign_view",
            where + " of another log; delete the file to build the view again"
        );
    if (of.at.position.value == 0) return {};
    if (of.at.position > end.position) {
        history_lost_ = true;
        return fail(
            errc::corrupt,
            "checkpoint_beyond_log",
            where + ", but the log ends at " + to_string(token{end.epoch, end.position}) +
                ": the log has lost events that were acknowledged, or the folders do not belong "
                "together"
        );
    }
    DIPTYCH_TRY(auto const chain, in_.log.chain_at(of.at.position));
    if (chain == of.chain) return {};
    history_lost_ = true;
    return fail(
        errc::corrupt,
        "other_history",
        where +
            ", but the log's hash chain is another one there: the log was put back to an older "
            "state and has gone on differently since"
    );
}

// Only the log can say so: the commit step may be inside the view for a while after it has failed.
bool live_view::has_dropped_out() const {
    auto const out = in_.log.detached_views();
    return std::ranges::find(out, name_) != out.end();
}

// A clock that was set back makes no rest longer.
bool live_view::rests(view_moment const& moment) const {
    auto const now = in_.time.now();
    return moment.retry_at && now < *moment.retry_at &&
           *moment.retry_at - now <= in_.options.pause_max;
}

void live_view::read_with(std::shared_ptr<reader_pool> readers) {
    auto const lock = std::scoped_lock(sharing_);
    readers_.swap(readers);
}

result<bool> live_view::step(std::optional<std::chrono::microseconds> time_max) {
    // On a disk that goes on failing it is not built again and again.
    auto const may = !rebuild_at_ || in_.time.now() >= *rebuild_at_ ||
                     *rebuild_at_ - in_.time.now() > in_.options.pause_max;
    auto const now = progress_->now();
    if (auto const why = reason_to_begin_again()) {
        if (may) return begin_again(*why);
        if (now.state == view_state::failed) return false;
    }
    if (now.state == view_state::paused) return false;
    if (now.state == view_state::failed) {
        if (rests(now)) return false;
        open();
        return progress_->now().state != view_state::failed;
    }
    if (attached_) {
        if (!has_dropped_out()) {
            if (auto const kept = keep_house(); !kept) {
                look_for_damage(kept.error());
                return std::unexpected(kept.error());
            }
            return false;
        }
        attached_.reset();
        writer_->into.roll_back();
        progress_->change([](view_moment& moment) { moment.state = view_state::detached; });
    }
    if (rests(now)) return false;
    auto most = limits();
    most.time_max = std::min(most.time_max, time_max.value_or(most.time_max));
    DIPTYCH_TRY(auto const more, next_batch(most));
    auto const goes_on = more && !is_planted(bug::attached_behind);
    if (goes_on || progress_->now().last_error || !is_inline_) return more;
    if (auto const fit = fit_for_part(); !fit) {
        progress_->change([&](view_moment& moment) { moment.last_error = fit.error(); });
        return false;
    }
    return attach({});
}

result<bool> live_view::step_up_to(position last) {
    DIPTYCH_ASSERT(!is_inline_, "a part of commits is where the log is");
    if (!writer_)
        return fail(errc::unavailable, "view_not_started", "view '" + name_ + "' is not open");
    auto most = limits();
    most.last = last;
    DIPTYCH_TRY(next_batch(most));
    auto const now = progress_->now();
    if (now.last_error) return std::unexpected(*now.last_error);
    return now.at.position >= last;
}

batch_limits live_view::limits() const {
    return {
        .events_max = in_.options.batch_events_max,
        .bytes_max = in_.options.batch_bytes_max,
        .time_max = in_.options.batch_time_max,
        .parked_max = in_.options.dead_letters_max,
    };
}

// Whoever steps hears of it; the view tries again after a pause.
result<bool> live_view::not_carried(error why) {
    look_for_room(why);
    look_for_damage(why);
    // Nor is anything recorded meanwhile that it might have refused, were it new.
    if (is_inline_) hold_appends(why.message);
    auto const pause = in_.options.pause_min;
    progress_->change([&](view_moment& now) {
        now.last_error = why;
        now.retry_at = in_.time.now() + pause;
    });
    in_.hints->give();
    return std::unexpected(std::move(why));
}

result<bool> live_view::next_batch(batch_limits const& limits) {
    auto done = project_batch(writer_->into, *writer_->with, in_.log, in_.time, limits);
    if (!done) return not_carried(std::move(done).error());
    progress_->change([&](view_moment& now) {
        // As a part of commits it has not written down where it was for events of no concern to it.
        now.at = std::max(now.at, writer_->into.at().at);
        now.parking = writer_->into.parking();
        if (done->events > 0 || !done->poison) {
            now.attempts = 0;
            now.last_error.reset();
            now.retry_at.reset();
        }
    });
    if (done->poison && is_to_park(*done->poison)) return park(*std::move(done->poison));
    auto const is_stuck = done->poison.has_value();
    if (is_stuck) note_poison(*std::move(done->poison));
    if (done->events > 0 || is_stuck) in_.hints->give();
    return done->more && !is_stuck;
}

timestamp live_view::end_of_pause(int attempts) const {
    auto const& options = in_.options;
    auto const pause = options.pause_min * (1l << std::min(attempts, 20));
    return in_.time.now() + std::min<std::chrono::microseconds>(pause, options.pause_max);
}

void live_view::note_poison(error what) {
    look_for_damage(what);
    // What is new and can not be built refuses nothing.
    if (was_part_) {
        hold_appends(what.message);
    } else if (is_known_to_log_) {
        in_.log.detach(name_);
        is_known_to_log_ = false;
    }
    auto const& options = in_.options;
    progress_->change([&](view_moment& now) {
        now.last_error = std::move(what);
        auto const attempt = now.attempts++;
        if (now.attempts >= options.attempts_max) {
            now.state = view_state::paused;
            now.retry_at.reset();
            return;
        }
        now.retry_at = end_of_pause(attempt);
    });
}

result<void> live_view::catch_up() {
    auto const goal = in_.log.durable_end().position;
    while (true) {
        DIPTYCH_TRY(auto const more, step());
        auto const now = progress_->now();
        if (now.last_error) return std::unexpected(*now.last_error);
        if (in_.options.progress) in_.options.progress(name_, now.at.position.value, goal.value);
        if (now.at.position >= goal && (attached_ || !is_inline_)) return {};
        if (!more)
            return fail(
                errc::unavailable,
                "view_waits",
                "view '" + name_ + "' has not come to the end of the log"
            );
    }
}

void live_view::resume() {
    bool const is_inline = is_inline_;
    progress_->change([&](view_moment& now) {
        if (now.state != view_state::paused) return;
        now.state = is_inline ? view_state::detached : view_state::running;
        now.attempts = 0;
        now.retry_at.reset();
    });
}

}  // namespace diptych::read
