#include "read/query_condition.hpp"

#include "read/json_path.hpp"
#include "read/query_parse.hpp"
#include "read/query_value.hpp"
#include "read/suggest.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::string_view operators_listed =
    "eq, neq, gt, gte, lt, lte, like, in and is, each perhaps behind 'not.'";

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<comparison> comparison_called(std::string_view name) {
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
    for (auto const& [word, meaning] : all)
        if (word == name) return meaning;
    return {};
}

// Where the quoted text ends that begins at `at`: one beyond its last quote, or npos.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return std::string_view::npos;
}

std::string unquoted(std::string_view text) {
    std::string plain;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\') ++i;
        plain += text[i];
    }
    return plain;
}

// Cuts `(a,b(c,d),"e,f")` apart; empty if it is not of that form.
std::vector<std::string_view> items_of(std::string_view list) {
    if (list.size() < 2 || list.front() != '(' || list.back() != ')') return {};
    list = list.substr(1, list.size() - 2);
    std::vector<std::string_view> items;
    std::size_t begin = 0;
    std::size_t depth = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto const begins_value = i == 0 || std::string_view{".,("}.contains(list[i - 1]);
        if (list[i] == '"' && begins_value) {
            i = end_of_quoted(list, i);
            if (i == list.npos) return {};
            --i;
        } else if (list[i] == '(') {
            ++depth;
        } else if (list[i] == ')') {
            if (depth-- == 0) return {};
        } else if (list[i] == ',' && depth == 0) {
            items.push_back(list.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    if (depth != 0) return {};
    items.push_back(list.substr(begin));
    return items;
}

}  // namespace

bool is_group(std::string_view parameter) {
    take_prefix(parameter, "not.");
    return parameter == "and" || parameter == "or";
}

std::unexpected<error> condition_reader::refuse(std::string const& why) const {
    return refuse_parameter(parameter_, why);
}

result<void> condition_reader::count() {
    if (read_++ < filters_max) return {};
    return refuse("is one filter more than " + std::to_string(filters_max));
}

result<condition> condition_reader::read(std::string const& parameter, std::string const& value) {
    parameter_ = parameter;
    if (is_group(parameter)) return group(parameter, value, 1);
    auto on = names_.to_filter(parameter);
    if (auto const path = parse_json_path(parameter); !path) return refuse(": " + path.error());
    if (!on) {
        auto const allowed = filterable(names_.of(), names_.allowed());
        auto words = allowed;
        for (auto const* const word :
             {"select", "order", "limit", "page", "cursor", "and", "or", "search"})
            words.emplace_back(word);
        auto const path = parameter.substr(0, parameter.find("->"));
        auto const what =
            names_.of().find(path) == nullptr ? "is unknown" : "may not be filtered by";
        auto const search = std::string{names_.allowed().search.empty() ? "" : "search, "};
        return refuse(
            std::string{what} + "; there are select, order, limit, page, cursor, and, or, " +
            search + "at_least, as_of, and filters on " + listed(allowed) +
            did_you_mean(parameter, words)
        );
    }
    return compare(*std::move(on), value, false);
}

result<condition> condition_reader::group(
    std::string_view word, std::string_view list, std::size_t depth
) {
    if (depth > condition_depth_max)
        return refuse("has groups more than " + std::to_string(condition_depth_max) + " deep");
    condition made{.negated = take_prefix(word, "not.")};
    made.is = word == "and" ? condition::kind::all : condition::kind::any;
    auto const items = items_of(list);
    if (items.empty())
        return refuse(
            "takes conditions as in '(status.eq.open,not.total.gt.5)', not '" + std::string{list} +
            "'"
        );
    for (auto const one : items) {
        DIPTYCH_TRY(auto part, item(one, depth));
        made.parts.push_back(std::move(part));
    }
    return made;
}

result<condition> condition_reader::item(std::string_view text, std::size_t depth) {
    auto const open = std::min(text.find('('), text.size());
    if (is_group(text.substr(0, open)))
        return group(text.substr(0, open), text.substr(open), depth + 1);
    auto const whole = text;
    auto const negated = take_prefix(text, "not.");
    auto const is_quoted = text.starts_with('"');
    auto const end = is_quoted ? end_of_quoted(text, 0) : text.find('.');
    if (end == text.npos || end >= text.size() || text[end] != '.')
        return refuse(
            "has '" + std::string{whole} + "' where a condition like 'status.eq.open' belongs"
        );
    auto const name = is_quoted ? unquoted(text.substr(0, end)) : std::string{text.substr(0, end)};
    auto on = names_.to_filter(name);
    if (!on) return refuse(on.error());
    DIPTYCH_TRY(auto made, compare(*std::move(on), text.substr(end + 1), true));
    made.negated ^= negated;
    return made;
}

result<condition> condition_reader::compare(target on, std::string_view text, bool in_group) {
    DIPTYCH_TRY(count());
    condition made{.what = {.on = std::move(on)}};
    made.negated = take_prefix(text, "not.");
    auto const dot = std::min(text.find('.'), text.size());
    auto const operation = text.substr(0, dot);
    auto const how = comparison_called(operation);
    if (dot == text.size() || !how)
        return refuse(
            "needs an operator, as in 'eq.<value>'; there are " + std::string{operators_listed}
        );
    made.what.how = *how;
    auto operand = std::string{text.substr(dot + 1)};
    if (in_group && operand.starts_with('"') && *how != comparison::in) {
        if (end_of_quoted(operand, 0) != operand.size())
            return refuse("has something behind the quoted value in '" + operand + "'");
        operand = unquoted(operand);
    }
    DIPTYCH_TRY(operands(made, operation, operand));
    return made;
}

result<void> condition_reader::operands(
    condition& made, std::string_view operation, std::string_view operand
) {
    if (operation == "is") return is(made, operand);
    auto& values = made.what.values;
    auto const& type = made.what.on.type;
    if (operation == "like") {
        if (type && type->kind != column_kind::text)
            return refuse("can be compared with like if text");
        auto pattern = glob_of(operand);
        if (!pattern) return refuse("has more than 8 wildcards");
        values.emplace_back(*std::move(pattern));
        return {};
    }
    auto list = std::optional{std::vector{std::string{operand}}};
    if (operation == "in") list = split_list(operand);
    if (!list || list->size() > in_list_max)
        return refuse("takes in.(a,b,...) with 1 to " + std::to_string(in_list_max) + " values");
    if (!type) return untyped(made, *list);
    for (auto const& text : *list) {
        auto value = stored_value(text, *type);
        if (!value) return refuse("wants " + value_hint(*type) + ", not '" + text + "'");
        values.push_back(*std::move(value));
    }
    return {};
}

// What has no type of its own is equal to the text, and to what the text is in JSON.
result<void> condition_reader::untyped(condition& made, std::vector<std::string> const& list) {
    auto& what = made.what;
    auto const is_equality =
        what.how == comparison::eq || what.how == comparison::neq || what.how == comparison::in;
    for (auto const& text : list) {
        auto number = json_number(text);
        if (is_equality && (text == "true" || text == "false"))
            number = cell{std::int64_t{text == "true"}};
        auto const is_number = number.has_value();
        if (is_number) what.values.push_back(*std::move(number));
        if (is_equality || !is_number) what.values.emplace_back(text);
    }
    if (!is_equality) return {};
    if (what.how == comparison::neq) made.negated = !made.negated;
    what.how = comparison::in;
    return {};
}

result<void> condition_reader::is(condition& made, std::string_view operand) {
    auto const& type = made.what.on.type;
    auto const may_be_boolean = !type || type->kind == column_kind::boolean;
    if (operand == "null") {
        made.what.how = comparison::is_null;
    } else if (operand == "not_null") {
        made.what.how = comparison::is_not_null;
    } else if (may_be_boolean && (operand == "true" || operand == "false")) {
        made.what.how = comparison::eq;
        made.what.values.emplace_back(std::int64_t{operand == "true"});
    } else {
        return refuse(
            may_be_boolean ? "takes is.null, is.not_null, is.true and is.false"
                           : "takes is.null and is.not_null"
        );
    }
    return {};
}

}  // namespace diptych::read
