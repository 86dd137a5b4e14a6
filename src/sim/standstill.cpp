#include "sim/standstill.hpp"

#include <fmt/core.h>

#include <string_view>

namespace diptych::sim {

namespace {

// As it is told of views and of processes.
stood_still stays(
    std::string_view kind, std::string_view name, auto const& status, std::uint64_t end
) {
    auto const& why = status.last_error;
    return {
        .what = fmt::format(
            "{} {} stays at {} of {}: {}",
            kind,
            name,
            status.at.position.value,
            end,
            why ? why->message : ""
        ),
        .why = why
    };
}

}  // namespace

std::optional<stood_still> standstill(app::node& of, std::uint64_t end) {
    for (auto const& view : of.views().status())
        if (view.at.position.value != end) return stays("view", view.name, view, end);
    for (auto const& [name, process] : of.processes())
        if (auto const now = process->status(); now.last_error || now.at.position.value != end)
            return stays("process", name, now, end);
    return {};
}

}  // namespace diptych::sim
