#include "json/scan.hpp"
#include "json/utf8.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::json {
namespace {

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
    auto const* at = text.data();
    auto const* const end = at + text.size();
    while (true) {
        auto const* const special = find_special(at, end);
        to.append(at, special);
        if (special == end) break;
        at = special;
        if (static_cast<unsigned char>(*at) < 0x80) {
            append_escape(to, *at++);
            continue;
        }
        auto const length = utf8_sequence({at, static_cast<std::size_t>(end - at)});
        if (length > 0)
            to.append(at, length);
        else
            to += "\uFFFD";
        at += length > 0 ? length : 1;
    }
    to += '"';
}

}  // namespace diptych::json
