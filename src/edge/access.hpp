/// @file
/// Who may ask at all.
#pragma once

#include <diptych/http.hpp>

#include <optional>
#include <string>

namespace diptych::edge {

/// Checks bearer tokens; without one, that no foreign web page speaks through a user's browser.
/// Thread-compatible.
class access {
public:
    /// `token`: what requests must carry; empty: nothing, and then only this machine is served.
    explicit access(std::string token) : token_(std::move(token)) {}

    /// What to answer instead of serving the request. Else sets its caller.
    std::optional<http::response> refuse(http::request& asked) const;

private:
    std::string token_;
};

/// Compares in a time that does not tell how much was right.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace diptych::edge
