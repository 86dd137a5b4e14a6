#include "read/live_view.hpp"
#include "read/run_query.hpp"

#include <utility>

namespace diptych::read {

std::shared_ptr<view_plan const> live_view::plan() const {
    auto const lock = std::scoped_lock(sharing_);
    return plan_;
}

bool live_view::is_served() const {
    auto const now = progress_->now();
    return now.state != view_state::failed && now.at.position.value >= shown_;
}

// What is about to be made again is a matter of time.
error live_view::failure_to_show(error what) const {
    if (!is_damage(what) || !is_made_again_when_damaged()) return what;
    what.kind = errc::unavailable;
    what.code = "view_rebuilt";
    what.message = "view '" + name_ + "' is built again: " + what.message;
    return what;
}

result<query_answer> live_view::query(
    url_query_parameters const& parameters, query_options const& how
) {
    // The file first: a newer one is never taken for as far as an older one was.
    auto const [readers, plan] = [&] {
        auto const lock = std::scoped_lock(sharing_);
        return std::pair{readers_, plan_};
    }();
    auto const now = progress_->now();
    if (now.state == view_state::failed) return std::unexpected(failure_to_show(*now.last_error));
    if (!readers)
        return fail(
            errc::unavailable, "view_not_started", "view '" + name_ + "' has not been started"
        );
    if (now.at.position.value < shown_)
        return fail(
            errc::unavailable,
            "view_rebuilt",
            "view '" + name_ + (is_new() ? "' is being built" : "' is built again") +
                ", and at position " + std::to_string(now.at.position.value) + " of " +
                std::to_string(shown_)
        );
    auto answer = run_query(
        {.readers = *readers,
         .of = plan->served_table(),
         .allowed = plan->definition->served,
         .version = plan->version},
        parameters,
        how,
        {.time = in_.time, .most = in_.options.query_time_max}
    );
    // Its file may have been another one by then, and is not to blame for what that was like.
    auto const is_same = [&] {
        auto const lock = std::scoped_lock(sharing_);
        if (readers_ != readers) return false;
        if (!answer) look_for_damage(answer.error());
        return true;
    }();
    if (!is_same)
        return fail(
            errc::unavailable,
            "view_rebuilt",
            "view '" + name_ + "' is built again since the query began"
        );
    if (!answer) return std::unexpected(failure_to_show(answer.error()));
    // An inline view does not write its checkpoint for appends that do not concern it.
    if (answer->at < now.at) answer->at = now.at;
    return answer;
}

}  // namespace diptych::read
