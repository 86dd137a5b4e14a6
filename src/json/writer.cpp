#include "json/utf8.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::json {
namespace {

constexpr bool is_plain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 &&
           c != '"' && c != '\\';
}

void append_escape(std::string& to, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"':
            to += "\\\"";
            return;
        case '\\':
            to += "\\\\";
            return;
        case '\n':
            to += "\\n";
            return;
        case '\t':
            to += "\\t";
            return;
        case '\r':
            to += "\\r";
            return;
        case '\b':
            to += "\\b";
            return;
        case '\f':
            to += "\\f";
            return;
        default:
            to += "\\u00";
            to += digits[static_cast<unsigned char>(c) >> 4];
            to += digits[static_cast<unsigned char>(c) & 15];
    }
}

}  // namespace

void append_quoted(std::string& to, std::string_view text) {
    to += '"';
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && is_plain(text[plain])) ++plain;
        to += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        if (static_cast<unsigned char>(text[0]) < 0x80) {
            append_escape(to, text[0]);
            text.remove_prefix(1);
        } else if (auto const length = utf8_sequence(text); length > 0) {
            to += text.substr(0, length);
            text.remove_prefix(length);
        } else {
            to += "\uFFFD";
            text.remove_prefix(1);
        }
    }
    to += '"';
}

}  // namespace diptych::json
