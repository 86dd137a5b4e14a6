#include "edge/url.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

namespace diptych::edge {

namespace {

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

result<std::string> decode(std::string_view text, bool plus_is_space) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            int const high = i + 1 < text.size() ? digit_of(text[i + 1]) : -1;
            int const low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return fail(
                    errc::invalid,
                    "bad_encoding",
                    fmt::format("'{}' has a '%' without two hexadecimal digits", text)
                );
            c = static_cast<char>(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == '\0')
            return fail(
                errc::invalid, "bad_encoding", fmt::format("'{}' has a zero byte in it", text)
            );
        decoded += c;
    }
    return decoded;
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '~';
}

}  // namespace

result<std::string> percent_decode(std::string_view text) { return decode(text, false); }

std::string percent_encode(std::string_view text) {
    static constexpr auto digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (char const c : text) {
        if (is_plain(c)) {
            encoded += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return encoded;
}

result<http::pairs> parse_query(std::string_view text) {
    http::pairs found;
    while (!text.empty()) {
        auto const part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        if (part.empty()) continue;
        auto const name = part.substr(0, part.find('='));
        auto const value = part.substr(std::min(part.size(), name.size() + 1));
        DIPTYCH_TRY(auto decoded_name, decode(name, true));
        DIPTYCH_TRY(auto decoded_value, decode(value, true));
        found.emplace_back(std::move(decoded_name), std::move(decoded_value));
    }
    return found;
}

}  // namespace diptych::edge
