#include "edge/json_schema.hpp"

namespace diptych::edge {

namespace {

void write_type(json::writer& to, model::type const& what);

struct named_type {
    std::string_view type;
    std::string_view format = {};
    bool nullable = false;
};

void write_name(json::writer& to, named_type const& what) {
    if (what.nullable)
        to.key("type").begin_array().value(what.type).value("null").end_array();
    else
        to.member("type", what.type);
    if (!what.format.empty()) to.member("format", what.format);
}

void write_members(json::writer& to, std::vector<model::field> const& fields, bool nullable) {
    write_name(to, {.type = "object", .nullable = nullable});
    to.key("properties").begin_object();
    for (auto const& one : fields) {
        to.key(one.name);
        write_type(to, one.of);
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

void write_names(json::writer& to, std::vector<std::string> const& names, bool nullable) {
    to.key("enum").begin_array();
    for (auto const& one : names) to.value(one);
    if (nullable) to.raw("null");
    to.end_array();
}

void write_type(json::writer& to, model::type const& what) {
    auto const named = [&](std::string_view type, std::string_view format = {}) {
        write_name(to, {.type = type, .format = format, .nullable = what.nullable});
    };
    to.begin_object();
    switch (what.kind) {
        case model::value_kind::text:
            named("string");
            break;
        case model::value_kind::integer:
            named("integer");
            break;
        case model::value_kind::real:
            named("number");
            break;
        case model::value_kind::boolean:
            named("boolean");
            break;
        case model::value_kind::timestamp:
            named("string", "date-time");
            break;
        case model::value_kind::date:
            named("string", "date");
            break;
        case model::value_kind::duration:
            named("string", "duration");
            break;
        case model::value_kind::id:
            named("string");
            to.member("minLength", 1).member("description", "the id of one " + what.id_kind);
            break;
        case model::value_kind::enumeration:
            write_names(to, what.names, what.nullable);
            break;
        case model::value_kind::list:
            named("array");
            write_element(to, "items", what);
            break;
        case model::value_kind::map:
            named("object");
            write_element(to, "additionalProperties", what);
            break;
        case model::value_kind::object:
            write_members(to, what.fields, what.nullable);
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
    auto const named = [&](std::string_view name, std::string_view format = {}) {
        write_name(to, {.type = name, .format = format, .nullable = !never});
    };
    to.begin_object();
    if (type == "text") named("string");
    if (type == "integer") named("integer");
    if (type == "real" || type.starts_with("decimal")) named("number");
    if (type == "boolean") named("boolean");
    if (type == "timestamp") named("string", "date-time");
    if (type == "blob") named("string", "byte");
    to.end_object();
}

}  // namespace

void write_schema(json::writer& to, std::vector<model::field> const& fields) {
    to.begin_object();
    write_members(to, fields, false);
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
