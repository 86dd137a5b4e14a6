#include "web/forms.hpp"

#include <diptych/json_writer.hpp>

#include <algorithm>
#include <map>

namespace conference::web {

namespace {

using diptych::model::value_kind;

// "first_name" is asked for as "First name".
std::string label_of(std::string_view name) {
    std::string made{name};
    std::ranges::replace(made, '_', ' ');
    if (!made.empty() && made[0] >= 'a' && made[0] <= 'z')
        made[0] = static_cast<char>(made[0] - 'a' + 'A');
    return made;
}

// How a value is written where the browser does not help.
std::string_view hint_of(diptych::model::field const& field) {
    return field.of.kind == value_kind::timestamp ? ", as 2026-11-30T12:00:00Z" : "";
}

std::string_view input_type(diptych::model::field const& field) {
    if (field.of.kind == value_kind::integer) return "number";
    if (field.of.kind == value_kind::date) return "date";
    return field.name.ends_with("email") ? "email" : "text";
}

bool is_integer(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && text.size() < 10 && (text == "0" || text[0] != '0') &&
           text.find_first_not_of("0123456789") == text.npos;
}

void write_object(
    diptych::json::writer& to,
    std::vector<diptych::model::field> const& fields,
    http::pairs const& sent,
    std::string const& before
);

void write_list(
    diptych::json::writer& to,
    diptych::model::field const& field,
    http::pairs const& sent,
    std::string const& name
) {
    to.begin_array();
    for (auto i = 0;; ++i) {
        auto const element = name + "." + std::to_string(i) + ".";
        auto const is_of_it = [&](auto const& one) { return one.first.starts_with(element); };
        if (std::ranges::none_of(sent, is_of_it)) break;
        write_object(to, field.of.fields.front().of.fields, sent, element);
    }
    to.end_array();
}

void write_object(
    diptych::json::writer& to,
    std::vector<diptych::model::field> const& fields,
    http::pairs const& sent,
    std::string const& before
) {
    to.begin_object();
    for (auto const& field : fields) {
        auto const name = before + field.name;
        if (field.of.kind == value_kind::list) {
            to.key(field.name);
            write_list(to, field, sent, name);
            continue;
        }
        auto const found = std::ranges::find(sent, name, &http::pairs::value_type::first);
        if (found == sent.end() || (found->second.empty() && field.of.nullable)) continue;
        to.key(field.name);
        if (field.of.kind == value_kind::integer && is_integer(found->second))
            to.raw(found->second);
        else if (field.of.kind == value_kind::integer && found->second.empty())
            to.raw("0");
        else
            to.value(found->second);
    }
    to.end_object();
}

}  // namespace

std::string input(
    std::string_view name, std::string_view label, std::string_view type, std::string_view value
) {
    return "<label>" + escaped(label) + "<input name=\"" + escaped(name) +
           "\" type=" + std::string{type} + " value=\"" + escaped(value) + "\"></label>";
}

std::string hidden_input(std::string_view name, std::string_view value) {
    return "<input type=hidden name=\"" + escaped(name) + "\" value=\"" + escaped(value) + "\">";
}

std::string to_html(form const& what) {
    auto html = "<form method=post action=\"" + escaped(what.action) + "\" data-command=\"" +
                escaped(what.of.name) + "\">";
    for (auto const& [name, value] : what.fixed) html += hidden_input(name, value);
    for (auto const& field : what.of.fields) {
        auto const is_it = [&](auto const& one) { return one.first == field.name; };
        if (field.of.kind == value_kind::list || std::ranges::any_of(what.fixed, is_it)) continue;
        html += input(
            field.name,
            label_of(field.name) + std::string{hint_of(field)},
            input_type(field),
            value_of(what.values, field.name)
        );
    }
    return html + what.extra + "<button>" + escaped(what.button) + "</button></form>";
}

std::string to_json(diptych::model::command const& of, http::pairs const& sent) {
    diptych::json::writer out;
    write_object(out, of.fields, sent, "");
    return std::move(out).text();
}

}  // namespace conference::web
