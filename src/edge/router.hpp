/// @file
/// Which route answers a request.
#pragma once

#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::edge {

/// Routes by method and form of path. Literal segments win over parameters. Thread-compatible.
class router {
public:
    /// Fails with invalid if the pattern is malformed, another route has the same form and method,
    /// or it has not just one of answer and handle.
    result<void> add(http::route one);

    /// The route of a request, its path parameters filled in; or the problem to answer: 404 with
    /// the nearest path there is, 405 with `Allow`.
    struct match {
        http::route const* route = nullptr;
        std::uint32_t number = 0;  ///< 1 for the first route added; 0: none.
        std::optional<http::response> problem = {};
    };
    match find(http::request& asked) const;

    std::span<http::route const> routes() const { return routes_; }

private:
    struct form {
        std::vector<std::string> segments;  // "{name}" or literal
        std::size_t parameters = 0;
    };
    bool fits(form const& of, std::span<std::string_view const> path) const;
    http::response not_found(std::string_view path) const;

    std::vector<http::route> routes_;
    std::vector<form> forms_;  // of the routes, in the same order
};

}  // namespace diptych::edge
