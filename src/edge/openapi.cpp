#include "edge/openapi.hpp"

#include "base/lower_case.hpp"
#include "edge/json_schema.hpp"
#include "edge/openapi_reference.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace diptych::edge {

namespace {

constexpr std::string_view problem_reference = R"({"$ref":"#/components/responses/problem"})";

/// Statuses separated by blanks; and those of requests that are turned away before anything else.
void write_problems(json::writer& to, std::string_view statuses, bool needs_token) {
    to.raw_member(needs_token ? "401" : "403", problem_reference);
    while (!statuses.empty()) {
        auto const one = statuses.substr(0, statuses.find(' '));
        statuses.remove_prefix(std::min(statuses.size(), one.size() + 1));
        to.raw_member(one, problem_reference);
    }
}

void write_header(json::writer& to, std::string_view name, std::string_view what) {
    to.begin_object()
        .member("name", name)
        .member("in", "header")
        .member("description", what)
        .raw_member("schema", R"({"type":"string"})")
        .end_object();
}

void write_refusals(json::writer& to, std::vector<std::string> const& refusals) {
    to.key("409").begin_object().member("description", "Refused: the reason says why");
    to.key("content").begin_object().key("application/problem+json").begin_object();
    to.key("schema").begin_object().key("allOf").begin_array();
    to.raw(R"({"$ref":"#/components/schemas/problem"})");
    to.begin_object().key("properties").begin_object().key("reason").begin_object();
    to.key("enum").begin_array();
    for (auto const& one : refusals) to.value(one);
    to.end_array().end_object().end_object().end_object();
    to.end_array().end_object().end_object().end_object().end_object();
}

void write_command(json::writer& to, model::command const& one, bool needs_token) {
    to.key("/commands/" + one.context + "." + one.name).begin_object().key("post").begin_object();
    to.member("operationId", one.context + "." + one.name);
    to.key("tags").begin_array().value(one.context).end_array();
    to.key("parameters").begin_array();
    write_header(to, "Idempotency-Key", "The same key again gets the first answer");
    write_header(
        to, "If-Match", "A token: only if nothing this command looks at has changed since"
    );
    write_header(to, "Diptych-Concurrency", "optimistic, or pessimistic: decided in turn");
    write_header(to, "X-Correlation-Id", "The conversation, recorded with the events");
    write_header(to, "X-Causation-Id", "The message that led to this one, recorded");
    write_header(to, "X-User", "On whose behalf, recorded");
    write_header(to, "X-Reason", "Why, recorded");
    write_header(to, "traceparent", "W3C trace context, recorded");
    to.raw(reference_queue_parameters).end_array();
    to.key("requestBody").begin_object().member("required", true).key("content").begin_object();
    to.key("application/json").begin_object().key("schema");
    write_schema(to, one.fields);
    to.end_object().end_object().end_object();

    to.key("responses").begin_object();
    for (auto const* status : {"200", "201"})
        to.raw_member(status, R"({"$ref":"#/components/responses/accepted"})");
    to.raw_member("202", R"({"$ref":"#/components/responses/queued"})");
    if (one.refusals.empty())
        to.raw_member("409", problem_reference);
    else
        write_refusals(to, one.refusals);
    write_problems(to, "400 412 422 500 503", needs_token);
    to.end_object().end_object();
    to.key("get").begin_object().member("summary", "What is known of this command, in words");
    to.key("responses").begin_object();
    to.raw_member("200", R"({"description":"Text","content":{"text/plain":{}}})");
    write_problems(to, "503", needs_token);
    to.end_object().end_object().end_object();
}

void write_query_parameter(
    json::writer& to, std::string_view name, std::string_view what, std::string_view schema
) {
    to.begin_object()
        .member("name", name)
        .member("in", "query")
        .member("description", what)
        .raw_member("schema", schema)
        .end_object();
}

void write_view_parameters(json::writer& to, read::served_view const& one) {
    constexpr std::string_view text = R"({"type":"string"})";
    constexpr std::string_view filter = "An operator and a value: eq.x, not.gte.5, in.(a,b)";
    std::string sortable;
    auto const is_sortable = [&](std::string const& name) {
        sortable += (sortable.empty() ? "" : ", ") + name;
    };
    for (auto const& column : one.columns) {
        if (column.filter || column.is_key) write_query_parameter(to, column.name, filter, text);
        if (column.sort || column.is_key) is_sortable(column.name);
    }
    for (auto const& path : one.paths) {
        if (path.filter) write_query_parameter(to, path.path, filter, text);
        if (path.sort) is_sortable(path.path);
    }
    write_query_parameter(
        to, "and", "Conditions that must all hold: (a.eq.1,or(b.gt.2,c.is.null))", text
    );
    write_query_parameter(to, "or", "Conditions of which one must hold: (a.eq.1,b.gt.2)", text);
    write_query_parameter(to, "order", "By " + sortable + ", each with .asc or .desc", text);
    if (!one.search.empty())
        write_query_parameter(
            to, "search", "Words that must be there, -not, or, \"a phrase\"", text
        );
    write_query_parameter(
        to,
        "limit",
        "Rows, at most",
        R"({"type":"integer","minimum":1,"maximum":)" + std::to_string(one.limit_max) + "}"
    );
    write_query_parameter(
        to, "page", "From 1; instead of cursor", R"({"type":"integer","minimum":1})"
    );
    write_query_parameter(to, "cursor", "As the Link header gave it", text);
    write_query_parameter(
        to, "select", "Only these columns, and values inside of JSON: a,name:b->>c", text
    );
    write_query_parameter(to, "at_least", "A token that the rows must show", text);
    write_query_parameter(to, "as_of", "Rows as of this token, position or time", text);
    write_header(
        to, "Prefer", "count=exact or count=estimated: Content-Range says how many there are"
    );
    write_header(to, "Last-Event-ID", "Where a live query goes on");
}

void write_view(json::writer& to, read::served_view const& one, bool needs_token) {
    to.key("/views/" + one.name).begin_object().key("get").begin_object();
    to.member("operationId", "views." + one.name);
    to.raw_member("tags", R"(["views"])").key("parameters").begin_array();
    write_view_parameters(to, one);
    to.end_array().key("responses").begin_object();
    to.key("200").begin_object().member("description", "Rows").key("content").begin_object();
    to.key("application/json").begin_object().key("schema").begin_object();
    to.member("type", "array").key("items");
    write_schema(to, one.columns);
    to.end_object().end_object();
    to.raw_member("text/event-stream", R"({"schema":{"type":"string"}})");
    to.end_object().end_object();
    to.raw_member("304", R"({"description":"As the If-None-Match of the request knows it"})");
    write_problems(
        to, needs_token ? "400 403 404 410 500 503" : "400 404 410 500 503", needs_token
    );
    to.end_object().end_object().end_object();
}

/// Commands and views have paths of their own, so the general routes are left out.
bool is_general(std::string_view pattern) {
    return pattern == "/commands/{name}" || pattern == "/views/{view}";
}

void write_path_parameters(json::writer& to, std::string_view pattern) {
    for (auto open = pattern.find('{'); open != pattern.npos; open = pattern.find('{')) {
        auto const close = pattern.find('}', open);
        to.begin_object()
            .member("name", pattern.substr(open + 1, close - open - 1))
            .member("in", "path")
            .member("required", true)
            .raw_member("schema", R"({"type":"string"})")
            .end_object();
        pattern.remove_prefix(close + 1);
    }
}

void write_route(json::writer& to, http::route const& one, bool needs_token) {
    to.key(lower_case(one.method)).begin_object();
    if (!one.summary.empty()) to.member("summary", one.summary);
    auto const* const known = find_reference(one.method, one.pattern);
    to.key("parameters").begin_array();
    write_path_parameters(to, one.pattern);
    if (known != nullptr && !known->query.empty()) to.raw(known->query);
    if (one.pattern == "/commands") to.raw(reference_queue_parameters);
    to.end_array();
    if (known != nullptr && !known->body.empty()) {
        to.key("requestBody").begin_object().member("required", true).key("content").begin_object();
        to.key("application/json").begin_object().raw_member("schema", known->body);
        to.end_object().end_object().end_object();
    }
    // Probes carry no token.
    bool const is_open = one.pattern.starts_with("/health");
    if (is_open && needs_token) to.raw_member("security", "[]");
    to.key("responses").begin_object();
    if (known == nullptr)
        to.raw_member("default", R"({"description":"As the application says"})");
    else
        to.raw(known->answers);
    if (!is_open || !needs_token)
        write_problems(to, known == nullptr ? "" : known->problems, needs_token);
    to.end_object().end_object();
}

void write_components(json::writer& to, bool needs_token) {
    to.key("components").begin_object();
    to.key("schemas").begin_object().raw(reference_schemas).end_object();
    to.key("responses").begin_object().raw(reference_responses).end_object();
    if (needs_token)
        to.raw_member("securitySchemes", R"({"bearer":{"type":"http","scheme":"bearer"}})");
    to.end_object();
    if (needs_token) to.raw_member("security", R"([{"bearer":[]}])");
}

}  // namespace

std::string openapi(
    std::string_view title, services const& of, router const& routes, bool needs_token
) {
    json::writer to;
    to.begin_object().member("openapi", "3.1.0").key("info").begin_object();
    to.member("title", title).member("version", "1").end_object();
    to.key("paths").begin_object();
    for (auto const* one : of.commands.commands()) write_command(to, *one, needs_token);
    for (auto const& one : of.views.served()) write_view(to, one, needs_token);
    std::map<std::string, std::vector<http::route const*>> by_path;
    for (auto const& one : routes.routes())
        if (!is_general(one.pattern)) by_path[one.pattern].push_back(&one);
    for (auto const& [pattern, all] : by_path) {
        to.key(pattern).begin_object();
        for (auto const* one : all) write_route(to, *one, needs_token);
        to.end_object();
    }
    to.end_object();
    write_components(to, needs_token);
    to.end_object();
    return std::move(to).text();
}

}  // namespace diptych::edge
