#include "edge/response_format.hpp"

#include <charconv>
#include <ctime>

namespace diptych::edge {

namespace {

constexpr std::size_t copied_body_max = 4096;  // a copy is cheaper than a second buffer below this

/// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second on each thread.
std::string_view http_date() {
    thread_local std::time_t made_for = 0;
    thread_local char text[32] = {};
    auto const now = std::time(nullptr);
    if (now != made_for) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        made_for = now;
    }
    return text;
}

void append_number(std::string& to, std::size_t number, int base = 10) {
    char digits[24];
    auto const end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
    to.append(digits, end);
}

/// Header text, without what would end the line: nobody smuggles headers through a value.
void append_clean(std::string& to, std::string_view text) {
    for (char const c : text) to += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
}

}  // namespace

std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Status";
    }
}

std::string format(http::response& what, framing const& how) {
    bool const bodiless = what.status == 204 || what.status == 304;
    std::string text;
    text.reserve(256 + (what.body.size() <= copied_body_max ? what.body.size() : 0));
    text += "HTTP/1.1 ";
    append_number(text, static_cast<std::size_t>(what.status));
    text += ' ';
    text += reason_phrase(what.status);
    text += "\r\nDate: ";
    text += http_date();
    for (std::size_t i = 0; i < what.headers.size(); ++i) {
        auto const [name, value] = what.headers[i];
        text += "\r\n";
        append_clean(text, name);
        text += ": ";
        append_clean(text, value);
    }
    if (how.chunked) {
        text += "\r\nTransfer-Encoding: chunked";
    } else if (!how.until_closed && !bodiless) {
        text += "\r\nContent-Length: ";
        append_number(text, what.body.size());
    }
    if (!how.keep_alive)
        text += "\r\nConnection: close";
    else if (how.http_1_0)
        text += "\r\nConnection: keep-alive";
    text += "\r\n\r\n";

    if (bodiless || how.without_body) what.body.clear();
    if (what.body.size() <= copied_body_max) {
        text += what.body;
        what.body.clear();
    }
    return text;
}

void append_chunk(std::string& to, std::string_view bytes) {
    if (bytes.empty()) return;  // an empty chunk would be the end
    append_number(to, bytes.size(), 16);
    to += "\r\n";
    to += bytes;
    to += "\r\n";
}

}  // namespace diptych::edge
