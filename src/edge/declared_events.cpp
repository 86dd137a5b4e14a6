#include "edge/declared_events.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace diptych::edge {

namespace {

// Why the data is of none of the shapes that the type has: what today's says, if there is one.
std::optional<error> fault_in(
    event_data const& event, std::span<model::context const* const> contexts
) {
    std::optional<error> why;
    for (auto const* const context : contexts)
        for (auto const& one : context->events) {
            if (one.type != event.type &&
                std::ranges::find(one.formerly, event.type) == one.formerly.end())
                continue;
            if (one.check == nullptr) return {};  // a context made by hand need not say
            auto const fits = one.check(event.data);
            if (fits) return {};
            if (!why || one.upcast == nullptr) why = fits.error();
        }
    return why;
}

std::unexpected<error> at(std::size_t place, event_data const& event, error why) {
    auto path = fmt::format("events/{}/data", place);
    for (auto const& [name, value] : why.facts) {
        if (name != "path") continue;
        auto const inside = json::parse(value);  // a JSON text, as every fact is JSON
        if (inside && !inside->root().text().empty())
            path.append("/").append(inside->root().text());
    }
    std::string quoted;
    json::append_quoted(quoted, path);
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "event_misfit",
        .message = fmt::format("{} is not what {} has: {}", path, event.type, why.message),
        .facts = {{"path", quoted}}
    });
}

}  // namespace

result<void> check_declared(
    std::span<event_data const> events, std::span<model::context const* const> contexts
) {
    for (std::size_t i = 0; i < events.size(); ++i)
        if (auto const why = fault_in(events[i], contexts)) return at(i, events[i], *why);
    return {};
}

}  // namespace diptych::edge
