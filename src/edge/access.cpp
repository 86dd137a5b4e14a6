#include "edge/access.hpp"

#include "base/lower_case.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace diptych::edge {

namespace {

/// "localhost:8080" -> "localhost"; "[::1]:80" -> "[::1]".
std::string_view host_name(std::string_view host) {
    if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

/// A name that no foreign site can make point at this machine.
bool is_local(std::string_view name) {
    bool const digits = name.find_first_not_of("0123456789.") == name.npos;
    return digits || name.starts_with('[') || name == "localhost" || name.ends_with(".localhost");
}

/// The host and port of "http://host:port".
std::string_view origin_host(std::string_view origin) {
    auto const scheme = origin.find("://");
    return scheme == origin.npos ? origin : origin.substr(scheme + 3);
}

/// Without a token, a page of another site could send commands through the browser of somebody who
/// can reach this server. Browsers say where a page is from; other programs say nothing.
std::optional<http::response> refuse_foreign(http::request const& asked) {
    auto const host = asked.header("Host").value_or("");
    if (!is_local(host_name(host)))
        return http::problem(
            403,
            "foreign_host",
            fmt::format("without a token this server answers to localhost only, not to '{}'", host)
        );
    auto const origin = asked.header("Origin");
    if (origin && origin_host(*origin) != host)
        return http::problem(
            403,
            "foreign_origin",
            fmt::format("pages of '{}' may not use this server without a token", *origin)
        );
    return std::nullopt;
}

/// The token of "Bearer <token>"; the scheme's name is compared without case (RFC 9110).
std::optional<std::string_view> bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() < scheme.size()) return std::nullopt;
    if (lower_case(authorization.substr(0, scheme.size())) != scheme) return std::nullopt;
    return authorization.substr(scheme.size());
}

bool is_open(http::request const& asked) {
    return asked.path == "/health" || asked.path == "/health/live";
}

}  // namespace

bool same_secret(std::string_view a, std::string_view b) {
    unsigned different = a.size() != b.size();
    for (std::size_t i = 0; i < a.size(); ++i)
        different |= static_cast<unsigned char>(a[i]) ^
                     static_cast<unsigned char>(b.empty() ? '\0' : b[i % b.size()]);
    return different == 0;
}

std::optional<http::response> access::refuse(http::request& asked) const {
    if (!is_limited()) return refuse_foreign(asked);
    auto const given = asked.header("Authorization").value_or("");
    auto const token = bearer_token(given);
    if (token && !token_.empty() && same_secret(*token, token_)) {
        asked.caller = "bearer";
        asked.has_all_rights = true;
        return std::nullopt;
    }
    std::string why = "send the header 'Authorization: Bearer <token>'";
    if (token && verifier_) {
        auto claims = verifier_->verify(*token, time_->now());
        if (claims) {
            for (auto const& [name, value] : *claims)
                if (name == "sub") asked.caller = "sub:" + value;
            asked.has_all_rights = has_all_rights(*claims);
            asked.claims = *std::move(claims);
            return std::nullopt;
        }
        why = claims.error().message;
    }
    if (is_open(asked)) return std::nullopt;
    return http::problem(401, given.empty() ? "token_missing" : "token_wrong", why);
}

bool access::permits(http::request const& asked, http::route const& route, bool is_own) const {
    if (!is_limited() || asked.has_all_rights || is_own || is_open(asked)) return true;
    return route.method == "GET" &&
           (route.pattern == "/views/{view}" || route.pattern == "/openapi.json");
}

}  // namespace diptych::edge
