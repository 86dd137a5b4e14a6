// What can be asked of a set of views.
#include "base/planted_bug.hpp"
#include "read/query_names.hpp"
#include "read/view_set_parts.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <mutex>
#include <utility>

namespace diptych::read {

std::optional<error> view_set::lost_history() const {
    for (auto const& one : parts_->all())
        if (auto const view = one->served(); view->finds_history_lost())
            return view->now().last_error;
    return {};
}

std::optional<timestamp> view_set::retry_at(std::string_view name) const {
    auto const view = parts_->served(name);
    return view ? (*view)->now().retry_at : std::nullopt;
}

std::optional<error> view_set::trouble(std::string_view name) const {
    auto const view = parts_->served(name);
    return view ? (*view)->now().last_error : std::nullopt;
}

std::vector<std::string> view_set::names() const { return parts_->names(); }

std::vector<view_status> view_set::status() const {
    auto const end = parts_->in.log.durable_end().position;
    std::vector<view_status> list;
    for (auto const& one : parts_->all()) {
        auto const view = one->served();
        auto const plan = view->plan();
        auto const now = view->now();
        auto beside = one->versions();
        beside.erase(beside.begin());
        list.push_back({
            .name = one->name(),
            .is_inline = plan->definition->is_inline,
            .version = plan->version,
            .at = now.at,
            .lag = end > now.at.position ? end.value - now.at.position.value : 0,
            .state = now.state,
            .is_served = view->is_served(),
            .is_new = view->is_new(),
            .last_error = now.last_error,
            .parking = now.parking,
            .checked = one->last_check(),
            .warnings = plan->definition->warnings,
            .beside = std::move(beside),
        });
    }
    return list;
}

std::vector<served_view> view_set::served() const {
    std::vector<served_view> list;
    for (auto const& one : parts_->all()) {
        auto const plan = one->served()->plan();
        auto const& of = *plan->definition;
        auto const& rows = plan->served_table();
        auto const is_in = [](std::vector<std::string> const& names, std::string const& name) {
            return std::ranges::find(names, name) != names.end();
        };
        served_view made{
            .name = of.name,
            .is_inline = of.is_inline,
            .version = plan->version,
            .columns = {},
            .limit_max = of.served.limit_max,
            .types = plan->types,
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
    DIPTYCH_TRY(auto const view, parts_->served(name));
    return view->now().at;
}

result<view_mark> view_set::mark(std::string_view name) const {
    constexpr std::string_view claim = ":claim.";
    DIPTYCH_TRY(auto const view, parts_->served(name));
    auto const now = view->now();
    view_mark made{
        .version = view->id(),
        .at = now.at,
        .state = now.state,
        .changes_of_parked = now.parking.changes,
    };
    for (auto const& line : view->plan()->definition->served.allow)
        for (auto const& test : line) {
            if (!test.claim.empty()) made.claims.push_back(test.claim);
            if (test.what.starts_with(claim)) made.claims.push_back(test.what.substr(claim.size()));
        }
    std::ranges::sort(made.claims);
    auto const twice = std::ranges::unique(made.claims);
    made.claims.erase(twice.begin(), twice.end());
    return made;
}

result<bool> view_set::has_reached(std::string_view name, token const& point) const {
    DIPTYCH_TRY(auto const view, parts_->served(name));
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
    DIPTYCH_TRY(auto* const versions, parts_->find(name));
    auto view = versions->served();
    if (!how.version.empty()) {
        DIPTYCH_TRY(view, versions->find(how.version));
    }
    if (how.as_of) return parts_->past.query(*view->plan(), *how.as_of, parameters, how);
    return view->query(parameters, how);
}

}  // namespace diptych::read
