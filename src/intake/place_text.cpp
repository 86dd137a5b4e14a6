#include "intake/place_text.hpp"

#include "base/lower_case.hpp"
#include "intake/secret_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace diptych::intake {

namespace {

constexpr std::array<std::string_view, 8> attributes_by_name{
    "id", "type", "source", "subject", "time", "topic", "key", "place"
};
constexpr std::string_view header_family = "header.";
constexpr std::array<std::string_view, 3> families{"attribute.", header_family, "data."};

bool is_known_place(std::string_view name) {
    auto const is_of = [&](std::string_view family) {
        return name.starts_with(family) && name.size() > family.size();
    };
    return std::ranges::find(attributes_by_name, name) != attributes_by_name.end() ||
           std::ranges::any_of(families, is_of);
}

std::unexpected<error> no_text(std::string_view text, std::string_view why) {
    return fail(errc::invalid, "channel_file", fmt::format("\"{}\": {}", text, why));
}

std::string value_at(envelope const& in, std::string_view place) {
    if (place == "topic") return in.message().topic;
    if (place == "key") return in.message().key;
    if (place == "place") return in.message().place;
    if (place.starts_with("attribute.")) return std::string(in.attribute(place.substr(10)));
    if (place.starts_with(header_family))
        return std::string(in.message().header(place.substr(header_family.size())));
    if (!place.starts_with("data.")) return std::string(in.attribute(place));
    auto const found = in.data().at(place.substr(5));
    if (!found || found->is_null()) return {};
    return std::string(found->kind() == json::kind::text ? found->text() : found->raw());
}

}  // namespace

result<place_text> place_text::parse(std::string_view text) {
    place_text made;
    while (!text.empty()) {
        auto const open = text.find('{');
        auto const plain = text.substr(0, open);
        if (!plain.empty()) made.parts_.push_back({std::string(plain), false});
        if (open == text.npos) break;
        auto const close = text.find('}', open);
        if (close == text.npos) return no_text(text, "a '{' without its '}'");
        auto const name = text.substr(open + 1, close - open - 1);
        if (!is_known_place(name))
            return no_text(
                text,
                fmt::format(
                    "there is no {{{}}}; there are {{{}}}, {{attribute.<name>}}, {{header.<name>}} "
                    "and {{data.<field>}}",
                    name,
                    fmt::join(attributes_by_name, "}, {")
                )
            );
        auto const is_header = name.starts_with(header_family);
        auto place = is_header ? lower_case(name) : std::string(name);
        if (is_header && is_secret_header(std::string_view(place).substr(header_family.size())))
            return no_text(
                text,
                fmt::format(
                    "{{{}}} has a name as secrets have: such a header is neither mapped nor kept",
                    name
                )
            );
        made.parts_.push_back({std::move(place), true});
        text.remove_prefix(close + 1);
    }
    return made;
}

std::string place_text::fill(envelope const& with) const {
    std::string made;
    for (auto const& one : parts_) made += one.is_place ? value_at(with, one.text) : one.text;
    return made;
}

}  // namespace diptych::intake
