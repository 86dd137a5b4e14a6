#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "sim/every_call.hpp"
#include "sim/seeds.hpp"
#include "sim/workloads/workloads.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string_view>

namespace diptych::cli {

namespace {

result<sim::workload> workload_named(std::string const& name) {
    if (name == "appends") return sim::appends();
    if (name == "messages") return sim::messages();
    if (name == "reservations") return sim::reservations();
    if (name == "parking") return sim::parking();
    if (name == "queued") return sim::queued();
    if (name == "deliveries") return sim::deliveries();
    if (name == "arrivals") return sim::arrivals();
    return fail(
        errc::invalid,
        "unknown_workload",
        "there is no workload '" + name +
            "'; there are appends, arrivals, deliveries, messages, parking, queued and "
            "reservations"
    );
}

void print(sim::seeds_report const& found, sim_options const& how, double seconds) {
    auto const& sum = found.sum;
    if (how.json) {
        json::writer out;
        out.begin_object().member("workload", how.workload).member("first_seed", how.seed);
        out.member("runs", found.runs).member("steps", sum.steps).member("events", sum.events);
        out.member("attempts", sum.attempts).member("crashes", sum.crashes);
        out.member("faults", sum.faults).member("disk_calls", sum.disk_calls).end_object();
        fmt::print("{}\n", out.text());
        return;
    }
    fmt::print(
        "{}: {}; {:.0f} runs a second\n",
        how.workload,
        text_of(found),
        static_cast<double>(found.runs) / seconds
    );
}

result<sim::run_options> first_run(sim_options const& how) {
    sim::run_options run{
        .seed = how.seed,
        .steps = how.steps,
        .crashes = !how.no_crashes,
        .faults = !how.no_faults,
    };
    DIPTYCH_TRY(run.only, sim::steps_of(how.only));
    DIPTYCH_TRY(sim::check_steps(run));
    if (how.trace) run.trace = [](std::string_view line) { fmt::print("{}\n", line); };
    return run;
}

error promise_broken(sim::seeds_report const& found, std::string_view workload) {
    return {
        errc::failed,
        "promise_broken",
        fmt::format(
            "{}\n`diptych sim --workload {} {} --trace` shows how",
            text_of(found),
            workload,
            arguments_of(found.broken->how)
        ),
    };
}

error promise_broken(sim_options const& how, std::string_view what, std::string_view again) {
    return {
        errc::failed,
        "promise_broken",
        fmt::format(
            "{}, seed {} of {} steps: {}\n`diptych sim --workload {} --seed {} --steps {} {} "
            "--trace` "
            "shows how",
            how.workload,
            how.seed,
            how.steps,
            what,
            how.workload,
            how.seed,
            how.steps,
            again
        ),
    };
}

// What both ways without chance say: as JSON, or as a sentence.
void print(
    sim_options const& how,
    std::string_view counted,
    std::uint64_t count,
    std::uint64_t runs,
    std::string_view sentence
) {
    if (!how.json) return fmt::print("{}: {}\n", how.workload, sentence);
    json::writer out;
    out.begin_object().member("workload", how.workload).member("seed", how.seed);
    out.member("steps", how.steps).member(counted, count).member("runs", runs).end_object();
    fmt::print("{}\n", out.text());
}

result<void> fail_every_call(sim::workload const& of, sim_options const& how) {
    DIPTYCH_TRY(auto const run, first_run(how));
    progress_bar bar("failing calls");
    auto const all = sim::fail_every_call(
        of, run, how.call, [&](std::uint64_t call, std::uint64_t calls) { bar.show(call, calls); }
    );
    if (all.broken)
        return std::unexpected(
            promise_broken(how, *all.broken, fmt::format("--every-call --call {}", all.broken_at))
        );
    if (how.call && *how.call > all.calls)
        return fail(
            errc::invalid,
            "no_such_call",
            fmt::format("there are {} calls; --call {} is none of them", all.calls, *how.call)
        );
    print(
        how,
        "calls",
        all.calls,
        all.runs,
        fmt::format(
            "{} of {} calls of the disk failed in each way: {} runs kept every promise",
            how.call ? "one" : "each",
            all.calls,
            all.runs
        )
    );
    return {};
}

result<void> flip_every_bit(sim::workload const& of, sim_options const& how) {
    DIPTYCH_TRY(auto const run, first_run(how));
    progress_bar bar("flipping bits");
    auto const all = sim::flip_every_bit(of, run, [&](std::uint64_t done, std::uint64_t most) {
        bar.show(done, most);
    });
    if (all.broken) return std::unexpected(promise_broken(how, *all.broken, "--flipped-bits"));
    if (all.noticed == 0)
        return fail(
            errc::failed,
            "nothing_noticed",
            fmt::format("{} runs with flipped bits, and none was noticed: too few steps?", all.runs)
        );
    print(
        how,
        "noticed",
        all.noticed,
        all.runs,
        fmt::format(
            "a bit flipped in each write and read of the log, {} runs: noticed {} times, and else "
            "harmless",
            all.runs,
            all.noticed
        )
    );
    return {};
}

}  // namespace

result<void> sim(sim_options const& how) {
    DIPTYCH_TRY(auto const workload, workload_named(how.workload));
    DIPTYCH_TRY(auto const first, first_run(how));
    if (how.every_call) return fail_every_call(workload, how);
    if (how.flipped_bits) return flip_every_bit(workload, how);
    auto const begun = std::chrono::steady_clock::now();
    progress_bar bar("simulating");
    auto const found = sim::simulate_seeds(workload, first, how.seeds, [&](std::uint64_t runs) {
        bar.show(runs, how.seeds);
    });
    if (found.broken) return std::unexpected(promise_broken(found, how.workload));
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begun;
    print(found, how, took.count());
    return {};
}

}  // namespace diptych::cli
