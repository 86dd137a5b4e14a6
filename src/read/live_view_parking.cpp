// What a view does with events that it parks.
#include "base/planted_bug.hpp"
#include "read/live_view.hpp"
#include "read/misfit.hpp"
#include "read/retry_parked.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::read {

namespace {

std::unexpected<error> not_open(std::string const& name) {
    return fail(errc::unavailable, "view_not_started", "view '" + name + "' is not open");
}

}  // namespace

bool live_view::is_to_park(error const& what) const {
    if (is_inline_ || !plan()->definition->parks || !is_fault_of_event(what)) return false;
    if (what.code == "dead_letters_full") return false;
    return progress_->now().attempts + 1 >= in_.options.attempts_max;
}

result<bool> live_view::park(error what) {
    auto const attempts = progress_->now().attempts + 1;
    auto const most = in_.options.dead_letters_max;
    auto const done =
        park_next(writer_->into, *writer_->with, in_.log, in_.time, what, attempts, most);
    if (done) {
        progress_->change([&](view_moment& now) {
            now.at = writer_->into.at().at;
            now.parking = writer_->into.parking();
            now.attempts = 0;
            now.last_error.reset();
            now.retry_at.reset();
        });
        in_.hints->give();
        return true;
    }
    if (done.error().code == "dead_letters_full") {
        what.code = done.error().code;
        what.message += "; " + done.error().message;
        note_poison(std::move(what));
        in_.hints->give();
        return false;
    }
    return not_carried(done.error());
}

result<parking_outcome> live_view::change_parked(
    change_of_parked change, std::optional<position> only
) {
    if (!writer_) return not_open(name_);
    // It takes part in commits only with nothing parked.
    if (attached_ && !only) return parking_outcome{};
    if (attached_)
        return fail(
            errc::not_found,
            "no_such_dead_letter",
            "view '" + name_ + "' takes part in commits and has no dead letters"
        );
    auto const with = change == change_of_parked::retry ? retry_parked : drop_parked;
    auto done = with(writer_->into, *writer_->with, in_.log, in_.time, only);
    if (!done) {
        look_for_room(done.error());
        return done;
    }
    progress_->change([&](view_moment& now) { now.parking = writer_->into.parking(); });
    // There may be room for the event that it stopped at.
    resume();
    in_.hints->give();
    return done;
}

result<std::vector<dead_letter>> live_view::parked(position after, std::size_t limit) const {
    DIPTYCH_TRY(
        auto const in, sqlite::database::open(file_, {.mode = sqlite::open_mode::read_only})
    );
    DIPTYCH_TRY(auto const at, read_checkpoint(in, file_.path));
    if (!at.has_dead_letters) return std::vector<dead_letter>{};
    return list_dead_letters(in, after, limit);
}

result<void> live_view::settle(std::uint64_t changes) {
    if (!writer_) return not_open(name_);
    if (attached_) return {};
    auto& into = writer_->into;
    DIPTYCH_TRY(into.begin());
    auto& state = into.parking_now();
    if (!state.is_diverged || state.parked > 0 || state.changes != changes) {
        into.roll_back();
        return {};
    }
    state.is_diverged = false;
    ++state.changes;
    DIPTYCH_TRY(into.commit(into.at()));
    progress_->change([&](view_moment& now) { now.parking = into.parking(); });
    in_.hints->give();
    return {};
}

// Keys may be found otherwise now, and who stopped at an event may go on behind it.
void live_view::redefine_parking(view_definition const& was) {
    auto const now = plan();
    if (attached_ || !writer_) return;
    if (key_rule(was.keys) != key_rule(now->definition->keys)) return open();
    if (now->definition->parks && !was.parks) resume();
}

}  // namespace diptych::read
