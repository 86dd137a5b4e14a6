// The allocation service on a disk that lies: whatever clients ask and whenever the power fails, no
// batch is promised twice and nobody waits in vain.
#include "allocation/domain.hpp"

#include <diptych/simulation.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

// [rule]
struct every_line_has_its_place {
    std::map<std::string, shop::stock> stocks;  // by product

    void evolve(auto const& event) { stocks[event.product.value].evolve(event); }

    // Asked after every append.
    std::optional<std::string> broken() const {
        for (auto const& [product, stock] : stocks)
            for (auto const& lot : stock.lots)
                if (lot.free < 0) return "batch " + lot.batch.value + " is oversold";
        return {};
    }

    // Asked when no process has anything left to do.
    std::optional<std::string> broken_at_rest() const {
        for (auto const& [product, stock] : stocks)
            for (auto const& line : stock.lines)
                if (!line.batch && stock.best_for(line.quantity))
                    return "order " + line.order.value + " waits, and there is room";
        return {};
    }
};
// [rule]

// [simulation]
diptych::simulation allocation_service() {
    diptych::simulation shop;
    shop.add<shop::context>().views(ALLOCATION_VIEWS);
    shop.rule<shop::context, every_line_has_its_place>();
    shop.client([](diptych::simulated_client& of) {
        shop::product_id const product{of.one_of("chair", 2)};
        shop::batch_id const batch{of.one_of("b", 4)};
        auto const quantity = static_cast<int>(of.between(1, 9));
        switch (of.below(8)) {
            case 0:
            case 1:
                return of.execute(shop::create_batch{
                    .batch = batch, .product = product, .quantity = quantity * 3, .eta = {}
                });
            case 2:
                return of.execute(
                    shop::change_batch_quantity{.batch = batch, .quantity = quantity * 2}
                );
            default:
                return of.execute(shop::allocate{
                    .order = {of.one_of("o", 20)}, .product = product, .quantity = quantity
                });
        }
    });
    return shop;
}
// [simulation]

}  // namespace

TEST_CASE("the allocation service keeps its rules and the engine its promises") {
    auto const report = allocation_service().run({.seeds = 12, .steps = 120}).or_throw();
    CHECK_MESSAGE(!report.broken, report.text);
    CHECK(report.runs == 12);
    CHECK(report.events > 100);
    CHECK(report.crashes > 12);
}

TEST_CASE("a run that breaks a rule is shrunk to what it needs and repeats by its arguments") {
    auto shop = allocation_service();
    shop.rule("nobody waits", [](std::span<diptych::recorded_event const> events) {
        auto const waits = std::ranges::find(
            events, std::string_view{"shop.back_ordered"}, &diptych::recorded_event::type
        );
        return waits == events.end() ? std::nullopt : std::optional<std::string>{"one does"};
    });
    auto const found = shop.run({.seeds = 100}).or_throw();
    REQUIRE(found.broken);
    CHECK(found.broken->promise == "rule nobody waits: one does");
    // A batch, and an order that it is too small for.
    CHECK(found.broken->smallest.only.size() == 2);

    auto const again = shop.run(found.broken->smallest).or_throw();
    REQUIRE(again.broken);
    CHECK(again.broken->promise == found.broken->promise);
    CHECK(again.broken->arguments == found.broken->arguments);
}

TEST_CASE("a view that can not be built, and a simulation in which nobody asks, are errors") {
    diptych::simulation none;
    none.add<shop::context>();
    CHECK(none.run({}).error().code == "no_client");

    auto shop = allocation_service();
    shop.views("/nowhere");
    CHECK(shop.run({}).error().kind == diptych::errc::not_found);
}

TEST_CASE("a simulation is a program: wrong arguments end it with 2, a broken promise with 1") {
    auto const run = [](diptych::simulation const& shop, std::vector<char const*> values) {
        values.insert(values.begin(), "shop");
        return shop.run(static_cast<int>(values.size()), values.data());
    };
    auto shop = allocation_service();
    CHECK(run(shop, {"--seed", "3", "--steps", "30", "--no-faults"}) == 0);
    CHECK(run(shop, {"--seeds", "2", "--steps", "20", "--only", "1-9", "--no-crashes"}) == 0);
    for (std::vector<char const*> const& wrong :
         {std::vector{"--sed", "3"}, {"--seed"}, {"--seed", "x"}, {"--only", "9-3"}, {"3"}})
        CHECK(run(shop, wrong) == 2);

    shop.rule("nothing happens", [](auto events) {
        return events.empty() ? std::nullopt : std::optional<std::string>{"it does"};
    });
    CHECK(run(shop, {"--seed", "3", "--steps", "60"}) == 1);
}
