// Simulations of domains of one's own: what a rule is asked, and what is no fault of the engine.
#include <diptych/context.hpp>
#include <diptych/simulation.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace purses {

using purse_id = diptych::id<"purse">;
using chest_id = diptych::id<"chest">;

struct taken {
    using home = purse_id;
    purse_id purse;
};
struct given {
    using home = chest_id;
    chest_id chest;
};

struct purse {
    using of = purse_id;
    int taken_out = 0;
    void evolve(taken const&) { ++taken_out; }
};

struct pass_on {
    purse_id purse;
    chest_id chest;

    diptych::decision<taken, given> decide(purses::purse const&) const {
        return {taken{.purse = purse}, given{.chest = chest}};
    }
};

struct context : diptych::context<diptych::commands<pass_on>> {
    static constexpr auto name = "purses";
};

// True of each whole append, and of none that is half done.
struct no_coin_is_lost {
    int coins = 0;
    void evolve(taken const&) { --coins; }
    void evolve(given const&) { ++coins; }
    std::optional<std::string> broken() const {
        if (coins == 0) return {};
        return std::to_string(coins) + " coins too many";
    }
};

}  // namespace purses

namespace {

diptych::simulation all_purses() {
    diptych::simulation of;
    of.add<purses::context>();
    of.client([](diptych::simulated_client& as) {
        as.execute(purses::pass_on{.purse = {as.one_of("p", 2)}, .chest = {as.one_of("c", 2)}});
    });
    return of;
}

}  // namespace

TEST_CASE("a rule is asked when an append is whole, not in the middle of one") {
    auto of = all_purses();
    of.rule<purses::context, purses::no_coin_is_lost>();
    auto const report = of.run({.seeds = 3, .steps = 60}).or_throw();
    CHECK_MESSAGE(!report.broken, report.text);
    CHECK(report.events > 30);
}

TEST_CASE("what is no command is refused, which is no broken promise") {
    auto of = all_purses();
    of.client([](diptych::simulated_client& as) {
        as.execute("pass_on", R"({"purse":1})");
        as.execute("throw_away", "{}");
    });
    auto const report = of.run({.seeds = 3, .steps = 60}).or_throw();
    CHECK_MESSAGE(!report.broken, report.text);
    CHECK(report.attempts > 30);
}
