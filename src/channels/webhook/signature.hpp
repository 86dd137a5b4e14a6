/// @file
/// Signatures as in "Standard Webhooks" (https://www.standardwebhooks.com): who knows the secret
/// can tell who sent a message, and when.
#pragma once

#include <diptych/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace diptych::channels {

/// What is signed.
struct signed_parts {
    std::string_view id;
    std::string_view timestamp;  ///< Seconds since 1970.
    std::string_view body;
};

/// The bytes of a secret: "whsec_" and base64, or as it is. Fails with invalid.
result<std::string> secret_bytes(std::string_view text);

/// The header's value: "v1,<base64>" for each of the secrets, with blanks between.
std::string signature_of(signed_parts const& what, std::vector<std::string> const& secrets);

}  // namespace diptych::channels
