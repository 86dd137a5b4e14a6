/// @file
/// Bearer tokens that say who asks: JSON Web Tokens (RFC 7519), signed by somebody trusted.
#pragma once

#include <diptych/application.hpp>
#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace diptych::edge {

/// Verifies tokens of one issuer. The algorithm is the one configured, never one that a token
/// names. Thread-compatible.
class jwt_verifier {
public:
    /// Fails with invalid if the key does not fit the algorithm: HS256 needs a secret of 32 bytes
    /// or more, RS256 an RSA public key of 2048 bits or more in PEM, ES256 one on P-256.
    static result<jwt_verifier> make(jwt_options const& how);

    /// The claims of a token: names with dots for nested ones, arrays as several of one name,
    /// values as text. Fails with denied, code "token_wrong", if it is not signed so, has ended,
    /// has no end, has not begun, or is for somebody else.
    result<http::pairs> verify(std::string_view token, timestamp now) const;

private:
    struct key;
    bool is_signed(std::string_view what, std::string_view signature) const;

    jwt_options how_;
    std::shared_ptr<key const> key_;
};

/// Whether the claims give the rights of the node's own token: `scope` has the word "diptych:all".
bool has_all_rights(http::pairs const& claims);

}  // namespace diptych::edge
