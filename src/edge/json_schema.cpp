#include "edge/json_schema.hpp"

namespace diptych::edge {

namespace {

/// Whether null stands for "none".
enum class null { refused, allowed };

void write_type(json::writer& to, model::type const& what, null none = null::refused);

void named(
    json::writer& to, std::string_view type, std::string_view format = {}, null none = null::refused
) {
    if (none == null::allowed)
        to.key("type").begin_array().value(type).value("null").end_array();
    else
        to.member("type", type);
    if (!format.empty()) to.member("format", format);
}

/// A list or a map may be left out, but is never null; whatever else may be left out is optional.
null null_of(model::field const& one) {
    bool const has_elements =
        one.of.kind == model::value_kind::list || one.of.kind == model::value_kind::map;
    return one.required || has_elements ? null::refused : null::allowed;
}

void write_members(json::writer& to, std::vector<model::field> const& fields, null none) {
    named(to, "object", {}, none);
    to.key("properties").begin_object();
    for (auto const& one : fields) {
        to.key(one.name);
        write_type(to, one.of, null_of(one));
    }
    to.end_object().key("required").begin_array();
    for (auto const& one : fields)
        if (one.required) to.value(one.name);
    to.end_array().member("additionalProperties", false);
}

void write_element(json::writer& to, std::string_view key, model::type const& of) {
    to.key(key);
    if (of.fields.empty())
        to.begin_object().end_object();
    else
        write_type(to, of.fields.front().of);
}

void write_names(json::writer& to, std::vector<std::string> const& names, null none) {
    to.key("enum").begin_array();
    for (auto const& one : names) to.value(one);
    if (none == null::allowed) to.raw("null");
    to.end_array();
}

void write_type(json::writer& to, model::type const& what, null none) {
    to.begin_object();
    switch (what.kind) {
        case model::value_kind::text:
            named(to, "string", {}, none);
            break;
        case model::value_kind::integer:
            named(to, "integer", {}, none);
            break;
        case model::value_kind::real:
            named(to, "number", {}, none);
            break;
        case model::value_kind::boolean:
            named(to, "boolean", {}, none);
            break;
        case model::value_kind::timestamp:
            named(to, "string", "date-time", none);
            break;
        case model::value_kind::date:
            named(to, "string", "date", none);
            break;
        case model::value_kind::duration:
            named(to, "string", "duration", none);
            break;
        case model::value_kind::id:
            named(to, "string", {}, none);
            to.member("minLength", 1).member("description", "the id of one " + what.id_kind);
            break;
        case model::value_kind::enumeration:
            write_names(to, what.names, none);
            break;
        case model::value_kind::list:
            named(to, "array", {}, none);
            write_element(to, "items", what);
            break;
        case model::value_kind::map:
            named(to, "object", {}, none);
            write_element(to, "additionalProperties", what);
            break;
        case model::value_kind::object:
            write_members(to, what.fields, none);
            break;
        case model::value_kind::json:
            break;
    }
    to.end_object();
}

void write_column(json::writer& to, read::served_column const& column) {
    std::string_view const type = column.type;
    // A key is never null; a number that is not finite is.
    bool const never = (column.required || column.is_key) && type != "real";
    auto const none = never ? null::refused : null::allowed;
    to.begin_object();
    if (type == "text") named(to, "string", {}, none);
    if (type == "integer") named(to, "integer", {}, none);
    if (type == "real" || type.starts_with("decimal")) named(to, "number", {}, none);
    if (type == "boolean") named(to, "boolean", {}, none);
    if (type == "timestamp") named(to, "string", "date-time", none);
    if (type == "blob") named(to, "string", "byte", none);
    to.end_object();
}

}  // namespace

void write_schema(json::writer& to, std::vector<model::field> const& fields) {
    to.begin_object();
    write_members(to, fields, null::refused);
    to.end_object();
}

void write_schema(json::writer& to, std::vector<read::served_column> const& columns) {
    to.begin_object().member("type", "object").key("properties").begin_object();
    for (auto const& one : columns) {
        to.key(one.name);
        write_column(to, one);
    }
    to.end_object().member("additionalProperties", false).end_object();
}

}  // namespace diptych::edge
