// Does it bite? Each bug that is planted must be noticed within a number of seeds.
#include "base/planted_bug.hpp"
#include "sim/run.hpp"
#include "sim/workloads/workloads.hpp"

#include <doctest/doctest.h>

#ifdef __SANITIZE_ADDRESS__  // in other builds no bugs can be planted

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace diptych;
using namespace diptych::sim;

namespace {

// A bug, and the seeds of 80 steps within which it must be noticed. `favourite`: what faults of the
// disk are aimed at, where it takes a rare one.
struct hunt {
    bug planted;
    std::string what;
    std::uint64_t seeds;
    std::optional<aim> favourite = {};
};

std::vector<hunt> const among_appends{
    {bug::no_sync, "answered for without a sync", 10},
    {bug::failed_sync_retried, "a failed sync is retried, and believed", 30, aim{"sync", ".seg"}},
    {bug::page_cache_trusted, "recovery takes what it can read", 40, aim{"sync", ".seg"}},
    {bug::name_not_synced, "a segment is used before its name is durable", 20},
    {bug::verdict_left_standing, "accepted, though the write has failed", 20, aim{"write", ".seg"}},
    {bug::no_version_check, "expected versions are not looked at in the commit step", 5},
    {bug::no_query_check, "nor what was recorded in between", 10},
    {bug::only_first_item_checked, "of a condition only the first item is looked at", 15},
    {bug::answers_forgotten, "a command id is not remembered", 25},
    {bug::checkpoint_behind_rows, "rows, and then their checkpoint", 15},
};

std::vector<hunt> const among_reservations{
    {bug::no_query_check, "decided on what was, not on what is", 10},
};

struct planting {
    explicit planting(bug which) { plant(which); }
    ~planting() { plant(bug::none); }
};

// How many seeds it took, and what was noticed.
std::optional<std::pair<std::uint64_t, std::string>> caught(workload const& in, hunt const& of) {
    planting const bug(of.planted);
    for (std::uint64_t seed = 1; seed <= of.seeds; ++seed)
        if (auto const report =
                simulate(in, {.seed = seed, .steps = 80, .favourite = of.favourite});
            report.broken)
            return std::pair{seed, *report.broken};
    return {};
}

void check(workload const& in, std::vector<hunt> const& all) {
    for (auto const& one : all) {
        auto const found = caught(in, one);
        CHECK_MESSAGE(found, one.what << ": not noticed within " << one.seeds << " seeds");
        if (found) MESSAGE(one.what, ": seed ", found->first, ": ", found->second);
    }
}

}  // namespace

TEST_CASE("bugs planted under appends are noticed") { check(appends(), among_appends); }
TEST_CASE("bugs planted under reservations are noticed") {
    check(reservations(), among_reservations);
}

#endif
