#include "read/view_set.hpp"

#include "read/typed_plan.hpp"
#include "read/view_set_parts.hpp"

#include <diptych/try.hpp>

#include <mutex>
#include <utility>

namespace diptych::read {

view_set::view_set(
    log::sequenced_log& of, std::filesystem::path directory, clock& time, view_options how
) {
    auto events = known_events(how.events);
    auto older = std::make_shared<older_shapes const>(how.events);
    auto& on = sqlite::location{directory, how.files}.disk();
    parts_.reset(new parts{
        .in = {.log = of, .time = time, .directory = directory, .options = std::move(how)},
        .events = std::move(events),
        .older = std::move(older),
        .choices = {on, directory},
    });
}

view_set::~view_set() = default;

result<std::string> view_set::add_text(std::string_view file, std::string_view text) {
    DIPTYCH_TRY(auto plan, parts_->plan({.file = std::string{file}, .text = std::string{text}}));
    auto name = plan.definition->name;
    DIPTYCH_TRY(parts_->add(std::move(plan)));
    return name;
}

result<std::string> view_set::check_text(std::string_view file, std::string_view text) const {
    DIPTYCH_TRY(
        auto const plan, parts_->plan({.file = std::string{file}, .text = std::string{text}})
    );
    return plan.definition->name;
}

result<void> view_set::add(model::view const& view) {
    DIPTYCH_TRY(auto plan, plan_view(view));
    return parts_->add(parts_->fitting(std::move(plan)));
}

result<offered> view_set::offer(std::string_view file, std::string_view text, bool by_itself) {
    DIPTYCH_TRY(auto plan, parts_->plan({.file = std::string{file}, .text = std::string{text}}));
    offered made{
        .name = plan.definition->name,
        .version = plan.version,
        .warnings = plan.definition->warnings,
    };
    if (auto const known = parts_->find(made.name)) {
        if (!(*known)->served()->plan()->text)
            return fail(
                errc::invalid,
                "typed_view",
                "view '" + made.name + "' is written in C++: change the program"
            );
        DIPTYCH_TRY(made.version, (*known)->offer(std::move(plan), by_itself));
        made.is_served = (*known)->served()->id() == made.version;
        return made;
    }
    // Nobody is shown rows of a part of the log.
    auto const end = parts_->in.log.durable_end().position;
    auto const view = parts_->versions_of(std::move(plan), end);
    view->start();
    made.is_new = true;
    made.is_served = view->served()->is_served();
    {
        auto const lock = std::scoped_lock(parts_->adding);
        parts_->views.push_back(view);
    }
    auto const lock = std::scoped_lock(parts_->waking);
    if (parts_->added) parts_->added(made.name);
    return made;
}

result<void> view_set::start() {
    if (auto made = parts_->in.disk().make_directories(parts_->in.directory); !made) {
        made.error().code = "views_directory";
        return made;
    }
    // What a process left that was killed.
    parts_->past.clear();
    DIPTYCH_TRY(parts_->choices.load());
    auto const all = parts_->all();
    for (auto const& one : all) one->start();
    // Inline views first: commands wait for them. What stops a view stops nothing else.
    for (auto const is_inline : {true, false})
        for (auto const& one : all) {
            auto const served = one->served();
            if (served->is_inline() != is_inline) continue;
            if (served->now().state != view_state::failed) (void)one->catch_up();
        }
    return {};
}

result<bool> view_set::step(std::string_view name) {
    DIPTYCH_TRY(auto* const view, parts_->find(name));
    return view->step();
}

result<std::optional<std::chrono::microseconds>> view_set::build_step() {
    using rest = std::optional<std::chrono::microseconds>;
    auto const all = parts_->all();
    auto& time = parts_->in.time;
    std::optional<error> failed;  // stops no other view
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const& one = all[parts_->turn++ % all.size()];
        auto const began = time.now();
        auto const more = one->build(parts_->pace.piece());
        if (!more) failed = more.error();
        if (!more || !*more) continue;
        auto const counted = parts_->in.log.statistics();
        auto const now = time.now();
        return rest{parts_->pace.rest_after(
            now - began, now, {.groups = counted.groups, .commit_us = counted.commit_us}
        )};
    }
    if (failed) return std::unexpected(*std::move(failed));
    return rest{};
}

result<void> view_set::finish_build(std::string_view name) {
    DIPTYCH_TRY(auto* const view, parts_->find(name));
    while (view->is_building()) {
        DIPTYCH_TRY(auto const more, view->build(std::chrono::seconds{1}));
        for (auto const& one : view->versions()) {
            if (one.standing != version_standing::building) continue;
            if (one.last_error) return std::unexpected(*one.last_error);
            if (parts_->in.options.progress)
                parts_->in.options.progress(
                    name, one.at.position.value, one.at.position.value + one.lag
                );
        }
        (void)more;
    }
    return {};
}

result<view_versions*> view_set::versions(std::string_view name) const {
    return parts_->find(name);
}

void view_set::on_added(std::function<void(std::string_view name)> tell) {
    std::scoped_lock const guard{parts_->waking};
    parts_->added = std::move(tell);
}

result<void> view_set::resume(std::string_view name) {
    DIPTYCH_TRY(auto* const view, parts_->find(name));
    view->resume();
    return {};
}

result<void> view_set::catch_up(std::string_view name) {
    DIPTYCH_TRY(auto* const view, parts_->find(name));
    return view->catch_up();
}

}  // namespace diptych::read
