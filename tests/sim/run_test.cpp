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
