// The part that an inline view has in commits, and who has it.
#include "base/planted_bug.hpp"
#include "read/live_view.hpp"
#include "read/view_text.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::read {

namespace {

constexpr sqlite::options beside_writer{.automatic_checkpoint = false, .is_second = true};

constexpr std::uint64_t page_bytes = 4096;  // as SQLite makes them

// A group of appends may come between catching up and taking part.
constexpr int attach_attempts = 1000;

}  // namespace

// By its rows it refuses commands: they must be what the log makes of them.
result<void> live_view::fit_for_part() const {
    if (!writer_->into.parking().is_diverged) return {};
    return fail(
        errc::unavailable,
        "view_diverged",
        "view '" + name_ +
            "' has parked events and takes no part in commits: rebuild it, or compare it with a "
            "replay when nothing is parked any more"
    );
}

result<bool> live_view::attach(std::function<void()> shown) {
    if (!was_part_ && how_.before_part) {
        if (auto const noted = how_.before_part(); !noted) {
            // Nothing is recorded meanwhile that it might have refused.
            if (is_inline_) hold_appends(noted.error().message);
            return std::unexpected(noted.error());
        }
    }
    auto const keep = writer_;
    auto part = std::make_shared<inline_projection>(
        name_,
        std::shared_ptr<view_database>{keep, &keep->into},
        std::shared_ptr<projection>{keep, keep->with.get()},
        [progress = progress_, hints = in_.hints, shown = std::move(shown)](token const& at
        ) mutable {
            progress->change([&](view_moment& now) { now.at = at; });
            if (auto const tell = std::exchange(shown, nullptr)) tell();
            hints->give();
        }
    );
    auto const at = is_planted(bug::attached_behind) ? in_.log.durable_end().position
                                                     : writer_->into.at().at.position;
    auto const done = in_.log.attach(part, at);
    if (!done && done.error().kind == errc::conflict) return true;  // the log has moved on
    if (!done) return std::unexpected(done.error());
    attached_ = std::move(part);
    is_known_to_log_ = true;
    was_part_ = true;
    progress_->change([](view_moment& now) { now.state = view_state::running; });
    in_.hints->give();
    return false;
}

// So that no append waits for it.
result<void> live_view::keep_house() {
    auto const wal = file_.disk().look_at(file_.string() + "-wal");
    auto const most = static_cast<std::uint64_t>(in_.options.wal_pages) * page_bytes;
    if (!wal || wal->bytes < most) return {};
    if (!keeper_) {
        DIPTYCH_TRY(keeper_, sqlite::database::open(file_, beside_writer));
    }
    auto moved = keeper_->checkpoint();
    if (!moved) look_for_room(moved.error());
    return moved;
}

// The commit step's connection leaves the WAL alone: keep_house() moves it.
void live_view::move_after(int wal_pages) const {
    if (writer_) writer_->into.connection().move_after(wal_pages);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): each attempt hands it on
result<void> live_view::serve(std::function<void()> shown) {
    if (!writer_)
        return fail(errc::unavailable, "view_not_started", "view '" + name_ + "' is not open");
    if (auto const why = reason_to_begin_again())
        return fail(errc::unavailable, "distrusted", *why);
    how_.role = view_role::served;
    if (!plan()->definition->is_inline) return {};
    move_after(0);
    // Who has the part now keeps it until it is taken over: nothing here may hold appends up.
    auto const back = [&](error why) {
        stand_aside(true);
        return std::unexpected(std::move(why));
    };
    for (auto attempt = 0; attempt < attach_attempts; ++attempt) {
        auto const moved = next_batch(limits());
        if (!moved) return back(moved.error());
        if (auto const now = progress_->now(); now.last_error) return back(*now.last_error);
        if (auto const fit = fit_for_part(); !fit) return back(fit.error());
        auto const more = *moved ? *moved : attach(shown);
        if (!more) return back(more.error());
        if (*more) continue;
        is_inline_ = true;
        return {};
    }
    return back(error{
        .kind = errc::unavailable,
        .code = "view_behind",
        .message = "view '" + name_ + "' does not come to the end of the log",
        .facts = {},
    });
}

void live_view::stand_aside(bool is_replaced) {
    if (is_known_to_log_ && !is_replaced) in_.log.detach(name_);
    is_known_to_log_ = false;
    was_part_ = false;
    how_.was_part = false;
    how_.role = view_role::beside;
    is_inline_ = false;
    if (std::exchange(attached_, nullptr) && writer_) writer_->into.roll_back();
    keeper_.reset();
    move_after(in_.options.wal_pages);
    progress_->change([](view_moment& now) {
        if (now.state == view_state::detached) now.state = view_state::running;
    });
}

result<void> live_view::redefine(view_plan plan) {
    // Who sees which rows is in the text, too: an older one must not come back.
    if (plan.text && writer_) {
        DIPTYCH_TRY(auto const own, sqlite::database::open(file_, beside_writer));
        DIPTYCH_TRY(keep_text(own, *plan.text));
    }
    auto const is_inline = plan.definition->is_inline;
    auto const was = this->plan();
    {
        auto const lock = std::scoped_lock(sharing_);
        plan_ = std::make_shared<view_plan const>(std::move(plan));
    }
    if (how_.role != view_role::served || is_inline == is_inline_) {
        redefine_parking(*was->definition);
    } else if (is_inline_) {
        stand_aside(false);
        how_.role = view_role::served;
        redefine_parking(*was->definition);
    } else {
        take_part_again(false);
    }
    return {};
}

void live_view::take_part_again(bool was_part) {
    how_.role = view_role::served;
    if (!plan()->definition->is_inline) return;
    is_inline_ = true;
    was_part_ = was_part;
    if (was_part) hold_appends("it takes part in commits again");
    move_after(0);
    progress_->change([](view_moment& now) {
        if (now.state == view_state::running) now.state = view_state::detached;
    });
}

}  // namespace diptych::read
