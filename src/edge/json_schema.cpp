#include "edge/json_schema.hpp"

namespace diptych::edge {

namespace {

void write_type(json::writer& to, model::type const& what);

void named(json::writer& to, std::string_view type, std::string_view format = {}) {
    to.member("type", type);
    if (!format.empty()) to.member("format", format);
}

void write_members(json::writer& to, std::vector<model::field> const& fields) {
    to.member("type", "object").key("properties").begin_object();
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

void write_type(json::writer& to, model::type const& what) {
    to.begin_object();
    switch (what.kind) {
        case model::value_kind::text:
            named(to, "string");
            break;
        case model::value_kind::integer:
            named(to, "integer");
            break;
        case model::value_kind::real:
            named(to, "number");
            break;
        case model::value_kind::boolean:
            named(to, "boolean");
            break;
        case model::value_kind::timestamp:
            named(to, "string", "date-time");
            break;
        case model::value_kind::date:
            named(to, "string", "date");
            break;
        case model::value_kind::duration:
            named(to, "string", "duration");
            break;
        case model::value_kind::id:
            named(to, "string");
            to.member("minLength", 1).member("description", "the id of one " + what.id_kind);
            break;
        case model::value_kind::enumeration:
            to.key("enum").begin_array();
            for (auto const& one : what.names) to.value(one);
            to.end_array();
            break;
        case model::value_kind::list:
            named(to, "array");
            write_element(to, "items", what);
            break;
        case model::value_kind::map:
            named(to, "object");
            write_element(to, "additionalProperties", what);
            break;
        case model::value_kind::object:
            write_members(to, what.fields);
            break;
        case model::value_kind::json:
            break;
    }
    to.end_object();
}

}  // namespace

void write_schema(json::writer& to, std::vector<model::field> const& fields) {
    to.begin_object();
    write_members(to, fields);
    to.end_object();
}

void write_column_schema(json::writer& to, std::string_view type) {
    to.begin_object();
    if (type == "text") named(to, "string");
    if (type == "integer") named(to, "integer");
    if (type == "real" || type.starts_with("decimal")) named(to, "number");
    if (type == "boolean") named(to, "boolean");
    if (type == "timestamp") named(to, "string", "date-time");
    if (type == "blob") named(to, "string", "byte");
    to.end_object();
}

void write_schema(json::writer& to, std::vector<read::served_column> const& columns) {
    to.begin_object().member("type", "object").key("properties").begin_object();
    for (auto const& one : columns) {
        to.key(one.name);
        write_column_schema(to, one.type);
    }
    to.end_object().key("required").begin_array();
    for (auto const& one : columns)
        if (one.required) to.value(one.name);
    to.end_array().end_object();
}

}  // namespace diptych::edge
