#include "outbox/pattern.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace diptych::outbox {

namespace {

constexpr std::array<std::string_view, 7> places{
    "id", "type", "stream", "category", "position", "version", "time"
};

bool is_place_name(std::string_view name) {
    return std::ranges::find(places, name) != places.end() ||
           ((name.starts_with("tag.") || name.starts_with("data.")) && !name.ends_with('.'));
}

std::unexpected<error> no_pattern(std::string_view text, std::string_view why) {
    return fail(errc::invalid, "channel_file", fmt::format("\"{}\": {}", text, why));
}

std::string tag_of(message const& what, std::string_view kind) {
    auto const value = [&](std::string_view id) {
        return category_of(id) == kind && id.size() > kind.size() ? id.substr(kind.size() + 1)
                                                                  : std::string_view{};
    };
    if (auto const home = value(what.stream); !home.empty()) return std::string(home);
    for (auto const& one : what.tags)
        if (auto const found = value(one); !found.empty()) return std::string(found);
    return {};
}

std::string field_of(message const& what, std::string_view path) {
    json::document data;
    if (!data.read(what.data)) return {};
    auto const found = data.root().at(path);
    if (!found || found->is_null()) return {};
    return std::string(found->kind() == json::kind::text ? found->text() : found->raw());
}

std::string value_of(message const& what, std::string_view place) {
    if (place == "id") return what.id;
    if (place == "type") return what.type;
    if (place == "stream") return what.stream;
    if (place == "category") return std::string(category_of(what.stream));
    if (place == "position") return std::to_string(what.position.value);
    if (place == "version") return std::to_string(what.version.value);
    if (place == "time") {
        std::string text;
        append_iso8601(text, what.recorded_at);
        return text;
    }
    if (place.starts_with("tag.")) return tag_of(what, place.substr(4));
    return field_of(what, place.substr(5));
}

}  // namespace

result<pattern> pattern::parse(std::string_view text) {
    pattern made;
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const is_double = i + 1 < text.size() && text[i + 1] == text[i];
        if ((text[i] == '{' || text[i] == '}') && is_double) {
            plain += text[i++];
        } else if (text[i] == '}') {
            return no_pattern(text, "a '}' without its '{'; write '}}' for the character");
        } else if (text[i] == '{') {
            auto const end = text.find('}', i);
            auto const name = text.substr(i + 1, std::min(end, text.size()) - i - 1);
            if (end == text.npos) return no_pattern(text, "a '{' without its '}'");
            if (!is_place_name(name))
                return no_pattern(
                    text,
                    fmt::format(
                        "there is no {{{}}}; there are {{{}}}, {{tag.<kind>}} and {{data.<field>}}",
                        name,
                        fmt::join(places, "}, {")
                    )
                );
            if (!plain.empty()) made.parts_.push_back({std::exchange(plain, {}), false});
            made.parts_.push_back({std::string(name), true});
            i = end;
        } else {
            plain += text[i];
        }
    }
    if (!plain.empty()) made.parts_.push_back({std::move(plain), false});
    return made;
}

std::string pattern::fill(message const& what, escape_function escape) const {
    std::string text;
    for (auto const& one : parts_)
        text += one.is_place ? escape(value_of(what, one.text)) : one.text;
    return text;
}

std::string pattern::fill(message const& what) const {
    return fill(what, [](std::string_view value) { return std::string(value); });
}

}  // namespace diptych::outbox
