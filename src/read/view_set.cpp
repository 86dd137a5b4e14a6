#include "read/view_set.hpp"

#include "base/planted_bug.hpp"
#include "read/live_view.hpp"
#include "read/query_names.hpp"
#include "read/resolve.hpp"
#include "read/suggest.hpp"
#include "read/typed_plan.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <fstream>
#include <mutex>
#include <sstream>

namespace diptych::read {

std::string_view to_string(view_state state) {
    switch (state) {
        case view_state::running:
            return "running";
        case view_state::paused:
            return "paused";
        case view_state::failed:
            return "failed";
        case view_state::detached:
            return "detached";
    }
    return "unknown";
}

struct view_set::parts {
    view_surroundings in;
    std::vector<known_event> events;
    std::shared_ptr<older_shapes const> older;
    std::vector<std::unique_ptr<live_view>> views = {};
    std::mutex waking = {};  // guards wake
    std::function<void(std::string_view)> wake = {};

    // Not every type is declared that events have: those in the log are known as well.
    result<bool> is_recorded(std::string_view type) const {
        read_options const one{.what = {.items = {{.types = {std::string{type}}}}}, .limit = 1};
        DIPTYCH_TRY(auto const found, in.log.read(one));
        return !found.empty();
    }

    void want(std::string_view name) {
        std::scoped_lock const guard{waking};
        if (wake) wake(name);
    }

    std::vector<std::string> names() const {
        std::vector<std::string> list;
        for (auto const& one : views) list.push_back(one->plan().definition->name);
        return list;
    }

    result<live_view*> find(std::string_view name) const {
        for (auto const& one : views)
            if (one->plan().definition->name == name) return one.get();
        return fail(
            errc::not_found,
            "no_such_view",
            "there is no view '" + std::string{name} + "'" + did_you_mean(name, names())
        );
    }

    result<void> add(view_plan plan) {
        auto const& name = plan.definition->name;
        if (find(name))
            return fail(errc::invalid, "view_twice", "there are two views '" + name + "'");
        if (auto const open = in.log.writable(); !open && open.error().kind == errc::denied) {
            // Another process commits: here there is no commit step to take part in.
            auto follows = *plan.definition;
            follows.is_inline = false;
            plan.definition = std::make_shared<view_definition const>(std::move(follows));
        }
        views.push_back(std::make_unique<live_view>(std::move(plan), in));
        return {};
    }
};

view_set::view_set(
    log::sequenced_log& of, std::filesystem::path directory, clock& time, view_options how
) {
    auto events = known_events(how.events);
    auto older = std::make_shared<older_shapes const>(how.events);
    parts_.reset(new parts{
        .in =
            {.log = of, .time = time, .directory = std::move(directory), .options = std::move(how)},
        .events = std::move(events),
        .older = std::move(older),
    });
}

view_set::~view_set() = default;

result<void> view_set::add_file(std::filesystem::path const& file) {
    std::ifstream const in{file, std::ios::binary};
    std::ostringstream text;
    if (!in || !(text << in.rdbuf()))
        return fail(errc::not_found, "view_file", file.string() + " can not be read");
    return add_text(file.filename().string(), std::move(text).str());
}

result<void> view_set::add_text(std::string_view file, std::string_view text) {
    DIPTYCH_TRY(
        auto plan,
        plan_view(
            {.file = std::string{file}, .text = std::string{text}},
            {.contexts = parts_->events,
             .is_recorded = [this](std::string_view type) { return parts_->is_recorded(type); }},
            parts_->older
        )
    );
    return parts_->add(std::move(plan));
}

result<void> view_set::add(model::view const& view) {
    DIPTYCH_TRY(auto plan, plan_view(view));
    return parts_->add(std::move(plan));
}

result<void> view_set::start() {
    sqlite::location const folder{parts_->in.directory, parts_->in.options.files};
    if (auto made = folder.disk().make_directories(folder.path); !made) {
        made.error().code = "views_directory";
        return made;
    }
    for (auto const& one : parts_->views) one->open();
    // Inline views first: commands wait for them. What stops a view stops nothing else.
    for (auto const is_inline : {true, false})
        for (auto const& one : parts_->views) {
            if (one->plan().definition->is_inline != is_inline) continue;
            if (one->now().state != view_state::failed) (void)one->catch_up();
        }
    return {};
}

std::optional<error> view_set::lost_history() const {
    for (auto const& one : parts_->views)
        if (one->finds_history_lost()) return one->now().last_error;
    return {};
}

result<bool> view_set::step(std::string_view name) {
    DIPTYCH_TRY(auto* const view, parts_->find(name));
    return view->step();
}

std::optional<timestamp> view_set::retry_at(std::string_view name) const {
    auto const view = parts_->find(name);
    return view ? (*view)->now().retry_at : std::nullopt;
}

std::optional<error> view_set::trouble(std::string_view name) const {
    auto const view = parts_->find(name);
    return view ? (*view)->now().last_error : std::nullopt;
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

std::vector<std::string> view_set::names() const { return parts_->names(); }

std::vector<view_status> view_set::status() const {
    auto const end = parts_->in.log.durable_end().position;
    std::vector<view_status> list;
    for (auto const& one : parts_->views) {
        auto const now = one->now();
        list.push_back({
            .name = one->plan().definition->name,
            .is_inline = one->plan().definition->is_inline,
            .version = one->plan().version,
            .at = now.at,
            .lag = end > now.at.position ? end.value - now.at.position.value : 0,
            .state = now.state,
            .is_served = one->is_served(),
            .last_error = now.last_error,
            .warnings = one->plan().definition->warnings,
        });
    }
    return list;
}

std::vector<served_view> view_set::served() const {
    std::vector<served_view> list;
    for (auto const& one : parts_->views) {
        auto const& of = *one->plan().definition;
        auto const& rows = one->plan().served_table();
        auto const is_in = [](std::vector<std::string> const& names, std::string const& name) {
            return std::ranges::find(names, name) != names.end();
        };
        served_view made{
            .name = of.name,
            .is_inline = of.is_inline,
            .version = one->plan().version,
            .columns = {},
            .limit_max = of.served.limit_max,
        };
        for (auto const& column : rows.columns)
            made.columns.push_back({
                .name = column.name,
                .type = to_string(column.type),
                .required = column.required,
                .is_key = is_in(rows.key, column.name),
                .filter = is_in(filterable(rows, of.served), column.name),
                .sort = is_in(sortable(rows, of.served), column.name),
            });
        made.paths = served_paths(of.served);
        made.search = of.served.search;
        list.push_back(std::move(made));
    }
    return list;
}

result<token> view_set::position(std::string_view name) const {
    DIPTYCH_TRY(auto const* const view, parts_->find(name));
    return view->now().at;
}

result<bool> view_set::has_reached(std::string_view name, token const& point) const {
    DIPTYCH_TRY(auto const* const view, parts_->find(name));
    auto& log = parts_->in.log;
    auto known = log.check(point);
    // The process that writes may have gone on since this one looked last.
    if (!known && known.error().code == "future_token" && log.refresh().value_or(false))
        known = log.check(point);
    DIPTYCH_TRY(std::move(known));
    if (is_planted(bug::hint_taken_for_truth)) return true;
    auto const now = view->now();
    if (now.state == view_state::failed) return std::unexpected(*now.last_error);
    if (now.at.position >= point.position) return true;
    if (now.state == view_state::paused)
        return fail(
            errc::unavailable,
            "view_paused",
            "view '" + std::string{name} + "' is paused at " + to_string(now.at) + ": " +
                now.last_error->message
        );
    parts_->want(name);
    return false;
}

void view_set::on_wanted(std::function<void(std::string_view name)> wake) {
    std::scoped_lock const guard{parts_->waking};
    parts_->wake = std::move(wake);
}

hint_registration view_set::on_progress(std::function<void()> hint) {
    return parts_->in.hints->add(std::move(hint));
}

result<query_answer> view_set::query(
    std::string_view name, url_query_parameters const& parameters, query_options const& how
) const {
    DIPTYCH_TRY(auto* const view, parts_->find(name));
    return view->query(parameters, how);
}

}  // namespace diptych::read
