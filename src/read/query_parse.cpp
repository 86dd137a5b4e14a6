#include "read/query_parse.hpp"

#include "read/query_condition.hpp"
#include "read/query_names.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace diptych::read {

namespace {

std::vector<std::string> parts_of(std::string_view list) {
    std::vector<std::string> parts(1);
    for (auto const c : list)
        if (c == ',')
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

class query_parser {
public:
    query_parser(table const& of, served const& allowed)
        : of_(of), allowed_(allowed), names_(of, allowed), conditions_(names_) {
        made_.limit = std::min(limit_default, allowed.limit_max);
    }

    result<view_query> parse(url_query_parameters const& parameters) {
        for (auto const& [name, value] : parameters) {
            parameter_ = name;
            DIPTYCH_TRY(one(name, value));
        }
        parameter_ = "page";
        if (made_.page && made_.cursor)
            return refuse("and 'cursor' exclude each other: a cursor knows its place");
        if (made_.select.empty())
            for (auto const& column : of_.columns)
                made_.select.push_back(
                    {.what = {.of = &column, .type = column.type}, .name = column.name}
                );
        complete_order();
        return std::move(made_);
    }

private:
    result<void> one(std::string const& name, std::string const& value) {
        if (name == "select") return once(has_select_, [&] { return select(value); });
        if (name == "search") return once(has_search_, [&] { return search(value); });
        if (name == "order") return once(has_order_, [&] { return order(value); });
        if (name == "limit") return once(has_limit_, [&] { return limit(value); });
        if (name == "page") return once(has_page_, [&] { return page(value); });
        if (name == "cursor") return once(has_cursor_, [&] { return cursor(value); });
        DIPTYCH_TRY(auto condition, conditions_.read(name, value));
        made_.where.push_back(std::move(condition));
        return {};
    }

    result<void> once(bool& done, auto read) {
        if (std::exchange(done, true)) return refuse("is given twice");
        return read();
    }

    std::unexpected<error> refuse(std::string const& why) const {
        return refuse_parameter(parameter_, why);
    }

    // `a`, `a->b->>c` or `name:a->b->>c`.
    result<void> select(std::string const& value) {
        for (auto const& part : parts_of(value)) {
            auto const colon = part.find(':');
            auto const is_named = colon != part.npos && colon < part.find("->");
            auto what = names_.to_select(is_named ? part.substr(colon + 1) : part);
            if (!what) return refuse(what.error());
            selected one{.what = *std::move(what), .name = {}};
            if (is_named)
                one.name = part.substr(0, colon);
            else
                one.name = one.what.keys.empty() ? one.what.of->name : one.what.keys.back();
            if (one.name.empty()) return refuse("has no name before ':' in '" + part + "'");
            if (std::ranges::find(made_.select, one.name, &selected::name) != made_.select.end())
                return refuse(
                    "names '" + one.name + "' twice; another name can be given: 'name:" +
                    part.substr(is_named ? colon + 1 : 0) + "'"
                );
            made_.select.push_back(std::move(one));
        }
        return {};
    }

    result<void> search(std::string const& value) {
        if (allowed_.search.empty())
            return refuse("is not served: this view has no '@serve search'");
        auto terms = parse_search(value);
        if (!terms) return refuse(terms.error());
        made_.search = *std::move(terms);
        return {};
    }

    result<void> order(std::string const& value) {
        for (auto const& part : parts_of(value)) {
            auto term = part;
            auto const descending = term.ends_with(".desc");
            if (descending) term.resize(term.size() - 5);
            if (!descending && term.ends_with(".asc")) term.resize(term.size() - 4);
            auto by = names_.to_sort(term);
            auto const dot = term.rfind('.');
            if (!by && dot != term.npos && names_.to_sort(term.substr(0, dot)))
                return refuse(
                    "takes asc or desc behind '" + term.substr(0, dot) + "', not '" +
                    term.substr(dot + 1) + "'"
                );
            if (!by) return refuse(by.error());
            if (is_ordered_by(*by)) return refuse("names '" + term + "' twice");
            made_.order.push_back({.by = *std::move(by), .descending = descending});
        }
        return {};
    }

    bool is_ordered_by(target const& what) const {
        return std::ranges::any_of(made_.order, [&](order_term const& one) {
            return one.by.is_same(what);
        });
    }

    // Rows that are equal so far go by their key, so that every row has its one place.
    void complete_order() {
        for (auto const& name : of_.key) {
            auto const* const column = of_.find(name);
            target key{.of = column, .type = column->type};
            if (!is_ordered_by(key)) made_.order.push_back({.by = std::move(key)});
        }
    }

    static bool read_number(std::string_view text, std::size_t most, std::size_t& to) {
        auto const* const end = text.data() + text.size();
        auto const read = std::from_chars(text.data(), end, to);
        return !text.empty() && read.ec == std::errc{} && read.ptr == end && to >= 1 && to <= most;
    }

    result<void> limit(std::string const& value) {
        if (read_number(value, allowed_.limit_max, made_.limit)) return {};
        return refuse(
            "is 1 to " + std::to_string(allowed_.limit_max) + " rows, not '" + value + "'"
        );
    }

    result<void> page(std::string const& value) {
        std::size_t number = 0;
        if (!read_number(value, page_max, number))
            return refuse(
                "is a number from 1 to " + std::to_string(page_max) + ", not '" + value + "'"
            );
        made_.page = number;
        return {};
    }

    result<void> cursor(std::string const& value) {
        made_.cursor = value;
        return {};
    }

    table const& of_;
    served const& allowed_;
    query_names names_;
    condition_reader conditions_;
    view_query made_;
    std::string parameter_;
    bool has_select_ = false;
    bool has_search_ = false;
    bool has_order_ = false;
    bool has_limit_ = false;
    bool has_page_ = false;
    bool has_cursor_ = false;
};

}  // namespace

std::unexpected<error> refuse_parameter(std::string_view name, std::string const& why) {
    std::string quoted;
    json::append_quoted(quoted, name);
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "view_query",
        .message = "parameter '" + std::string{name} + "' " + why,
        .facts = {{"parameter", std::move(quoted)}},
    });
}

result<view_query> parse_query(
    table const& of, served const& allowed, url_query_parameters const& parameters
) {
    return query_parser{of, allowed}.parse(parameters);
}

}  // namespace diptych::read
