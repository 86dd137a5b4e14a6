#include "read/condition_sql.hpp"

#include "read/json_path.hpp"

#include <variant>

namespace diptych::read {

namespace {

std::string_view sign_of(comparison how) {
    switch (how) {
        case comparison::neq:
            return " <> ";
        case comparison::gt:
            return " > ";
        case comparison::gte:
            return " >= ";
        case comparison::lt:
            return " < ";
        case comparison::lte:
            return " <= ";
        case comparison::like:
            return " glob ";
        default:
            return " = ";
    }
}

// SQLite sorts all numbers before all texts. Inside of JSON there may be both, and a number is
// greater or smaller than numbers only, a text than texts; '' is the first of them.
std::string_view rest_of_its_type(filter const& one) {
    if (one.on.keys.empty() || one.values.empty()) return {};
    auto const is_text = std::holds_alternative<std::string>(one.values.front());
    switch (one.how) {
        case comparison::gt:
        case comparison::gte:
            return is_text ? "" : " < ''";
        case comparison::lt:
        case comparison::lte:
        case comparison::like:
            return is_text ? " >= ''" : "";
        default:
            return {};
    }
}

void append_filter(select_statement& to, filter const& one) {
    auto const name = sql_of(one.on);
    switch (one.how) {
        case comparison::in:
            to.sql += name + " in (";
            for (auto const& value : one.values) {
                if (!to.sql.ends_with('(')) to.sql += ", ";
                append_parameter(to, value);
            }
            to.sql += ')';
            return;
        case comparison::is_null:
            to.sql += name + " is null";
            return;
        case comparison::is_not_null:
            to.sql += name + " is not null";
            return;
        default:
            break;
    }
    auto const also = rest_of_its_type(one);
    if (!also.empty()) to.sql += '(';
    append_binary(to, name, sign_of(one.how), one.values.front());
    if (!also.empty()) {
        to.sql += " and " + name;
        to.sql += also;
        to.sql += ')';
    }
}

}  // namespace

std::string sql_of(target const& what) { return sql_value(what.of->name, what.keys); }

void append_parameter(select_statement& to, cell value) {
    to.values.push_back(std::move(value));
    to.sql += '?' + std::to_string(to.values.size());
}

void append_binary(
    select_statement& to, std::string_view name, std::string_view operation, cell const& value
) {
    to.sql += name;
    to.sql += operation;
    append_parameter(to, value);
}

void append_condition(select_statement& to, condition const& what) {
    if (what.negated) to.sql += "not (";
    if (what.is == condition::kind::one) {
        append_filter(to, what.what);
    } else {
        auto const* separator = "(";
        for (auto const& part : what.parts) {
            to.sql += separator;
            append_condition(to, part);
            separator = what.is == condition::kind::all ? " and " : " or ";
        }
        to.sql += ')';
    }
    if (what.negated) to.sql += ')';
}

void append_where(select_statement& to, std::vector<condition> const& all) {
    auto const* separator = " where ";
    for (auto const& one : all) {
        to.sql += separator;
        append_condition(to, one);
        separator = " and ";
    }
}

}  // namespace diptych::read
