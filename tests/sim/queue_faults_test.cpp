// What the queue keeps beside the log fails, and the log does not: that is what counts.
#include "sim/world.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace diptych;
using namespace diptych::sim;
using namespace std::chrono_literals;

namespace {

struct printers {
    world all{7, {.outside = {"print"}}, {}};

    printers() { all.start().or_throw(); }

    write::command_queue& queue() { return *all.node().queue(); }

    void put(std::vector<std::string> const& ids) {
        std::vector<write::queued_command> commands;
        for (auto const& id : ids)
            commands.push_back({.id = id, .name = "print", .body = "{}", .key = {}});
        std::optional<result<appended>> said;
        queue().put(std::move(commands), [&](result<appended> one) { said = std::move(one); });
        while (!said) all.node().log().commit_step();
        REQUIRE(*said);
    }

    write::leased_command receive() { return queue().receive("print", 1, 60s).or_throw().at(0); }

    void fail(std::string operation, std::string where, std::uint64_t spared) {
        all.disk().fail_at({{
            .call = 1,
            .calls = 1'000,
            .operation = std::move(operation),
            .where = std::move(where),
            .spared = spared,
        }});
    }
    void mend() { all.disk().fail_at({}); }
};

}  // namespace

TEST_CASE("what is recorded is completed, or dropped, though the ledger can not be written") {
    printers at;
    at.put({"p1", "p2"});
    auto const given = at.receive();
    at.fail("write", "queue.db", 0);
    CHECK(at.queue().complete(given.what.id, given.lease, outcome{}, {}));
    at.mend();
    CHECK(at.queue().status("p1").or_throw().is == write::queued_status::state::accepted);
    at.put({"p3"});
    CHECK(at.queue().status("p3"));
    at.fail("write", "queue.db", 0);
    CHECK(at.queue().drop("p3"));
    at.mend();
    CHECK(at.queue().status("p3").or_throw().is == write::queued_status::state::dropped);
}

TEST_CASE("who can not take records into the ledger counts as before") {
    for (std::uint64_t spared = 0; spared < 40; ++spared) {
        printers at;
        at.put({"p1", "p2", "p3"});
        at.all.come_to_rest().or_throw();
        for (auto const* const id : {"p1", "p2"}) {
            auto const given = at.receive();
            CHECK(given.what.id == id);
            at.fail("", "queue.db", spared);
            (void)at.queue().complete(given.what.id, given.lease, outcome{}, {});
            for (auto i = 0; i < 3; ++i) {
                at.all.time().advance(1s);
                (void)at.queue().step();
            }
            at.mend();
        }
        at.put({"p4"});  // and is not full
        at.all.come_to_rest().or_throw();
        CHECK(at.queue().counts().waiting == 2);
    }
}
