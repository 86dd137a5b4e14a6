#include "read/query_sql.hpp"

#include "read/json_path.hpp"
#include "read/rewrite.hpp"
#include "read/search_sql.hpp"

#include <algorithm>
#include <utility>

namespace diptych::read {

namespace {

std::string sql_of_selected(target const& what) {
    return what.keys.empty() ? quoted_name(what.of->name) : sql_json(what.of->name, what.keys);
}

// ` where ...`: the rows that match, on all pages.
void append_rows(select_statement& to, view_query const& query) {
    append_where(to, query.where);
    if (!query.search) return;
    to.sql += query.where.empty() ? " where " : " and ";
    to.values.emplace_back(match_text(*query.search));
    to.sql += search_condition('?' + std::to_string(to.values.size()));
}

class select_writer {
public:
    select_writer(view_query const& query, table const& of) : query_(query), of_(of) {}

    select_statement write(std::span<cell const> after) {
        made_.sql = "select ";
        for (auto const& one : query_.select) made_.sql += sql_of_selected(one.what) + ", ";
        for (auto const& term : query_.order) made_.sql += sql_of(term.by) + ", ";
        made_.sql.resize(made_.sql.size() - 2);
        made_.sql += " from " + quoted_name(of_.name);
        append_rows(made_, query_);
        if (!after.empty()) behind(after);
        made_.sql += " order by ";
        for (auto const& term : query_.order)
            made_.sql += sql_of(term.by) + (term.descending ? " desc, " : ", ");
        made_.sql.resize(made_.sql.size() - 2);
        made_.sql += " limit ";
        append_parameter(made_, cell{static_cast<std::int64_t>(query_.limit + 1)});
        if (query_.skipped() > 0) {
            made_.sql += " offset ";
            append_parameter(made_, cell{static_cast<std::int64_t>(query_.skipped())});
        }
        return std::move(made_);
    }

private:
    // Rows behind the last one seen, in the order asked for.
    void behind(std::span<cell const> after) {
        made_.sql += query_.where.empty() && !query_.search ? " where " : " and ";
        auto const& order = query_.order;
        auto const is_plain = std::ranges::all_of(order, [&](order_term const& term) {
            return term.by.is_required() && term.descending == order.front().descending;
        });
        if (is_plain) return behind_plain(after);
        bound_first(after.front());
        made_.sql += '(';
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i > 0) made_.sql += " or ";
            made_.sql += '(';
            for (std::size_t same = 0; same < i; ++same) {
                append_binary(made_, sql_of(order[same].by), " is ", after[same]);
                made_.sql += " and ";
            }
            later(order[i], after[i]);
            made_.sql += ')';
        }
        made_.sql += ')';
    }

    // One comparison of whole rows, for which SQLite can use an index.
    void behind_plain(std::span<cell const> after) {
        auto const& order = query_.order;
        made_.sql += '(';
        for (auto const& term : order) made_.sql += sql_of(term.by) + ", ";
        made_.sql.resize(made_.sql.size() - 2);
        made_.sql += order.front().descending ? ") < (" : ") > (";
        for (auto const& value : after) {
            if (!made_.sql.ends_with('(')) made_.sql += ", ";
            append_parameter(made_, value);
        }
        made_.sql += ')';
    }

    // Follows from what comes behind it, but tells SQLite where to start in an index. Descending,
    // nulls are still to come, if there can be any.
    void bound_first(cell const& value) {
        auto const& term = query_.order.front();
        if (std::holds_alternative<std::monostate>(value)) return;
        if (term.descending && !term.by.is_required() && !leaves_out_nulls(term.by)) return;
        append_binary(made_, sql_of(term.by), term.descending ? " <= " : " >= ", value);
        made_.sql += " and ";
    }

    // A comparison that all rows meet, met by no null.
    bool leaves_out_nulls(target const& what) const {
        return std::ranges::any_of(query_.where, [&](condition const& one) {
            return one.is == condition::kind::one && !one.negated && one.what.on.is_same(what) &&
                   one.what.how != comparison::is_null;
        });
    }

    void later(order_term const& term, cell const& value) {
        auto const name = sql_of(term.by);
        auto const is_null = std::holds_alternative<std::monostate>(value);
        if (is_null) {
            made_.sql += term.descending ? "false" : name + " is not null";
        } else if (term.descending) {
            made_.sql += '(';
            append_binary(made_, name, " < ", value);
            made_.sql += " or " + name + " is null)";
        } else {
            append_binary(made_, name, " > ", value);
        }
    }

    view_query const& query_;
    table const& of_;
    select_statement made_;
};

}  // namespace

select_statement select_for(view_query const& query, table const& of, std::span<cell const> after) {
    return select_writer{query, of}.write(after);
}

select_statement count_for(
    view_query const& query, table const& of, std::optional<std::uint64_t> most
) {
    select_statement made{.sql = "select count(*) from "};
    if (most) made.sql += "(select 1 from ";
    made.sql += quoted_name(of.name);
    append_rows(made, query);
    if (most) {
        made.sql += " limit ";
        append_parameter(made, cell{static_cast<std::int64_t>(*most)});
        made.sql += ')';
    }
    return made;
}

}  // namespace diptych::read
