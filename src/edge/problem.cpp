#include <diptych/http.hpp>
#include <diptych/json_writer.hpp>

#include <algorithm>
#include <string>

namespace diptych::http {

namespace {

/// Codes that deserve a status of their own, whatever their kind.
int status_of_code(std::string_view code) {
    if (code == "command_id_reused" || code == "event_id_reused" || code == "message_id_reused" ||
        code == "command_dropped")
        return 422;
    if (code == "foreign_token") return 410;
    return 0;
}

std::string_view title_of(int status) {
    switch (status) {
        case 400:
            return "The request is malformed";
        case 401:
            return "A bearer token is needed";
        case 403:
            return "This is not allowed";
        case 404:
            return "There is no such thing here";
        case 405:
            return "This method does not work here";
        case 408:
            return "The request took too long to arrive";
        case 409:
            return "The command was refused";
        case 410:
            return "This place in the log is gone";
        case 412:
            return "What the request relied on has changed";
        case 413:
            return "The body is too long";
        case 414:
            return "The path and query are too long";
        case 415:
            return "This type of content is not understood";
        case 417:
            return "This expectation cannot be met";
        case 422:
            return "The key was used for another request";
        case 431:
            return "The headers are too long";
        case 501:
            return "This is not implemented";
        case 503:
            return "Not now";
        case 505:
            return "This version of HTTP is not spoken here";
        default:
            return status >= 500 ? "Something failed here" : "The request was not accepted";
    }
}

/// The name of a fact among the members there are, which it joins: JSON has each name once.
std::string const& free_name(std::vector<std::string>& taken, std::string name) {
    while (std::ranges::find(taken, name) != taken.end()) name.insert(0, "fact_");
    return taken.emplace_back(std::move(name));
}

}  // namespace

response json(int status, std::string body) {
    return {
        .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)
    };
}

response problem(
    int status,
    std::string_view code,
    std::string_view detail,
    std::vector<std::pair<std::string, std::string>> const& facts
) {
    diptych::json::writer body;
    body.begin_object()
        .member("type", "urn:diptych:" + std::string(code))
        .member("title", title_of(status))
        .member("status", status)
        .member("code", code)
        .member("detail", detail);
    std::vector<std::string> taken{"type", "title", "status", "code", "detail", "instance"};
    for (auto const& [name, value] : facts) body.raw_member(free_name(taken, name), value);
    body.end_object();
    response answer{
        .status = status,
        .headers = {{"Content-Type", "application/problem+json"}},
        .body = std::move(body).text()
    };
    if (status == 503) answer.headers.add("Retry-After", "1");
    if (status == 401) answer.headers.add("WWW-Authenticate", "Bearer");
    return answer;
}

int status_of(error const& what) {
    if (int const special = status_of_code(what.code)) return special;
    switch (what.kind) {
        case errc::refused:
            return 409;
        case errc::conflict:
            return 412;
        case errc::not_found:
            return 404;
        case errc::invalid:
            return 400;
        case errc::denied:
            return 403;
        case errc::unavailable:
            return 503;
        case errc::outcome_unknown:
        case errc::corrupt:
        case errc::failed:
            return 500;
    }
    return 500;
}

response problem(error const& what) {
    auto detail = what.message;
    if (what.kind == errc::outcome_unknown)
        detail +=
            "; it may have been recorded: repeat it with the same Idempotency-Key to find out";
    auto facts = what.facts;
    // First, so that no fact of this name takes its place.
    facts.insert(facts.begin(), {"kind", '"' + std::string(to_string(what.kind)) + '"'});
    return problem(status_of(what), what.code, detail, facts);
}

}  // namespace diptych::http
