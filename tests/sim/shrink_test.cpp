#include "sim/shrink.hpp"

#include "sim/workloads/workloads.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::sim;

namespace {

std::vector<std::size_t> steps(std::string_view text) { return steps_of(text).value(); }

}  // namespace

TEST_CASE("a failing run is shrunk to the steps without which it does not fail") {
    auto of = appends();
    of.rule = [](log_model const& log) -> std::optional<std::string> {
        for (auto const& event : log.events())
            if (event.stream != "probe-1") return "somebody has appended";
        return {};
    };
    run_options const failing{.seed = 3, .steps = 100};
    REQUIRE(simulate(of, failing).broken);

    auto const shrunk = shrink(of, failing);
    CHECK(shrunk.how.only.size() == 1);  // the append: the rest commits it
    CHECK(!shrunk.how.crashes);
    CHECK(!shrunk.how.faults);
    CHECK(simulate(of, shrunk.how).broken == "somebody has appended");
}

TEST_CASE("shrinking ends after the runs it may take") {
    auto of = appends();
    of.rule = [](log_model const& log) -> std::optional<std::string> {
        if (log.end() < 6) return {};
        return "many have appended";
    };
    auto const shrunk = shrink(of, {.seed = 3, .steps = 200}, 10);
    CHECK(shrunk.runs == 10);
    CHECK(simulate(of, shrunk.how).broken == "many have appended");
}

TEST_CASE("the steps of a run are written as ranges and read back") {
    CHECK(text_of({}).empty());
    CHECK(text_of({7}) == "7");
    CHECK(text_of({0, 1, 2, 4, 9, 10}) == "0-2,4,9-10");
    CHECK(steps("") == std::vector<std::size_t>{});
    CHECK(steps("0-2,4,9-10") == std::vector<std::size_t>{0, 1, 2, 4, 9, 10});
    for (auto const* const wrong : {"a", "3-", "-3", "4,4", "5-3", "1,,2", "1-99999999999", "3 "})
        CHECK_MESSAGE(!steps_of(wrong), std::string{wrong});
    CHECK(
        steps_of("1,x").error().message ==
        "'x' is no step or range of steps after the one before it"
    );
}
