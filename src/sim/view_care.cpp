#include "sim/view_care.hpp"

#include "read/view_versions.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

namespace diptych::sim {

namespace {

std::string told(std::string_view what, auto const& done) {
    return fmt::format("{}{}", what, done ? "" : ": " + done.error().message);
}

std::string drop_one(read::view_versions& of, chance& draws) {
    auto const all = of.all_versions();
    if (!all) return told("versions", all);
    auto const id = draws.one_of(*all).id;
    return told("drop " + id, of.drop(id));
}

// Of two versions with one meaning; a comparison brings them to the same position.
std::optional<std::string> differs(read::view_versions& of, read::version_status const& one) {
    auto const compared = of.compare(one.id, 1);
    if (!compared)
        return fmt::format(
            "versions of view {} can not be compared: {}", of.name(), compared.error().message
        );
    if (compared->tables.different == 0) return {};
    auto const& first = compared->tables.differences.front();
    return fmt::format(
        "version {} of view {} has {} where the one that is served has {}",
        one.id,
        of.name(),
        first.expected,
        first.found
    );
}

}  // namespace

std::string care_for_views(read::view_set& of, chance& draws) {
    auto const names = of.names();
    if (names.empty()) return {};
    auto const& name = draws.one_of(names);
    auto& view = **of.versions(name);
    switch (draws.below(4)) {
        case 0:
            return "view " + name + ": " + told("rebuild", view.rebuild());
        case 1:
            return "view " + name + ": " + drop_one(view, draws);
        default:
            return "view " + name + ": " + told("back", view.back());
    }
}

std::uint64_t versions_beside(read::view_set const& of) {
    std::uint64_t count = 0;
    for (auto const& one : of.status()) count += one.beside.size();
    return count;
}

std::optional<std::string> versions_differ(read::view_set const& of) {
    auto const end = of.status();
    for (auto const& view : end)
        for (auto const& one : view.beside) {
            if (one.lag > 0 || one.last_error)
                return fmt::format(
                    "version {} of view {} stays at {}: {}",
                    one.id,
                    view.name,
                    to_string(one.at),
                    one.last_error ? one.last_error->message : ""
                );
            // A program that means something else by its events goes on from another version.
            if (!one.id.starts_with(view.version)) continue;
            // Each parks for itself, and was retried at other times.
            if (view.parking.is_diverged || one.parking.is_diverged) continue;
            if (auto wrong = differs(**of.versions(view.name), one)) return wrong;
        }
    return {};
}

}  // namespace diptych::sim
