#include "read/typed_plan.hpp"

#include "read/ddl.hpp"
#include "read/row_statements.hpp"
#include "read/suggest.hpp"
#include "read/view_version.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::read {

namespace {

column_type type_of(model::value_kind kind) {
    switch (kind) {
        case model::value_kind::integer:
            return {.kind = column_kind::integer};
        case model::value_kind::real:
            return {.kind = column_kind::real};
        case model::value_kind::boolean:
            return {.kind = column_kind::boolean};
        case model::value_kind::timestamp:
            return {.kind = column_kind::timestamp};
        case model::value_kind::json:
            return {.kind = column_kind::json};
        default:
            return {.kind = column_kind::text};
    }
}

result<void> check_columns(table const& of, std::vector<std::string> const& names) {
    std::vector<std::string> known;
    for (auto const& one : of.columns) known.push_back(one.name);
    for (auto const& name : names)
        if (of.find(name) == nullptr)
            return fail(
                errc::invalid,
                "view_columns",
                "view '" + of.name + "' has no column '" + name + "'" + did_you_mean(name, known)
            );
    return {};
}

result<view_definition> define(model::view const& view) {
    table rows{.name = view.name, .columns = {}, .key = {}, .unique = view.unique};
    for (auto const& from : view.columns)
        rows.columns.push_back(
            {.name = from.name, .type = type_of(from.kind), .required = from.required}
        );
    for (std::size_t i = 0; i < view.key_size; ++i) {
        auto& part = rows.columns.at(i);
        if (!part.required || part.type.kind == column_kind::json)
            return fail(
                errc::invalid,
                "view_columns",
                "column '" + part.name + "' of the key of view '" + view.name +
                    "' can be neither optional nor JSON"
            );
        rows.key.push_back(part.name);
    }
    if (view.is_inline && view.parks)
        return fail(
            errc::invalid,
            "view_parks",
            "view '" + view.name + "' is inline: it refuses what it fails on, and parks nothing"
        );
    DIPTYCH_TRY(check_columns(rows, view.filter));
    DIPTYCH_TRY(check_columns(rows, view.sort));
    for (auto const& columns : view.unique) DIPTYCH_TRY(check_columns(rows, columns));
    return view_definition{
        .name = view.name,
        .is_inline = view.is_inline,
        .parks = view.parks,
        .tables = {std::move(rows)},
        .served = {.filter = view.filter, .sort = view.sort},
    };
}

}  // namespace

result<view_plan> plan_view(model::view const& view) {
    DIPTYCH_TRY(auto made, define(view));
    auto const definition = std::make_shared<view_definition const>(std::move(made));
    return view_plan{
        .definition = definition,
        .version = version_of(version_of(*definition) + view.fingerprint),
        .create = [definition](sqlite::database const& on
                  ) { return on.execute(sqlite_ddl(*definition)); },
        .project = [definition, &view](sqlite::database const& on
                   ) { return prepare_rows(on, definition->tables.front(), view); },
        .types = view.types,
    };
}

}  // namespace diptych::read
