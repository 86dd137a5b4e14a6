#include "intake/letter_bounds.hpp"

#include "intake/secret_header.hpp"

#include <fmt/core.h>

#include <vector>

namespace diptych::intake {

namespace {

constexpr std::size_t letter_text_max = 512;
constexpr std::size_t letter_key_max = 4'096;
constexpr std::size_t letter_headers_max = 16'384;

std::size_t size_of_headers(delivery const& message) {
    std::size_t size = 0;
    for (auto const& [name, value] : message.headers) size += name.size() + value.size();
    return size;
}

// Whether something is gone of it.
bool cut(std::string& text, std::size_t most) {
    if (text.size() <= most) return false;
    text.resize(most);
    return true;
}

}  // namespace

std::string shortened(std::string_view text) {
    auto made = readable(text.substr(0, letter_text_max));
    if (text.size() > letter_text_max) made += "...";
    return made;
}

void bound(letter& what, delivery& message, std::size_t body_max) {
    what.message_id = shortened(what.message_id);
    what.type = shortened(what.type);
    what.why = shortened(what.why);
    cut(message.place, letter_text_max);
    if (auto const size = message.body.size(); cut(message.body, body_max)) {
        what.why += fmt::format("; of its {} bytes the first {} are kept", size, body_max);
        what.is_cut = true;
    }
    auto const is_topic_cut = cut(message.topic, letter_text_max);
    if (cut(message.key, letter_key_max) || is_topic_cut) {
        what.why += "; of its topic and key the beginning is kept";
        what.is_cut = true;
    }
    std::erase_if(message.headers, [](auto const& one) { return is_secret_header(one.first); });
    if (size_of_headers(message) > letter_headers_max) {
        what.why += "; its headers are too large to be kept";
        what.is_cut = true;
        message.headers.clear();
    }
    what.body_hash = hash_of_body(message.body);
}

void reduce(letter& what, delivery& message) {
    message = {.ticket = message.ticket, .place = message.place};
    what.why += "; nothing of it could be kept";
    what.is_cut = true;
    what.body_hash = hash_of_body(message.body);
}

}  // namespace diptych::intake
