#include "read/query_sql.hpp"

#include "read/rewrite.hpp"

#include <algorithm>

namespace diptych::read {

namespace {

class select_writer {
public:
    select_writer(view_query const& query, table const& of) : query_(query), of_(of) {}

    select_statement write(std::span<cell const> after) {
        made_.sql = "select ";
        for (auto const* const column : query_.select)
            made_.sql += quoted_name(column->name) + ", ";
        for (auto const& term : query_.order) made_.sql += quoted_name(term.by->name) + ", ";
        made_.sql.resize(made_.sql.size() - 2);
        made_.sql += " from " + quoted_name(of_.name);
        for (auto const& one : query_.filters) {
            begin_condition();
            condition(one);
        }
        if (!after.empty()) behind(after);
        made_.sql += " order by ";
        for (auto const& term : query_.order)
            made_.sql += quoted_name(term.by->name) + (term.descending ? " desc, " : ", ");
        made_.sql.resize(made_.sql.size() - 2);
        made_.sql += " limit ";
        parameter(cell{static_cast<std::int64_t>(query_.limit + 1)});
        return std::move(made_);
    }

private:
    void begin_condition() {
        made_.sql += std::exchange(has_condition_, true) ? " and " : " where ";
    }

    void parameter(cell value) {
        made_.values.push_back(std::move(value));
        made_.sql += '?' + std::to_string(made_.values.size());
    }

    void condition(filter const& one) {
        auto const name = quoted_name(one.on->name);
        switch (one.how) {
            case comparison::eq:
                return binary(name, " = ", one.values.front());
            case comparison::neq:
                return binary(name, " <> ", one.values.front());
            case comparison::gt:
                return binary(name, " > ", one.values.front());
            case comparison::gte:
                return binary(name, " >= ", one.values.front());
            case comparison::lt:
                return binary(name, " < ", one.values.front());
            case comparison::lte:
                return binary(name, " <= ", one.values.front());
            case comparison::like:
                return binary(name, " glob ", one.values.front());
            case comparison::in:
                made_.sql += name + " in (";
                for (auto const& value : one.values) {
                    if (!made_.sql.ends_with('(')) made_.sql += ", ";
                    parameter(value);
                }
                made_.sql += ')';
                return;
            case comparison::is_null:
                made_.sql += name + " is null";
                return;
            case comparison::is_not_null:
                made_.sql += name + " is not null";
                return;
        }
    }

    void binary(std::string const& name, std::string_view operation, cell const& value) {
        made_.sql += name;
        made_.sql += operation;
        parameter(value);
    }

    // Rows behind the last one seen, in the order asked for.
    void behind(std::span<cell const> after) {
        begin_condition();
        auto const& order = query_.order;
        auto const is_plain = std::ranges::all_of(order, [&](order_term const& term) {
            return term.by->required && term.descending == order.front().descending;
        });
        if (is_plain) return behind_plain(after);
        bound_first(after.front());
        made_.sql += '(';
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i > 0) made_.sql += " or ";
            made_.sql += '(';
            for (std::size_t same = 0; same < i; ++same) {
                binary(quoted_name(order[same].by->name), " is ", after[same]);
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
        for (auto const& term : order) made_.sql += quoted_name(term.by->name) + ", ";
        made_.sql.resize(made_.sql.size() - 2);
        made_.sql += order.front().descending ? ") < (" : ") > (";
        for (auto const& value : after) {
            if (!made_.sql.ends_with('(')) made_.sql += ", ";
            parameter(value);
        }
        made_.sql += ')';
    }

    // Follows from what comes behind it, but tells SQLite where to start in an index.
    void bound_first(cell const& value) {
        auto const& term = query_.order.front();
        if (!term.by->required || std::holds_alternative<std::monostate>(value)) return;
        binary(quoted_name(term.by->name), term.descending ? " <= " : " >= ", value);
        made_.sql += " and ";
    }

    void later(order_term const& term, cell const& value) {
        auto const name = quoted_name(term.by->name);
        auto const is_null = std::holds_alternative<std::monostate>(value);
        if (is_null) {
            made_.sql += term.descending ? "false" : name + " is not null";
        } else if (term.descending) {
            made_.sql += '(';
            binary(name, " < ", value);
            made_.sql += " or " + name + " is null)";
        } else {
            binary(name, " > ", value);
        }
    }

    view_query const& query_;
    table const& of_;
    select_statement made_;
    bool has_condition_ = false;
};

}  // namespace

select_statement select_for(view_query const& query, table const& of, std::span<cell const> after) {
    return select_writer{query, of}.write(after);
}

}  // namespace diptych::read
