#include "cli/version_line.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace diptych::cli {

namespace {

std::string duration_of(std::int64_t seconds) {
    if (seconds < 60) return fmt::format("{} s", seconds);
    if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
    return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

}  // namespace

std::string word_of(json::value const& in, std::string_view name) {
    auto const member = in.find(name);
    if (!member) return {};
    return std::string{member->kind() == json::kind::text ? member->text() : member->raw()};
}

void print_version(json::value const& one) {
    auto line = fmt::format(
        "{}  {}  at {}", word_of(one, "version"), word_of(one, "standing"), word_of(one, "at")
    );
    if (auto const lag = word_of(one, "lag"); lag != "0") line += ", " + lag + " events behind";
    if (auto const rate = one.find("events_per_second"))
        line += fmt::format(", {} events/s", rate->raw());
    if (auto const left = one.find("seconds_left"))
        line += ", " + duration_of(left->integer()) + " left";
    if (auto const letters = one.find("dead_letters"))
        line += ", diverged: " + std::string{letters->raw()} + " parked";
    fmt::print("{}\n", line);
    if (auto const why = one.at("error.detail")) fmt::print("  error: {}\n", why->text());
}

}  // namespace diptych::cli
