/// @file
/// What passes for an e-mail address, whoever is asked for one.
#pragma once

#include <string_view>

namespace conference {

/// Something before one "@" and something behind it, no blank between. What more there is to an
/// address only its server knows.
inline bool is_email(std::string_view text) {
    auto const at = text.find('@');
    return at != text.npos && at > 0 && at == text.rfind('@') && at + 1 < text.size() &&
           text.find_first_of(" \t\r\n") == text.npos;
}

/// What is said to who gave something else.
inline constexpr auto email_wanted = "An e-mail address is like ada@example.org";

}  // namespace conference
