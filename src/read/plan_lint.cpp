#include "read/plan_lint.hpp"

#include "read/index_advice.hpp"
#include "read/query_plan.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

namespace {

std::string way_out(std::optional<index> const& helps) {
    auto const permit = std::string{"if they always stay few, put '-- @scan -- <why>' before it"};
    if (!helps) return "; no index helps as it is written; " + permit;
    return "; add '" + to_sql(*helps) + "', or, " + permit;
}

}  // namespace

result<std::vector<error>> lint_plans(
    sqlite::database const& empty, view_definition const& view, source const& in
) {
    std::vector<error> found;
    for (auto const& on : view.handlers) {
        for (auto const& one : on.statements) {
            if (one.may_scan) continue;
            DIPTYCH_TRY(auto scanned, scanned_tables(empty, one.sql));
            std::ranges::sort(scanned);
            auto const twice = std::ranges::unique(scanned);
            scanned.erase(twice.begin(), twice.end());
            for (auto const& name : scanned) {
                auto const of = std::ranges::find(view.tables, name, &table::name);
                if (of == view.tables.end()) continue;
                DIPTYCH_TRY(auto const helps, index_for(empty, view, one, *of));
                auto what = fail_at(
                    in,
                    mention_of(one, name),
                    "for each event this statement goes through all rows of '" + name + "'" +
                        way_out(helps)
                );
                what.error().code = "view_scan";
                found.push_back(std::move(what).error());
            }
        }
    }
    return found;
}

result<std::vector<error>> idle_scan_permits(
    sqlite::database const& empty, view_definition const& view, source const& in
) {
    std::vector<error> found;
    for (auto const& on : view.handlers) {
        for (auto const& one : on.statements) {
            if (!one.may_scan) continue;
            DIPTYCH_TRY(auto const scanned, scanned_tables(empty, one.sql));
            if (!scanned.empty()) continue;
            found.push_back(
                fail_at(in, one.offset, "this statement needs no @scan: it goes through no table")
                    .error()
            );
        }
    }
    return found;
}

}  // namespace diptych::read
