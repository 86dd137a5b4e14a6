/// @file
/// Who may ask at all.
#pragma once

#include "edge/jwt.hpp"

#include <diptych/clock.hpp>
#include <diptych/http.hpp>

#include <optional>
#include <string>

namespace diptych::edge {

/// Checks bearer tokens: the node's own, and those that say who asks. Without either, that no
/// foreign web page speaks through a user's browser. Thread-compatible.
class access {
public:
    /// `token`: what requests must carry; empty: nothing, and then only this machine is served.
    explicit access(std::string token) : token_(std::move(token)) {}

    /// Takes such tokens, too. Keeps a reference to the clock.
    void trust(jwt_verifier verifier, clock& time) {
        verifier_ = std::move(verifier);
        time_ = &time;
    }

    /// What to answer instead of serving the request. Else sets its caller, claims and rights.
    std::optional<http::response> refuse(http::request& asked) const;

    /// Whether a caller with claims may use this route, and not the holder of the node's own token
    /// alone: queries on views, and the application's own.
    bool permits(http::request const& asked, http::route const& route, bool is_own) const;

private:
    bool is_limited() const { return !token_.empty() || verifier_; }

    std::string token_;
    std::optional<jwt_verifier> verifier_;
    clock* time_ = nullptr;  // set with the verifier
};

/// Compares in a time that does not tell how much was right.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace diptych::edge
