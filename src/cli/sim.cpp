#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "sim/run.hpp"
#include "sim/workloads/workloads.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace diptych::cli {

namespace {

result<sim::workload> workload_named(std::string const& name) {
    if (name == "appends") return sim::appends();
    if (name == "reservations") return sim::reservations();
    return fail(
        errc::invalid,
        "unknown_workload",
        "there is no workload '" + name + "'; there are appends and reservations"
    );
}

void print(sim::run_report const& sum, sim_options const& how, double seconds) {
    if (how.json) {
        json::writer out;
        out.begin_object().member("workload", how.workload).member("first_seed", how.seed);
        out.member("runs", how.seeds).member("steps", sum.steps).member("events", sum.events);
        out.member("attempts", sum.attempts).member("crashes", sum.crashes);
        out.member("faults", sum.faults).member("disk_calls", sum.disk_calls).end_object();
        fmt::print("{}\n", out.text());
        return;
    }
    fmt::print(
        "{} runs of {} kept every promise: {} steps, {} events, {} attempts of clients, {} "
        "crashes, {} faults of the disk; {:.0f} runs a second\n",
        how.seeds,
        how.workload,
        sum.steps,
        sum.events,
        sum.attempts,
        sum.crashes,
        sum.faults,
        static_cast<double>(how.seeds) / seconds
    );
}

}  // namespace

result<void> sim(sim_options const& how) {
    DIPTYCH_TRY(auto const workload, workload_named(how.workload));
    auto const begun = std::chrono::steady_clock::now();
    progress_bar bar("simulating");
    sim::run_report sum;
    for (std::uint64_t i = 0; i < how.seeds; ++i) {
        sim::run_options run{.seed = how.seed + i, .steps = how.steps};
        if (how.trace) run.trace = [](std::string_view line) { fmt::print("{}\n", line); };
        auto const report = sim::simulate(workload, run);
        if (report.broken)
            return fail(
                errc::failed,
                "promise_broken",
                fmt::format(
                    "seed {}: {}\n`diptych sim --workload {} --steps {} --seed {} --trace` shows "
                    "how",
                    run.seed,
                    *report.broken,
                    how.workload,
                    how.steps,
                    run.seed
                )
            );
        sum.steps += report.steps;
        sum.events += report.events;
        sum.attempts += report.attempts;
        sum.crashes += report.crashes;
        sum.faults += report.faults;
        sum.disk_calls += report.disk_calls;
        bar.show(i + 1, how.seeds);
    }
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begun;
    print(sum, how, took.count());
    return {};
}

}  // namespace diptych::cli
