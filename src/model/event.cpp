#include <diptych/domain_event.hpp>

#include <algorithm>
#include <stdexcept>

namespace diptych::detail {
namespace {

std::string name_of(std::string_view type, found_id const& one) {
    std::string name{one.kind};
    name += '-';
    name += *one.value;
    if (name.size() > name_size_max)
        throw std::invalid_argument(
            std::string{type} + ": an id of kind " + std::string{one.kind} + " is longer than " +
            std::to_string(name_size_max) + " bytes with its kind"
        );
    return name;
}

}  // namespace

event_data make_event(
    std::string_view type,
    std::string_view home_kind,
    std::span<found_id const> ids,
    std::string data
) {
    event_data made{.stream = {}, .type = std::string{type}, .data = std::move(data)};
    auto const home = std::ranges::find(ids, home_kind, &found_id::kind);
    if (home == ids.end() || home->value->empty())
        throw std::invalid_argument(
            made.type + ": the id of its home, of kind " + std::string{home_kind} + ", is empty"
        );
    made.stream = name_of(type, *home);
    for (auto const& one : ids) {
        if (one.value->empty()) continue;
        auto name = name_of(type, one);
        if (name == made.stream || std::ranges::find(made.tags, name) != made.tags.end()) continue;
        if (made.tags.size() == tags_max)
            throw std::invalid_argument(
                made.type + " carries more than " + std::to_string(tags_max) +
                " ids besides its home"
            );
        made.tags.push_back(std::move(name));
    }
    return made;
}

std::string wire_name(std::string_view context, std::string_view name) {
    if (name.find('.') != std::string_view::npos) return std::string{name};
    auto full = std::string{context};
    full += '.';
    return full += name;
}

}  // namespace diptych::detail
