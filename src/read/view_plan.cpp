#include "read/view_plan.hpp"

#include "read/ddl.hpp"
#include "read/parse.hpp"
#include "read/plan_lint.hpp"
#include "read/resolve.hpp"
#include "read/search_sql.hpp"
#include "read/serve_lint.hpp"
#include "read/statement_set.hpp"
#include "read/view_version.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace diptych::read {

namespace {

std::vector<std::string> types_of(view_definition const& of) {
    std::vector<std::string> all;
    for (auto const& on : of.handlers) all.insert(all.end(), on.types.begin(), on.types.end());
    return all;
}

void move_to(std::vector<error>& all, std::vector<error> more) {
    std::ranges::move(more, std::back_inserter(all));
}

std::pair<std::size_t, std::size_t> place_in(error const& what) {
    std::pair<std::size_t, std::size_t> at;
    for (auto const& [name, value] : what.facts) {
        if (name == "line") at.first = std::stoul(value);
        if (name == "column") at.second = std::stoul(value);
    }
    return at;
}

result<void> examine_statements(
    view_definition const& view, source const& in, examined_view& into
) {
    auto const empty = empty_tables(view, in);
    if (!empty) {
        into.errors.push_back(empty.error());
        return {};
    }
    auto wrong = statement_errors(*empty, view, in);
    auto const may_be_planned = wrong.empty();
    move_to(into.errors, std::move(wrong));
    if (!may_be_planned) return {};
    DIPTYCH_TRY(auto scans, lint_plans(*empty, view, in));
    move_to(into.errors, std::move(scans));
    DIPTYCH_TRY(auto const idle, idle_scan_permits(*empty, view, in));
    for (auto const& one : idle) into.warnings.push_back(one.message);
    return {};
}

view_plan plan_of(
    std::shared_ptr<source const> in,
    view_definition parsed,
    std::shared_ptr<older_shapes const> const& older
) {
    auto const definition = std::make_shared<view_definition const>(std::move(parsed));
    return view_plan{
        .definition = definition,
        .version = older->empty() ? version_of(*definition)
                                  : version_of(version_of(*definition) + older->meaning()),
        .create = [definition](sqlite::database const& on
                  ) { return on.execute(sqlite_ddl(*definition) + search_ddl(*definition)); },
        .project = [definition, in, older](sqlite::database const& on
                   ) -> result<std::unique_ptr<projection>> {
            DIPTYCH_TRY(auto statements, prepare_statements(on, *definition, *in));
            return with_upcasts(older, std::move(statements));
        },
        .text = std::move(in),
        .types = types_of(*definition),
    };
}

}  // namespace

result<examined_view> examine_view(
    source text, known_types const& known, std::shared_ptr<older_shapes const> const& older
) {
    auto const in = std::make_shared<source const>(std::move(text));
    auto parsed = parse_all(*in);
    examined_view made{.errors = std::move(parsed.errors)};
    if (!parsed.view) return made;
    made.name = parsed.view->name;
    DIPTYCH_TRY(auto unknown, resolve_all(*in, *parsed.view, known));
    move_to(made.errors, std::move(unknown));
    DIPTYCH_TRY(examine_statements(*parsed.view, *in, made));
    std::ranges::sort(made.errors, {}, place_in);
    made.warnings.insert(
        made.warnings.begin(), parsed.view->warnings.begin(), parsed.view->warnings.end()
    );
    std::ranges::move(serve_warnings(*parsed.view, *in), std::back_inserter(made.warnings));
    if (made.errors.empty()) made.plan = plan_of(in, *std::move(parsed.view), older);
    return made;
}

result<view_plan> plan_view(
    source text, known_types const& known, std::shared_ptr<older_shapes const> const& older
) {
    DIPTYCH_TRY(auto made, examine_view(std::move(text), known, older));
    if (!made.plan) return std::unexpected(std::move(made.errors.front()));
    return *std::move(made.plan);
}

}  // namespace diptych::read
