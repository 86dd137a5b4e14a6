#include "read/query_parse.hpp"

#include "read/query_value.hpp"
#include "read/suggest.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace diptych::read {

namespace {

std::vector<std::string> with_key(table const& of, std::vector<std::string> const& declared) {
    auto names = of.key;
    for (auto const& name : declared)
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    return names;
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts(1);
    for (auto const c : list)
        if (c == ',')
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

bool contains(std::vector<std::string> const& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

class query_parser {
public:
    query_parser(table const& of, served const& allowed) : of_(of), allowed_(allowed) {
        made_.limit = std::min(limit_default, allowed.limit_max);
    }

    result<view_query> parse(url_query_parameters const& parameters) {
        for (auto const& [name, value] : parameters) {
            parameter_ = name;
            DIPTYCH_TRY(one(name, value));
        }
        if (made_.select.empty())
            for (auto const& column : of_.columns) made_.select.push_back(&column);
        complete_order();
        return std::move(made_);
    }

private:
    result<void> one(std::string const& name, std::string const& value) {
        if (name == "select") return once(has_select_, [&] { return select(value); });
        if (name == "order") return once(has_order_, [&] { return order(value); });
        if (name == "limit") return once(has_limit_, [&] { return limit(value); });
        if (name == "cursor") return once(has_cursor_, [&] { return cursor(value); });
        return filter_on(name, value);
    }

    result<void> once(bool& done, auto read) {
        if (std::exchange(done, true)) return refuse("is given twice");
        return read();
    }

    std::unexpected<error> refuse(std::string const& why) const {
        std::string quoted;
        json::append_quoted(quoted, parameter_);
        return std::unexpected(error{
            .kind = errc::invalid,
            .code = "view_query",
            .message = "parameter '" + parameter_ + "' " + why,
            .facts = {{"parameter", std::move(quoted)}},
        });
    }

    result<void> select(std::string const& value) {
        for (auto const& name : split(value)) {
            auto const* const column = of_.find(name);
            if (column == nullptr) {
                std::vector<std::string> known;
                for (auto const& other : of_.columns) known.push_back(other.name);
                return refuse("names no column '" + name + "'; there are " + listed(known));
            }
            if (std::ranges::find(made_.select, column) != made_.select.end())
                return refuse("names '" + name + "' twice");
            made_.select.push_back(column);
        }
        return {};
    }

    result<void> order(std::string const& value) {
        auto const allowed = sortable(of_, allowed_);
        for (auto const& term : split(value)) {
            auto const dot = std::min(term.find('.'), term.size());
            auto const name = term.substr(0, dot);
            auto const way = dot < term.size() ? term.substr(dot + 1) : "asc";
            if (!contains(allowed, name))
                return refuse("may not sort by '" + name + "'; allowed are " + listed(allowed));
            if (way != "asc" && way != "desc")
                return refuse("takes asc or desc behind '" + name + "', not '" + way + "'");
            auto const* const column = of_.find(name);
            if (is_ordered_by(column)) return refuse("names '" + name + "' twice");
            made_.order.push_back({.by = column, .descending = way == "desc"});
        }
        return {};
    }

    bool is_ordered_by(column const* column) const {
        return std::ranges::find(made_.order, column, &order_term::by) != made_.order.end();
    }

    // Rows that are equal so far go by their key, so that every row has its one place.
    void complete_order() {
        for (auto const& name : of_.key)
            if (!is_ordered_by(of_.find(name))) made_.order.push_back({.by = of_.find(name)});
    }

    result<void> limit(std::string const& value) {
        std::size_t rows = 0;
        auto const* const end = value.data() + value.size();
        auto const read = std::from_chars(value.data(), end, rows);
        if (value.empty() || read.ec != std::errc{} || read.ptr != end || rows < 1 ||
            rows > allowed_.limit_max)
            return refuse(
                "is 1 to " + std::to_string(allowed_.limit_max) + " rows, not '" + value + "'"
            );
        made_.limit = rows;
        return {};
    }

    result<void> cursor(std::string const& value) {
        made_.cursor = value;
        return {};
    }

    result<void> filter_on(std::string const& name, std::string const& value) {
        auto const allowed = filterable(of_, allowed_);
        if (!contains(allowed, name)) {
            auto const what = of_.find(name) == nullptr ? "is unknown" : "may not be filtered by";
            return refuse(
                std::string{what} +
                "; there are select, order, limit, cursor, at_least, and filters on " +
                listed(allowed)
            );
        }
        if (made_.filters.size() == filters_max)
            return refuse("is one filter more than " + std::to_string(filters_max));
        filter made{.on = of_.find(name)};
        auto const dot = std::min(value.find('.'), value.size());
        auto const operation = std::string_view{value}.substr(0, dot);
        auto const operand = dot < value.size() ? value.substr(dot + 1) : std::string{};
        if (dot == value.size() || !read_operator(operation, made.how))
            return refuse(
                "needs an operator, as in 'eq.<value>'; there are eq, neq, gt, gte, lt, lte, like, "
                "in and is"
            );
        DIPTYCH_TRY(operands(made, operation, operand));
        made_.filters.push_back(std::move(made));
        return {};
    }

    static bool read_operator(std::string_view name, comparison& how) {
        constexpr std::array<std::pair<std::string_view, comparison>, 9> all{{
            {"eq", comparison::eq},
            {"neq", comparison::neq},
            {"gt", comparison::gt},
            {"gte", comparison::gte},
            {"lt", comparison::lt},
            {"lte", comparison::lte},
            {"like", comparison::like},
            {"in", comparison::in},
            {"is", comparison::is_null},
        }};
        for (auto const& [word, meaning] : all) {
            if (word != name) continue;
            how = meaning;
            return true;
        }
        return false;
    }

    result<void> operands(filter& made, std::string_view operation, std::string const& operand) {
        auto const type = made.on->type;
        if (operation == "is") return is(made, operand);
        if (operation == "like") {
            if (type.kind != column_kind::text) return refuse("can be compared with like if text");
            auto pattern = glob_of(operand);
            if (!pattern) return refuse("has more than 8 wildcards");
            made.values.emplace_back(*std::move(pattern));
            return {};
        }
        auto list = std::optional{std::vector{operand}};
        if (operation == "in") list = split_list(operand);
        if (!list || list->size() > in_list_max)
            return refuse(
                "takes in.(a,b,...) with 1 to " + std::to_string(in_list_max) + " values"
            );
        for (auto const& text : *list) {
            auto value = stored_value(text, type);
            if (!value) return refuse("wants " + value_hint(type) + ", not '" + text + "'");
            made.values.push_back(*std::move(value));
        }
        return {};
    }

    result<void> is(filter& made, std::string const& operand) {
        auto const is_boolean = made.on->type.kind == column_kind::boolean;
        if (operand == "null") {
            made.how = comparison::is_null;
        } else if (operand == "not_null") {
            made.how = comparison::is_not_null;
        } else if (is_boolean && (operand == "true" || operand == "false")) {
            made.how = comparison::eq;
            made.values.emplace_back(std::int64_t{operand == "true"});
        } else {
            return refuse(
                is_boolean ? "takes is.null, is.not_null, is.true and is.false"
                           : "takes is.null and is.not_null"
            );
        }
        return {};
    }

    table const& of_;
    served const& allowed_;
    view_query made_;
    std::string parameter_;
    bool has_select_ = false;
    bool has_order_ = false;
    bool has_limit_ = false;
    bool has_cursor_ = false;
};

}  // namespace

std::vector<std::string> filterable(table const& of, served const& allowed) {
    auto names = with_key(of, allowed.filter);
    std::erase_if(names, [&](auto const& name) {
        auto const kind = of.find(name)->type.kind;
        return kind == column_kind::json || kind == column_kind::blob;
    });
    return names;
}

std::vector<std::string> sortable(table const& of, served const& allowed) {
    return with_key(of, allowed.sort);
}

result<view_query> parse_query(
    table const& of, served const& allowed, url_query_parameters const& parameters
) {
    return query_parser{of, allowed}.parse(parameters);
}

}  // namespace diptych::read
