#include "read/view_replays.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::read {

view_replays::view_replays(std::string view, view_surroundings const& in)
    : view_(std::move(view)), in_(in) {}

std::unexpected<error> view_replays::compared_already() const {
    return fail(
        errc::unavailable, "compared_already", "view '" + view_ + "' is being compared already"
    );
}

result<std::filesystem::path> view_replays::scratch_folder() const {
    auto folder = in_.directory / "replay";
    DIPTYCH_TRY(in_.disk().make_directories(folder));
    return folder;
}

// The one that gives way has ended soon; any other one goes on.
std::unique_lock<std::mutex> view_replays::turn() {
    auto alone = std::unique_lock(alone_, std::try_to_lock);
    if (alone) return alone;
    {
        auto const lock = std::scoped_lock(noting_);
        if (!gives_way_.stop_possible()) return std::unique_lock(alone_, std::try_to_lock);
        gives_way_.request_stop();
    }
    alone.lock();
    return alone;
}

result<view_comparison> view_replays::compare(live_view const& one, replay_options const& how) {
    auto const alone = how.gives_way ? std::unique_lock(alone_, std::try_to_lock) : turn();
    if (!alone) return compared_already();
    auto ended = std::stop_source(std::nostopstate);
    if (how.gives_way) ended = std::stop_source();
    auto const forward = [&ended] { ended.request_stop(); };
    auto const forwarding = std::stop_callback(how.stop, forward);
    auto const set_giver = [this](std::stop_source const& which) {
        auto const lock = std::scoped_lock(noting_);
        gives_way_ = which;
    };
    set_giver(ended);
    auto made = replay(one, how, how.gives_way ? ended.get_token() : how.stop);
    set_giver(std::stop_source(std::nostopstate));
    note(one, made);
    return made;
}

result<view_comparison> view_replays::replay(
    live_view const& one, replay_options const& how, std::stop_token const& stop
) {
    DIPTYCH_TRY(auto const scratch, scratch_folder());
    auto const copy = sqlite::location{scratch / one.file().path.filename(), one.file().vfs};
    DIPTYCH_TRY(sqlite::remove(copy));  // of one that was killed
    auto progress = std::function<void(position, position)>{};
    if (how.progress)
        progress = [&](position done, position end) { how.progress(done, end, stop); };
    auto made = check_view(
        *one.plan(),
        one.file(),
        in_.log,
        in_.time,
        {.scratch = scratch,
         .differences_max = how.differences_max,
         .progress = std::move(progress),
         .stop = stop}
    );
    if (!made) (void)sqlite::remove(copy);
    return made;
}

void view_replays::note(live_view const& one, result<view_comparison> const& made) {
    if (!made && made.error().code == "replay_ended") return;
    replay_check noted{.id = one.id(), .when = in_.time.now()};
    if (made) {
        noted.at = made->at;
        noted.rows = made->rows;
        noted.different = made->different;
    } else {
        noted.at = one.now().at;
        noted.failed = made.error();
    }
    auto const lock = std::scoped_lock(noting_);
    checked_ = std::move(noted);
}

std::optional<replay_check> view_replays::last_check(std::string_view id) const {
    auto const lock = std::scoped_lock(noting_);
    if (!checked_ || checked_->id != id) return std::nullopt;
    return checked_;
}

result<what_if_answer> view_replays::what_if(
    view_plan const& is,
    view_plan const& would_be,
    altered_history const& otherwise,
    std::size_t differences_max,
    std::stop_token const& stop
) {
    auto const alone = turn();
    if (!alone) return compared_already();
    DIPTYCH_TRY(auto const scratch, scratch_folder());
    return compare_what_if(
        is,
        would_be,
        otherwise,
        in_.log,
        {.scratch = {scratch, in_.options.files}, .differences_max = differences_max, .stop = stop}
    );
}

}  // namespace diptych::read
