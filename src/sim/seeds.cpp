#include "sim/seeds.hpp"

#include <fmt/format.h>

#include <utility>

namespace diptych::sim {

namespace {

void add(run_report& sum, run_report const& one) {
    sum.seed = one.seed;
    sum.steps += one.steps;
    sum.events += one.events;
    sum.attempts += one.attempts;
    sum.answered += one.answered;
    sum.crashes += one.crashes;
    sum.faults += one.faults;
    sum.disk_calls += one.disk_calls;
}

}  // namespace

seeds_report simulate_seeds(
    workload const& of,
    run_options how,
    std::uint64_t seeds,
    std::function<void(std::uint64_t runs)> const& done
) {
    seeds_report all{.steps = how.steps};
    for (; all.runs < seeds; ++how.seed) {
        auto const report = simulate(of, how);
        ++all.runs;
        add(all.sum, report);
        if (report.broken) {
            if (how.trace || !how.only.empty())
                all.broken = shrunk_run{.how = how, .report = report};
            else
                all.broken = shrink(of, how);
            return all;
        }
        if (done) done(all.runs);
    }
    return all;
}

std::string arguments_of(run_options const& how) {
    auto text = fmt::format("--seed {} --steps {}", how.seed, how.steps);
    if (!how.crashes) text += " --no-crashes";
    if (!how.faults) text += " --no-faults";
    if (!how.only.empty()) text += " --only " + text_of(how.only);
    return text;
}

std::string text_of(seeds_report const& report) {
    auto const& sum = report.sum;
    if (report.broken) {
        auto const& [how, found, runs] = *report.broken;
        auto const shrunk =
            runs == 0 ? std::string{}
                      : fmt::format(", shrunk to {} of {} steps", how.only.size(), report.steps);
        return fmt::format("seed {}{}: {}", how.seed, shrunk, *found.broken);
    }
    return fmt::format(
        "{} runs kept every promise: {} steps, {} events, {} attempts of clients, {} crashes, {} "
        "faults of the disk",
        report.runs,
        sum.steps,
        sum.events,
        sum.attempts,
        sum.crashes,
        sum.faults
    );
}

}  // namespace diptych::sim
