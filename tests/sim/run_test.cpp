// Whole nodes, run by seeds. `diptych sim` runs many more of them, and shows what one does.
#include "sim/run.hpp"

#include "sim/workloads/workloads.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::sim;

namespace {

void run_seeds(workload const& of, std::uint64_t first, std::uint64_t last, std::size_t steps) {
    for (auto seed = first; seed <= last; ++seed) {
        auto const report = simulate(of, {.seed = seed, .steps = steps});
        CHECK_MESSAGE(!report.broken, "seed " << seed << ": " << report.broken.value_or(""));
    }
}

std::vector<std::string> trace_of(workload const& of, std::uint64_t seed) {
    std::vector<std::string> lines;
    auto const report = simulate(of, {.seed = seed, .trace = [&](std::string_view line) {
                                          lines.emplace_back(line);
                                      }});
    CHECK(!report.broken);
    return lines;
}

}  // namespace

TEST_CASE("appends: every promise is kept") { run_seeds(appends(), 1, 40, 80); }
TEST_CASE("reservations: every promise is kept") { run_seeds(reservations(), 1, 40, 80); }

TEST_CASE("seeds that once broke a promise") {
    // The folder of the log was gone after a power loss: its own name had not been made durable.
    run_seeds(appends(), 60, 60, 150);
}

TEST_CASE("a seed repeats exactly, and two seeds do not") {
    for (auto const& of : {appends(), reservations()}) {
        auto const first = trace_of(of, 7);
        CHECK(first.size() > 300);
        CHECK(first == trace_of(of, 7));
        CHECK(first != trace_of(of, 8));
    }
}

TEST_CASE("runs meet crashes, faults and conflicts, or they would prove little") {
    run_report sum;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        auto const report = simulate(appends(), {.seed = seed});
        sum.events += report.events;
        sum.crashes += report.crashes;
        sum.faults += report.faults;
    }
    CHECK(sum.events > 200);
    CHECK(sum.crashes > 30);
    CHECK(sum.faults > 5);
}

// What cannot be read is read again: a run is excused for damage only if it ended there.
TEST_CASE("a bit that is flipped while a node starts excuses nothing that comes later") {
    auto of = appends();
    of.rule = [](log_model const&) { return "it is said to be broken"; };
    int failed_starts = 0;
    for (std::uint64_t before = 0; before < 12; ++before) {
        auto starts = true;
        auto const report = simulate(
            of,
            {.steps = 40,
             .crashes = false,
             .faults = false,
             .fault =
                 disk_fault{
                     .call = 1,
                     .kind = fault_kind::flipped_bit,
                     .operation = "read",
                     .where = ".seg",
                     .spared = before
                 },
             .is_restarted = true,
             .may_be_damaged = true,
             .trace =
                 [&](std::string_view line) {
                     if (line.find("does not start") != line.npos) starts = false;
                 }}
        );
        if (starts) continue;
        ++failed_starts;
        CHECK(!report.is_damaged);
        CHECK(report.broken == "it is said to be broken");
    }
    CHECK(failed_starts > 0);
}
