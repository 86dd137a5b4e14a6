// The log fails while dead letters of an incoming channel are recorded, and it is not known for a
// while what of them is.
#include "sim/node_log.hpp"
#include "sim/workloads/workshop.hpp"
#include "sim/world.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>

using namespace diptych;
using namespace diptych::sim;
using namespace std::chrono_literals;

namespace {

struct works {
    world all{
        7,
        {.contexts = {&context_model<workshop::context>()},
         .channels =
             {{"jobs.toml",
               "from = 'sim:one_by_one'\nattempts_max = 1\n[on.work]\ncommand = 'work'\n"}}},
        {}
    };

    works() {
        all.broker().heal();
        all.start().or_throw();
    }

    void publish(std::string body) {
        intake::delivery what;
        what.topic = "work";
        what.body = std::move(body);
        all.broker().publish("jobs", std::move(what), {});
    }

    void execute(std::string const& command) {
        all.node().commands().execute(command, R"({"tool":"t1"})").or_throw();
    }

    intake::incoming& jobs() { return *all.node().intake()->find("jobs"); }

    // The log's files can not be synced for a while, but for the first so many times.
    void fail_syncs(std::uint64_t spared) {
        all.disk().fail_at({{
            .call = 1,
            .calls = 1'000,
            .operation = "sync",
            .where = "/log",
            .spared = spared,
        }});
        for (auto i = 0; i < 8; ++i) {
            (void)all.node().step();
            all.time().advance(1s);
        }
        all.disk().fail_at({});
        all.come_to_rest().or_throw();
    }

    std::ptrdiff_t count(std::string_view type) {
        auto const log = log_of(all.node()).or_throw();
        return std::ranges::count(log.events(), type, &logged::type);
    }
};

}  // namespace

TEST_CASE("a dead letter of which it is not known whether it is recorded is not recorded twice") {
    for (std::uint64_t spared = 0; spared < 6; ++spared) {
        works at;
        at.publish("{");
        at.fail_syncs(spared);
        CHECK(at.count("$intake_parked") == 1);
        CHECK(at.all.broker().all().front().is_done);
    }
}

TEST_CASE("that a dead letter is done is not recorded twice") {
    for (std::uint64_t spared = 0; spared < 6; ++spared) {
        works at;
        at.execute("break_it");
        at.publish(R"({"piece":"p1","tool":"t1","number":1})");
        at.all.come_to_rest().or_throw();
        CHECK(at.count("$intake_parked") == 1);
        at.execute("mend");
        at.jobs().retry(version{1}).or_throw();
        at.fail_syncs(spared);
        CHECK(at.count("workshop.worked") == 1);
        CHECK(at.count("$intake_released") == 1);
    }
}
