#include "read/past_views.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::size_t pasts_max = 4;
constexpr auto patience = std::chrono::seconds{1};  // of whoever asks for what is not built yet
constexpr auto forgotten_after = std::chrono::seconds{30};

view_surroundings aside(view_surroundings const& of) {
    auto options = of.options;
    options.progress = {};
    return {
        .log = of.log,
        .time = of.time,
        .directory = of.directory / "past",
        .options = std::move(options),
    };
}

}  // namespace

struct past_views::past {
    past(view_plan const& plan, position when, view_surroundings const& in, std::string id)
        : at(when),
          of(plan.definition),
          view(plan, in, {.id = std::move(id), .role = view_role::beside}) {}
    ~past() { (void)sqlite::remove(view.file()); }
    past(past const&) = delete;
    past& operator=(past const&) = delete;

    position const at;
    std::shared_ptr<view_definition const> const of;
    live_view view;  // moved on under building_, until it is built
    std::atomic<bool> is_built = false;
    timestamp asked_at = {};  // guarded by mutex_
};

past_views::past_views(view_surroundings const& of) : in_(aside(of)) {}

past_views::~past_views() = default;

void past_views::clear() {
    auto& disk = in_.disk();
    for (auto const& folder : {in_.directory, in_.directory.parent_path() / "replay"}) {
        auto const names = disk.list(folder);
        if (!names) continue;
        for (auto const& name : *names) (void)disk.remove(folder / name);
    }
}

result<past_views::past_ptr> past_views::find(view_plan const& plan, position at) {
    auto const lock = std::scoped_lock(mutex_);
    auto const is_it = [&](past_ptr const& one) {
        return one->at == at && one->of == plan.definition;
    };
    auto const now = in_.time.now();
    if (auto const known = std::ranges::find_if(built_, is_it); known != built_.end()) {
        std::rotate(known, known + 1, built_.end());
        built_.back()->asked_at = now;
        return built_.back();
    }
    DIPTYCH_TRY(in_.disk().make_directories(in_.directory));
    if (built_.size() == pasts_max) {
        // One that is being built for somebody who asks again is not begun for nothing.
        auto const is_idle = [&](past_ptr const& one) {
            auto const is_waited_for = !one->is_built && now - one->asked_at < forgotten_after;
            return one.use_count() == 1 && !is_waited_for;
        };
        auto const oldest = std::ranges::find_if(built_, is_idle);
        if (oldest == built_.end())
            return fail(
                errc::unavailable,
                "too_many_pasts",
                fmt::format("{} views as of earlier positions are being asked already", pasts_max)
            );
        built_.erase(oldest);
    }
    // A number of its own: who asked last may still have the file of the same view and position.
    auto id = fmt::format("{}.{}-{}", plan.version, at.value, ++made_);
    auto made = std::make_shared<past>(plan, at, in_, std::move(id));
    made->view.open();
    if (auto const failed = made->view.now(); failed.last_error)
        return std::unexpected(*failed.last_error);
    made->asked_at = now;
    built_.push_back(made);
    return made;
}

std::unexpected<error> past_views::not_built(past const& one) const {
    return std::unexpected(error{
        .kind = errc::unavailable,
        .code = "past_not_built",
        .message = fmt::format(
            "view '{}' as of position {} is being built, and at {}; ask again",
            one.view.name(),
            one.at.value,
            one.view.now().at.position.value
        ),
        // What a time means may change until it is asked again.
        .facts = {{"as_of", std::to_string(one.at.value)}}
    });
}

// By one at a time, in the time of who asks: the others do not wait for him.
result<void> past_views::build(past& one) {
    if (one.is_built) return {};
    auto const alone = std::unique_lock(building_, std::try_to_lock);
    if (!alone) return not_built(one);
    auto const until = in_.time.now() + patience;
    while (true) {
        DIPTYCH_TRY(auto const is_there, one.view.step_up_to(one.at));
        if (is_there) break;
        if (in_.time.now() >= until) return not_built(one);
    }
    one.is_built = true;
    return {};
}

result<query_answer> past_views::query(
    view_plan const& plan,
    position at,
    url_query_parameters const& parameters,
    query_options const& how
) {
    DIPTYCH_TRY(auto const one, find(plan, at));
    DIPTYCH_TRY(build(*one));
    return one->view.query(parameters, how);
}

}  // namespace diptych::read
