// A simulation as a program: a few arguments, and an exit code.
#include "sim/shrink.hpp"

#include <diptych/simulation.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace diptych {

namespace {

constexpr auto usage =
    "[--seed N] [--seeds N] [--steps N] [--only STEPS] [--no-crashes] [--no-faults] [--trace]";

result<std::uint64_t> number(std::string_view name, std::string_view text) {
    std::uint64_t value = 0;
    auto const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, value);
    if (text.empty() || read.ec != std::errc{} || read.ptr != end)
        return fail(errc::invalid, fmt::format("{} needs a number, not '{}'", name, text));
    if (value == 0) return fail(errc::invalid, fmt::format("{} needs more than 0", name));
    return value;
}

// Reads one argument, and what belongs to it, off the front.
result<void> read_one(std::span<char const* const>& left, simulation_options& how) {
    std::string_view const name = left.front();
    left = left.subspan(1);
    if (name == "--no-crashes") {
        how.crashes = false;
    } else if (name == "--no-faults") {
        how.faults = false;
    } else if (name == "--trace") {
        how.trace = [](std::string_view line) { fmt::print("{}\n", line); };
    } else {
        std::string_view const value = left.empty() ? "" : left.front();
        if (!left.empty()) left = left.subspan(1);
        if (name == "--seed") {
            DIPTYCH_TRY(how.seed, number(name, value));
        } else if (name == "--seeds") {
            DIPTYCH_TRY(how.seeds, number(name, value));
        } else if (name == "--steps") {
            DIPTYCH_TRY(how.steps, number(name, value));
        } else if (name == "--only") {
            DIPTYCH_TRY(how.only, sim::steps_of(value));
        } else {
            return fail(errc::invalid, fmt::format("there is no argument '{}'", name));
        }
    }
    return {};
}

result<simulation_options> options_from(std::span<char const* const> left) {
    // One that is named is meant alone, unless it is said how many.
    simulation_options how{.seed = 0, .seeds = 0};
    while (!left.empty()) DIPTYCH_TRY(read_one(left, how));
    if (how.seeds == 0) how.seeds = how.seed == 0 ? 100 : 1;
    if (how.seed == 0) how.seed = 1;
    return how;
}

}  // namespace

int simulation::run(int count, char const* const* values) const {
    auto const all = std::span(values, static_cast<std::size_t>(count));
    auto const how = options_from(all.subspan(1));
    if (!how) {
        fmt::print(stderr, "{}: {}\nusage: {} {}\n", all[0], how.error().message, all[0], usage);
        return 2;
    }
    auto const report = run(*how);
    if (!report) {
        fmt::print(stderr, "{}: {}\n", all[0], report.error().message);
        return 2;
    }
    fmt::print("{}\n", report->text);
    if (!report->broken) return EXIT_SUCCESS;
    fmt::print("`{} {} --trace` shows how\n", all[0], report->broken->arguments);
    return EXIT_FAILURE;
}

}  // namespace diptych
