#include "read/event_keys.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace diptych::read {

namespace {

constexpr double exact_max = 9007199254740992.0;  // whole numbers that a double tells apart

std::string joined_path(std::span<std::string const> path) {
    std::string text;
    for (auto const& part : path) text += (text.empty() ? "" : ".") + part;
    return text;
}

// 5, 5.0 and "5" are one key: rather too many wait than too few.
std::string text_of(json::value value) {
    if (value.kind() == json::kind::text) return std::string{value.text()};
    if (value.kind() != json::kind::real) return std::string{value.raw()};
    auto const number = value.real();
    if (std::abs(number) < exact_max && number == std::trunc(number))
        return std::to_string(static_cast<std::int64_t>(number));
    std::array<char, 32> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

void add_once(event_keys& keys, std::string key) {
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
}

}  // namespace

event_keys stream_and_tags(recorded_event const& event) {
    event_keys keys{std::string{event.stream}};
    for (auto const tag : event.tags) add_once(keys, std::string{tag});
    return keys;
}

result<event_keys> keys_of_fields(event_input& of, std::span<key_field const> fields) {
    event_keys keys;
    DIPTYCH_TRY(auto const data, of.data());
    for (auto const& field : fields) {
        auto const value = follow(data, field.path);
        if (!value || value->is_null()) continue;
        auto const name = joined_path(field.path) + '=';
        if (value->kind() != json::kind::array) add_once(keys, name + text_of(*value));
        for (auto const element : value->elements())
            if (!element.is_null()) add_once(keys, name + text_of(element));
    }
    if (keys.empty()) keys.emplace_back(of.event().stream);
    return keys;
}

std::string key_rule(std::span<key_field const> fields) {
    std::string text;
    for (auto const& field : fields) text += (text.empty() ? ":" : ", :") + joined_path(field.path);
    return text;
}

}  // namespace diptych::read
