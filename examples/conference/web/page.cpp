#include "web/page.hpp"

#include <algorithm>
#include <charconv>

namespace conference::web {

namespace {

constexpr std::string_view style =
    "body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:left}"
    "label{display:block;margin:.5em 0}input{margin-left:.5em}.fault{color:#a00}";

// Without it the page comes anew by itself, only later.
constexpr std::string_view script =
    "const rows=new EventSource(document.body.dataset.live);"
    "for(const what of['enter','change'])rows.addEventListener(what,()=>location.reload())";

std::string decoded(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        auto const* const digits = text.data() + i + 1;
        if (text[i] == '+')
            made += ' ';
        else if (text[i] == '%' && i + 2 < text.size() &&
                 std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            made += static_cast<char>(byte);
            i += 2;
        } else
            made += text[i];
    }
    return made;
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string made;
    for (auto const c : text) switch (c) {
            case '&':
                made += "&amp;";
                break;
            case '<':
                made += "&lt;";
                break;
            case '>':
                made += "&gt;";
                break;
            case '"':
                made += "&quot;";
                break;
            case '\'':
                made += "&#39;";
                break;
            default:
                made += c;
        }
    return made;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    std::string made;
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (plain.find(c) != plain.npos)
            made += c;
        else
            made += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return made;
}

std::string link_to(
    std::string path, std::initializer_list<std::pair<std::string_view, std::string_view>> query
) {
    auto mark = '?';
    for (auto const& [name, value] : query) {
        if (value.empty()) continue;
        path += std::exchange(mark, '&');
        path += std::string{name} + '=' + percent_encoded(value);
    }
    return path;
}

std::string path_of(http::request const& asked, std::string_view place) {
    return "/" + percent_encoded(asked.parameter("conf")) + "/" + std::string{place};
}

std::string asked_for(http::request const& asked, std::string_view name) {
    return std::string{asked.query_value(name).value_or("")};
}

http::response show(page const& what, int status) {
    auto text = "<!doctype html><html lang=en><head><meta charset=utf-8><title>" +
                escaped(what.title) + "</title><style>" + std::string{style} + "</style>";
    if (what.again_after > 0)
        text += "<meta http-equiv=refresh content=" + std::to_string(what.again_after) + ">";
    text += "</head><body data-live=\"" + escaped(what.live_query) + "\"><h1>" +
            escaped(what.title) + "</h1>" + what.body;
    if (!what.live_query.empty()) text += "<script>" + std::string{script} + "</script>";
    return {
        .status = status,
        .headers =
            {{"Content-Type", "text/html; charset=utf-8"},
             {"Cache-Control", "no-store"},
             {"X-Content-Type-Options", "nosniff"}},
        .body = text + "</body></html>\n"
    };
}

http::response send_to(std::string const& path) {
    return {.status = 303, .headers = {{"Location", path}}, .body = {}};
}

http::response complain(int status, std::string_view sentence) {
    auto const body = "<p class=fault>" + escaped(sentence) +
                      "</p><p><a href=/conferences>All "
                      "conferences</a></p>";
    return show({.title = "This does not work", .body = body}, status);
}

http::pairs read_form(std::string_view body) {
    http::pairs form;
    while (!body.empty()) {
        auto const one = body.substr(0, body.find('&'));
        body.remove_prefix(std::min(body.size(), one.size() + 1));
        auto const equals = std::min(one.find('='), one.size());
        auto const value = one.substr(std::min(one.size(), equals + 1));
        form.emplace_back(decoded(one.substr(0, equals)), decoded(value));
    }
    return form;
}

std::string value_of(http::pairs const& form, std::string_view name) {
    for (auto const& [key, value] : form)
        if (key == name) return value;
    return {};
}

}  // namespace conference::web
