#include "edge/openapi.hpp"

#include "edge/json_schema.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <vector>

namespace diptych::edge {

namespace {

constexpr std::string_view problem_reference = R"({"$ref":"#/components/responses/problem"})";

void write_problems(json::writer& to, std::initializer_list<char const*> statuses) {
    for (auto const* status : statuses) to.raw_member(status, problem_reference);
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

void write_command(json::writer& to, model::command const& one) {
    to.key("/commands/" + one.context + "." + one.name).begin_object().key("post").begin_object();
    to.member("operationId", one.context + "." + one.name);
    to.key("tags").begin_array().value(one.context).end_array();
    to.key("parameters").begin_array();
    write_header(to, "Idempotency-Key", "The same key again gets the first answer");
    write_header(
        to, "If-Match", "A token: only if nothing this command looks at has changed since"
    );
    write_header(to, "X-Correlation-Id", "The conversation, recorded with the events");
    write_header(to, "X-Causation-Id", "The message that led to this one, recorded");
    write_header(to, "X-User", "On whose behalf, recorded");
    write_header(to, "X-Reason", "Why, recorded");
    to.end_array();
    to.key("requestBody").begin_object().member("required", true).key("content").begin_object();
    to.key("application/json").begin_object().key("schema");
    write_schema(to, one.fields);
    to.end_object().end_object().end_object();

    to.key("responses").begin_object();
    for (auto const* status : {"200", "201"})
        to.raw_member(status, R"({"$ref":"#/components/responses/accepted"})");
    if (one.refusals.empty())
        write_problems(to, {"409"});
    else
        write_refusals(to, one.refusals);
    write_problems(to, {"400", "412", "422", "500", "503"});
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

void write_view(json::writer& to, read::served_view const& one) {
    to.key("/views/" + one.name).begin_object().key("get").begin_object();
    to.member("operationId", "views." + one.name);
    to.raw_member("tags", R"(["views"])").key("parameters").begin_array();
    for (auto const& column : one.columns)
        if (column.filter || column.is_key)
            write_query_parameter(
                to,
                column.name,
                "An operator and a value: eq.x, gte.5, in.(a,b)",
                R"({"type":"string"})"
            );
    std::string sortable;
    for (auto const& column : one.columns)
        if (column.sort || column.is_key) sortable += (sortable.empty() ? "" : ", ") + column.name;
    write_query_parameter(
        to, "order", "By " + sortable + ", each with .asc or .desc", R"({"type":"string"})"
    );
    write_query_parameter(
        to,
        "limit",
        "Rows, at most",
        R"({"type":"integer","minimum":1,"maximum":)" + std::to_string(one.limit_max) + "}"
    );
    write_query_parameter(to, "cursor", "As the Link header gave it", R"({"type":"string"})");
    write_query_parameter(
        to, "at_least", "A token that the rows must show", R"({"type":"string"})"
    );
    to.end_array().key("responses").begin_object();
    to.key("200").begin_object().member("description", "Rows").key("content").begin_object();
    to.key("application/json").begin_object().key("schema").begin_object();
    to.member("type", "array").key("items");
    write_schema(to, one.columns);
    to.end_object().end_object().end_object().end_object();
    write_problems(to, {"400", "404", "410", "503"});
    to.end_object().end_object().end_object();
}

/// Commands and views have paths of their own, so the general routes are left out.
bool is_general(std::string_view pattern) {
    return pattern == "/commands/{name}" || pattern == "/views/{view}";
}

void write_route(json::writer& to, http::route const& one) {
    auto method = one.method;
    std::ranges::transform(method, method.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    to.key(method).begin_object();
    if (!one.summary.empty()) to.member("summary", one.summary);
    to.key("parameters").begin_array();
    std::string_view rest = one.pattern;
    for (auto open = rest.find('{'); open != rest.npos; open = rest.find('{')) {
        auto const close = rest.find('}', open);
        to.begin_object()
            .member("name", rest.substr(open + 1, close - open - 1))
            .member("in", "path")
            .member("required", true)
            .raw_member("schema", R"({"type":"string"})")
            .end_object();
        rest.remove_prefix(close + 1);
    }
    to.end_array()
        .raw_member("responses", R"({"default":{"description":"See the reference"}})")
        .end_object();
}

void write_components(json::writer& to) {
    to.raw_member(
        "components",
        R"({"schemas":{"problem":{"type":"object","properties":{"type":{"type":"string"},)"
        R"("title":{"type":"string"},"status":{"type":"integer"},"code":{"type":"string"},)"
        R"("detail":{"type":"string"}}},"outcome":{"type":"object","properties":{)"
        R"("outcome":{"enum":["accepted"]},"token":{"type":"string"},"events":{"type":"array",)"
        R"("items":{"type":"object","properties":{"type":{"type":"string"},)"
        R"("stream":{"type":"string"},"version":{"type":"integer"},)"
        R"("position":{"type":"integer"}}}},"location":{"type":"string"}}}},)"
        R"("responses":{"problem":{"description":"Problem Details, RFC 9457","content":)"
        R"({"application/problem+json":{"schema":{"$ref":"#/components/schemas/problem"}}}},)"
        R"("accepted":{"description":"Accepted, durable and shown by inline views","content":)"
        R"({"application/json":{"schema":{"$ref":"#/components/schemas/outcome"}}}}}})"
    );
}

}  // namespace

std::string openapi(std::string_view title, services const& of, router const& routes) {
    json::writer to;
    to.begin_object().member("openapi", "3.1.0").key("info").begin_object();
    to.member("title", title).member("version", "1").end_object();
    to.key("paths").begin_object();
    for (auto const* one : of.commands.commands()) write_command(to, *one);
    for (auto const& one : of.views.served()) write_view(to, one);
    std::map<std::string, std::vector<http::route const*>> by_path;
    for (auto const& one : routes.routes())
        if (!is_general(one.pattern)) by_path[one.pattern].push_back(&one);
    for (auto const& [pattern, all] : by_path) {
        to.key(pattern).begin_object();
        for (auto const* one : all) write_route(to, *one);
        to.end_object();
    }
    to.end_object();
    write_components(to);
    to.end_object();
    return std::move(to).text();
}

}  // namespace diptych::edge
