#include "cli/event_line.hpp"

#include <fmt/format.h>

namespace diptych::cli {

namespace {

std::string_view text_of(json::value const& event, std::string_view name) {
    auto const member = event.find(name);
    if (!member) return "";
    return member->kind() == json::kind::text ? member->text() : member->raw();
}

}  // namespace

std::string event_line(json::value const& event) {
    return fmt::format(
        "{:>8}  {}  {}@{}  {}  {}",
        text_of(event, "position"),
        text_of(event, "recorded_at"),
        text_of(event, "stream"),
        text_of(event, "version"),
        text_of(event, "type"),
        text_of(event, "data")
    );
}

}  // namespace diptych::cli
