// GET /, /metrics and /openapi.json
#include "edge/metrics.hpp"
#include "edge/openapi.hpp"
#include "edge/router.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::edge {

namespace {

void append_escaped(std::string& to, std::string_view text) {
    for (char const c : text) {
        if (c == '<')
            to += "&lt;";
        else if (c == '&')
            to += "&amp;";
        else if (c == '"')
            to += "&quot;";
        else
            to += c;
    }
}

void append_item(
    std::string& to, std::string_view method, std::string_view path, std::string_view what
) {
    bool const leads_there = method == "GET" && path.find('{') == path.npos;
    to += "<li>";
    to += method;
    to += leads_there ? " <a href=\"" : " <code>";
    append_escaped(to, path);
    if (leads_there) {
        to += "\">";
        append_escaped(to, path);
    }
    to += leads_there ? "</a> " : "</code> ";
    append_escaped(to, what);
    to += "</li>\n";
}

std::string start_page(site_parts const& parts) {
    std::string text = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>";
    append_escaped(text, parts.title);
    text += "</title><h1>";
    append_escaped(text, parts.title);
    text += "</h1>\n<h2>Commands</h2><ul>\n";
    for (auto const* one : parts.of.commands.commands())
        append_item(text, "POST", "/commands/" + one->context + "." + one->name, "");
    text += "</ul><h2>Views</h2><ul>\n";
    for (auto const& one : parts.of.views.names()) append_item(text, "GET", "/views/" + one, "");
    text += "</ul><h2>All routes</h2><ul>\n";
    for (auto const& one : parts.router.routes())
        append_item(text, one.method, one.pattern, one.summary);
    return text + "</ul></html>\n";
}

std::string listing(site_parts const& parts) {
    json::writer body;
    body.begin_object().member("title", parts.title).key("commands").begin_array();
    for (auto const* one : parts.of.commands.commands())
        body.value("/commands/" + one->context + "." + one->name);
    body.end_array().key("views").begin_array();
    for (auto const& one : parts.of.views.names()) body.value("/views/" + one);
    body.end_array().key("routes").begin_array();
    for (auto const& one : parts.router.routes())
        body.begin_object()
            .member("method", one.method)
            .member("path", one.pattern)
            .member("summary", one.summary)
            .end_object();
    body.end_array().end_object();
    return std::move(body).text();
}

http::response index(site_parts const& parts, http::request const& asked) {
    auto const accept = asked.header("Accept").value_or("");
    if (accept.find("text/html") == std::string_view::npos) return http::json(200, listing(parts));
    return {.headers = {{"Content-Type", "text/html; charset=utf-8"}}, .body = start_page(parts)};
}

}  // namespace

std::vector<http::route> index_routes(site_parts& parts) {
    return {
        {.method = "GET",
         .pattern = "/",
         .answer = [&parts](http::request const& asked) { return index(parts, asked); },
         .summary = "What there is"},
        {.method = "GET",
         .pattern = "/metrics",
         .answer =
             [&parts](http::request const&) {
                 return http::response{
                     .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                     .body = parts.metrics.text(
                         parts.of, parts.server.statistics(), parts.shadows.counts()
                     )
                 };
             },
         .summary = "Counters, for Prometheus"},
        {.method = "GET",
         .pattern = "/openapi.json",
         .answer =
             [&parts](http::request const&) {
                 return http::json(
                     200, openapi(parts.title, parts.of, parts.router, parts.needs_token)
                 );
             },
         .summary = "This interface, for programs"}
    };
}

}  // namespace diptych::edge
