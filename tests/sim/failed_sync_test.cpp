// A view of whose file a sync has failed is built again while the node runs.
#include "sim/world.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::sim;
using namespace std::chrono_literals;

namespace {

constexpr auto follows = R"sql(
-- @view rows async
-- @event came (n integer)
create table rows (position integer primary key, n integer not null);
-- @on came
insert into rows (position, n) values (:$position, :n);
-- @serve filter n sort position
)sql";

constexpr auto takes_part = R"sql(
-- @view counts inline
-- @event came (n integer)
create table counts (stream text primary key, events integer not null);
-- @on came
insert into counts (stream, events) values (:$stream, 1)
on conflict (stream) do update set events = events + 1;
)sql";

struct machine {
    world all{
        5,
        {.views = {{"rows.sql", follows}, {"counts.sql", takes_part}}},
        {.index = {.wal_pages = 8}, .wal_pages = 8}
    };
    std::uint64_t acknowledged = 0;

    machine() { all.start().or_throw(); }

    result<appended> append() {
        auto done = all.node().log().append(
            {.events =
                 {{.stream = "desk-" + std::to_string(acknowledged),
                   .type = "came",
                   .data = R"({"n":1})"}}}
        );
        if (done) ++acknowledged;
        return done;
    }

    std::string file_of(std::string const& view) {
        for (auto const& [path, content] : all.disk().contents())
            if (path.contains("/views/" + view) && path.ends_with(".db")) return path;
        return {};
    }

    void step(std::string const& view) { (void)all.node().views().step(view); }

    read::view_status status(std::string const& view) {
        for (auto const& one : all.node().views().status())
            if (one.name == view) return one;
        return {};
    }
};

}  // namespace

TEST_CASE("a view of whose file a sync has failed is built again at once, and says so") {
    for (std::string const view : {"rows", "counts"})
        for (auto const is_marked : {true, false}) {
            CAPTURE(view);
            CAPTURE(is_marked);
            machine on;
            for (int i = 0; i < 50; ++i) on.append().or_throw();
            on.all.come_to_rest().or_throw();
            auto const file = on.file_of(view);
            std::vector<disk_fault> faults{{.operation = "sync", .where = file + "-wal"}};
            if (!is_marked)
                faults.push_back({.operation = "create", .where = file + "-distrusted"});
            for (int i = 0; i < 20 && !on.status(view).last_error; ++i) {
                on.append().or_throw();
                // While its WAL is moved, not in a commit.
                if (on.all.disk().faults_met() == 0) on.all.disk().fail_at(faults);
                on.step(view);
                on.all.disk().fail_at({});
            }
            // Until it is there again it shows no less than it has shown.
            auto const now = on.status(view);
            REQUIRE(now.last_error);
            CHECK(now.last_error->message.contains("a sync has failed"));
            CHECK(now.at.position == position{0});
            CHECK_FALSE(now.is_served);
            CHECK(on.all.node().views().query(view, {}).error().code == "view_rebuilt");
            if (view == "counts") CHECK(on.append().error().code == "view_behind");
            on.all.come_to_rest().or_throw();
            CHECK(on.status(view).at.position.value == on.acknowledged);
            CHECK_FALSE(on.status(view).last_error);
            CHECK(on.status(view).state == read::view_state::running);
            CHECK(on.status(view).is_served);
            CHECK_FALSE(on.all.disk().contents().contains(file + "-distrusted"));
            CHECK(on.all.node().views().query(view, {}));
            // And its WAL is moved again.
            for (int i = 0; i < 200; ++i) {
                on.append().or_throw();
                on.step(view);
            }
            on.all.come_to_rest().or_throw();
            CHECK(on.all.disk().contents().at(file + "-wal").size() < 40 * 4096);
            auto const verified = on.all.node().log().verify().or_throw();
            CHECK(verified.events == on.acknowledged);
        }
}

TEST_CASE(
    "an index of which a sync has failed is told again as it grows, and built by the next start"
) {
    machine on;
    for (int i = 0; i < 5; ++i) on.append().or_throw();
    on.all.come_to_rest().or_throw();
    on.all.disk().add_fault({.operation = "sync", .where = "index.db-wal"});
    auto told = 0;
    for (int i = 0; i < 60; ++i) {
        on.append().or_throw();
        on.all.time().advance(2s);
        for (int steps = 0; steps < 3; ++steps) {
            auto const stepped = on.all.node().log().index_step();
            if (!stepped && stepped.error().message.contains("by the next start")) ++told;
        }
    }
    CHECK(told > 1);
    on.all.stop().or_throw();
    on.all.start().or_throw();
    CHECK(on.all.node().log().stream_version("desk-3").or_throw() == version{1});
    for (int i = 0; i < 60; ++i) {
        on.append().or_throw();
        on.all.time().advance(2s);
        CHECK(on.all.node().log().index_step());
    }
}
