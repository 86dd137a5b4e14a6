#include "intake/secret_header.hpp"

#include <algorithm>
#include <array>

namespace diptych::intake {

bool is_secret_header(std::string_view name) {
    constexpr std::array<std::string_view, 9> parts{
        "authorization",
        "cookie",
        "token",
        "secret",
        "password",
        "api-key",
        "api_key",
        "apikey",
        "credential"
    };
    if (name.starts_with("ce-") || name.starts_with("ce_")) return false;
    return std::ranges::any_of(parts, [&](auto part) { return name.contains(part); });
}

}  // namespace diptych::intake
