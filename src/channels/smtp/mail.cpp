#include "channels/smtp/mail.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace diptych::channels {

namespace {

constexpr std::size_t line_bytes = 57;  // 76 characters in base64
constexpr std::size_t word_bytes = 45;  // of an encoded word, which may have 75 characters

std::string in_base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    auto const size = ::EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(text.data()),
        reinterpret_cast<unsigned char const*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::string base64_lines(std::string_view bytes) {
    std::string all;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(line_bytes, bytes.size())))
        all += in_base64(bytes.substr(0, line_bytes)) + "\r\n";
    return all;
}

// How much of it is at most so long, and ends with a whole character.
std::size_t whole_characters(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text.size();
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return end > 0 ? end : most;
}

/// As it is where it is plain, else in encoded words (RFC 2047).
std::string header_words(std::string text) {
    for (auto& c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    auto const is_plain = [](char c) { return static_cast<unsigned char>(c) < 0x7f; };
    if (text.size() <= 200 && !text.contains("=?") && std::ranges::all_of(text, is_plain))
        return text;
    std::string all;
    for (std::string_view left = text; !left.empty();) {
        auto const size = whole_characters(left, word_bytes);
        all += (all.empty() ? "" : "\r\n ");
        all += "=?UTF-8?B?" + in_base64(left.substr(0, size)) + "?=";
        left.remove_prefix(size);
    }
    return all;
}

std::string date_of(timestamp when) {
    static constexpr std::array<char const*, 7> days{
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
    };
    static constexpr std::array<char const*, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    auto const day = std::chrono::floor<std::chrono::days>(when);
    std::chrono::year_month_day const date(day);
    std::chrono::hh_mm_ss const time(std::chrono::floor<std::chrono::seconds>(when - day));
    return fmt::format(
        "{}, {:02} {} {} {:02}:{:02}:{:02} +0000",
        days[std::chrono::weekday(day).c_encoding()],
        static_cast<unsigned>(date.day()),
        months[static_cast<unsigned>(date.month()) - 1],
        static_cast<int>(date.year()),
        time.hours().count(),
        time.minutes().count(),
        time.seconds().count()
    );
}

std::string text_part(std::string_view body) {
    return "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
           base64_lines(body);
}

}  // namespace

std::string mail_text(mail const& what) {
    std::string to;
    for (auto const& one : what.to) to += (to.empty() ? "<" : ",\r\n <") + one + ">";
    auto text = fmt::format(
        "From: <{}>\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}>\r\n"
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
        what.from,
        to,
        header_words(what.subject),
        date_of(what.date),
        what.message_id
    );
    if (what.attachment.empty()) return text + text_part(what.body);
    // No base64 has a '=' at its begin, so no line of a part is this one.
    static constexpr std::string_view boundary = "=_diptych_part";
    return text + fmt::format(
                      "Content-Type: multipart/mixed; boundary=\"{0}\"\r\n\r\n--{0}\r\n{1}--{0}\r\n"
                      "Content-Type: application/cloudevents+json; charset=utf-8\r\n"
                      "Content-Disposition: attachment; filename=\"event.json\"\r\n"
                      "Content-Transfer-Encoding: base64\r\n\r\n{2}--{0}--\r\n",
                      boundary,
                      text_part(what.body),
                      base64_lines(what.attachment)
                  );
}

bool is_mail_address(std::string_view text) {
    auto const is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '<' || c == '>' ||
               c == ',' || c == ';' || c == '"' || c == '(' || c == ')' || c == '\\';
    };
    auto const at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos && text.size() <= 254 &&
           std::ranges::none_of(text, is_odd);
}

}  // namespace diptych::channels
