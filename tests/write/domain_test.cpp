// The write leaf with tables made from plain structs.
#include "domain/bank.hpp"
#include "domain/parcels.hpp"
#include "domain/school.hpp"
#include "domain/shop.hpp"
#include "log/memory/memory_engine.hpp"
#include "log/sequenced_log.hpp"
#include "write/executor.hpp"
#include "write/manual_sources.hpp"
#include "write/process/process_runner.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace diptych;

namespace {

struct works {
    explicit works(model::context const& context) { commands.add(context).or_throw(); }

    std::string state(std::string_view name, std::vector<std::string> const& names) {
        return commands.state(name, names).or_throw();
    }
    void append(
        std::string stream, std::string type, std::vector<std::string> tags, std::string data
    ) {
        log->append({.events =
                         {{.stream = std::move(stream),
                           .type = std::move(type),
                           .tags = std::move(tags),
                           .data = std::move(data)}}}
        ).or_throw();
    }
    std::vector<std::string> types() const {
        std::vector<std::string> all;
        auto const page = log->read({.what = {.engine_events = true}}).or_throw();
        for (auto const& event : page) all.emplace_back(event.type);
        return all;
    }

    bank::manual_clock time;
    bank::counting_random random;
    std::unique_ptr<log::sequenced_log> log =
        log::sequenced_log::open(
            std::make_unique<log::memory::memory_engine>(
                parse_uuid("0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f").or_throw()
            ),
            time,
            random
        )
            .or_throw();
    write::executor commands{*log, time, random, {.build_id = "b1"}};
};

}  // namespace

TEST_CASE("the shop allocates orders to batches and never more than there is") {
    works shop(context_model<shop::context>());
    auto const allocate = [&](std::string const& order, int quantity) {
        return shop.commands.execute(
            "shop.allocate",
            R"({"order":")" + order + R"(","product":"p1","quantity":)" + std::to_string(quantity) +
                "}"
        );
    };
    auto const unknown = allocate("o0", 1).or_throw();
    CHECK(unknown.reason == "unknown_product");
    CHECK(unknown.detail == "Invalid sku p1");

    shop.append(
        "product-p1",
        "shop.batch_created",
        {"batch-b1"},
        R"({"batch":"b1","product":"p1","quantity":20})"
    );
    auto const answer = allocate("o1", 3).or_throw();
    REQUIRE(answer.events.size() == 1);
    CHECK(
        answer.events[0] == event_summary{"shop.allocated", "product-p1", version{2}, position{2}}
    );
    CHECK(answer.location == "/views/allocations?order_id=eq.o1");
    CHECK(allocate("o1", 3).or_throw().events.empty());
    CHECK(allocate("", 3).error().kind == errc::invalid);

    std::atomic<int> allocated = 0;
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < 8; ++i)
            callers.emplace_back([&, i] {
                for (int n = 0; n < 4; ++n) {
                    auto const said = allocate(std::to_string(i) + "/" + std::to_string(n), 2);
                    if (said && !said->events.empty()) ++allocated;
                }
            });
    }
    CHECK(allocated == 8);  // of 17 that were left, two at a time
    CHECK(shop.state("stock", {"product-p1"}).find(R"("b1":1)") != std::string::npos);
}

TEST_CASE("one state for each id of a command, two states of one kind, and what decide throws") {
    works money(context_model<bank::context>());
    auto const paid =
        money.commands
            .execute("payout", R"({"lines":[{"account":"a","cents":5},{"account":"b","cents":7}]})")
            .or_throw();
    CHECK(paid.events.size() == 2);
    auto const move = [&](std::string const& from, std::string const& to, int cents) {
        return money.commands.execute(
            "transfer",
            R"({"from":")" + from + R"(","to":")" + to + R"(","cents":)" + std::to_string(cents) +
                "}"
        );
    };
    CHECK(move("a", "b", 5).or_throw().accepted());
    CHECK(move("a", "b", 5).or_throw().reason == "too_little");
    CHECK(move("a", "a", 1).or_throw().reason == "same_account");
    CHECK(money.state("account", {"account-b"}) == R"({"cents":12})");
    REQUIRE(money.commands.execute("deposit", R"({"account":"v","cents":2000000})"));
    CHECK(move("b", "v", 1).error().kind == errc::failed);
    CHECK(move("v", "b", 1).or_throw().accepted());
}

TEST_CASE("a process made from a struct is told of its answers and keeps what it heard") {
    works parcels(context_model<parcels::context>());
    write::process_runner runner(
        context_model<parcels::context>().processes.at(0),
        *parcels.log,
        parcels.commands,
        parcels.time,
        parcels.random
    );
    auto const run = [&] {
        while (runner.step().or_throw()) {
        }
    };
    // Paid before it was loaded: the delivery is refused, and the process hears of it.
    parcels.append("payment-1", "parcels.paid", {}, R"({"payment":"1","reference":"k"})");
    run();
    CHECK(
        parcels.types() ==
        std::vector<std::string>{"parcels.paid", "$reaction", "$refused", "$reaction"}
    );
    parcels.append(
        "truck-t", "parcels.loaded", {"parcel-k"}, R"({"parcel":"k","truck":"t","grams":900})"
    );
    run();
    CHECK(runner.next_due());
    parcels.append("payment-1", "parcels.paid", {}, R"({"payment":"1","reference":"k"})");
    run();
    CHECK(parcels.types().at(parcels.types().size() - 3) == "parcels.delivered");
    CHECK(parcels.types().at(parcels.types().size() - 2) == "$accepted");
    CHECK(parcels.state("parcel", {"parcel-k"}).find(R"("at_home":true)") != std::string::npos);

    parcels.time.advance(std::chrono::minutes{15});
    run();
    CHECK(runner.statistics().fired == 1);
    CHECK(runner.statistics().open == 0);
}

TEST_CASE("a state-stored state of a struct is found through an earlier state") {
    works parcels(context_model<parcels::context>());
    for (auto const* parcel : {"k", "l"})
        parcels.append(
            "truck-t",
            "parcels.loaded",
            {std::string("parcel-") + parcel},
            std::string(R"({"parcel":")") + parcel + R"(","truck":"t","grams":600})"
        );
    auto const answer = parcels.commands.execute("deliver", R"({"parcel":"k"})").or_throw();
    CHECK(answer.reason == "overloaded");
    CHECK(answer.detail == "1200");
    CHECK(
        parcels.commands.execute("deliver", R"({"parcel":"m"})").or_throw().reason == "not_loaded"
    );
}

TEST_CASE("a state is folded for ids of its own kinds; of others it is said how they are written") {
    works learning(context_model<school::context>());
    auto const said = [&](std::string_view name, std::vector<std::string> const& names) {
        auto const state = learning.commands.state(name, names);
        if (state) return *state;
        CHECK(state.error().kind == errc::invalid);
        CHECK(state.error().code == "state_ids");
        return state.error().message;
    };
    CHECK(learning.commands.execute("define_course", R"({"course":"c1","capacity":2})"));
    CHECK(said("course", {"course-c1"}) == R"({"capacity":2,"taken":0})");
    CHECK(
        said("course", {"student-s1"}) ==
        "course is folded for one course: its id is written course-<id>, not 'student-s1'"
    );
    for (auto const* const other : {"c1", "course", "course-", "courses-c1", ""})
        CHECK(said("course", {other}).ends_with("not '" + std::string(other) + "'"));
    CHECK(said("course", {}).ends_with("and none is given"));
    CHECK(said("seat", {"student-s1", "course-c1"}) == R"({"taken":false})");
    CHECK(
        said("seat", {"course-c1", "student-s1"}) ==
        "seat is folded for one student and one course: their ids are written student-<id> and "
        "course-<id>, not 'course-c1' 'student-s1'"
    );
}
