#include "read/past_views.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::size_t pasts_max = 4;
constexpr auto patience = std::chrono::seconds{1};  // of whoever asks for what is not built yet

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
    std::mutex building;
    live_view view;  // moved on under `building`
};

past_views::past_views(view_surroundings const& of) : in_(aside(of)) {}

past_views::~past_views() = default;

// What a process left that was killed is no one's.
result<void> past_views::clear() {
    auto const folder = in_.file_of("", "");
    auto& disk = folder.disk();
    DIPTYCH_TRY(disk.make_directories(in_.directory));
    DIPTYCH_TRY(auto const names, disk.list(in_.directory));
    for (auto const& name : names) {
        DIPTYCH_TRY(disk.remove(in_.directory / name));
    }
    is_clear_ = true;
    return {};
}

result<past_views::past_ptr> past_views::find(view_plan const& plan, position at) {
    auto const lock = std::scoped_lock(mutex_);
    auto const is_it = [&](past_ptr const& one) {
        return one->at == at && one->of == plan.definition;
    };
    if (auto const known = std::ranges::find_if(built_, is_it); known != built_.end()) {
        std::rotate(known, known + 1, built_.end());
        return built_.back();
    }
    if (!is_clear_) {
        DIPTYCH_TRY(clear());
    }
    if (built_.size() == pasts_max) {
        auto const is_idle = [](past_ptr const& one) { return one.use_count() == 1; };
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
    built_.push_back(made);
    return made;
}

result<void> past_views::build(past& one) const {
    auto const lock = std::scoped_lock(one.building);
    auto const until = in_.time.now() + patience;
    while (true) {
        DIPTYCH_TRY(auto const is_there, one.view.step_up_to(one.at));
        if (is_there) return {};
        if (in_.time.now() < until) continue;
        return fail(
            errc::unavailable,
            "past_not_built",
            fmt::format(
                "view '{}' as of position {} is being built, and at {}; ask again",
                one.view.name(),
                one.at.value,
                one.view.now().at.position.value
            )
        );
    }
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
