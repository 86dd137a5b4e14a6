// A whole node on a disk that is full: nothing is lost, and it goes on by itself.
#include "sim/world.hpp"
#include "two_views.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::sim;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t reserve = 160'000;

struct machine {
    world all{5, {.views = two_views()}, {.segment_bytes = 60'000}, reserve};
    std::uint64_t acknowledged = 0;

    machine() { all.start().or_throw(); }

    log::sequenced_log& log() { return all.node().log(); }

    result<appended> append() {
        auto done = log().append(
            {.events =
                 {{.stream = "desk-" + std::to_string(acknowledged % 5),
                   .type = "came",
                   .data = R"({"n":1,"pad":")" + std::string(3'000, 'x') + R"("})"}}}
        );
        if (done) ++acknowledged;
        return done;
    }

    error turned_away() {
        auto const done = append();
        REQUIRE(!done);
        return done.error();
    }

    /// As threads would, for as long as is said.
    void run(std::chrono::seconds time) {
        for (std::chrono::milliseconds gone{}; gone < time; gone += 250ms) {
            for (auto i = 0; i < 20; ++i)
                if (!all.node().step().value_or(false)) break;
            all.time().advance(250ms);
        }
    }

    /// Leaves `room` bytes, and appends until they are used up.
    error fill(std::uint64_t room) {
        all.disk().limit_bytes(all.disk().bytes() + room);
        for (;;) {
            if (auto const done = append(); !done) return done.error();
            if (acknowledged % 4 == 0) run(1s);
        }
    }

    void check_all_there() {
        std::uint64_t found = 0;
        read_options next{};
        for (;;) {
            auto const page = log().read(next).or_throw();
            found += page.size();
            if (page.at_end()) break;
            next.after = page.seen().position;
        }
        CHECK(found == acknowledged);
        CHECK(log().verify({}).or_throw().events == acknowledged);
    }

    void check_views_caught_up() {
        for (auto const& one : all.node().views().status()) {
            CAPTURE(one.name);
            CHECK(one.at.position.value == acknowledged);
            CHECK(one.state == read::view_state::running);
            CHECK(!one.last_error);
        }
    }

    std::uint64_t size_of(std::string const& name) {
        auto const all_files = all.disk().contents();
        auto const found = all_files.find("/data/log/" + name);
        return found == all_files.end() ? 0 : found->second.size();
    }
};

}  // namespace

TEST_CASE(
    "a full disk turns appends away, keeps what was acknowledged, and they resume by themselves"
) {
    machine on;
    CHECK(on.size_of("RESERVE") == reserve);
    auto const why = on.fill(150'000);
    CHECK(why.kind == errc::unavailable);
    CHECK((why.code == "disk_full" || why.code == "view_behind"));
    CHECK(on.acknowledged > 10);
    on.run(60s);
    CHECK(on.turned_away().code == "disk_full");
    CHECK(on.log().writable().error().code == "disk_full");
    CHECK(on.size_of("RESERVE") < reserve / 2);
    on.check_all_there();
    on.check_views_caught_up();  // with the room that was given back
    CHECK(on.all.node().views().query("rows", {}));

    on.all.disk().limit_bytes({});
    on.run(12s);
    CHECK(on.log().writable());
    CHECK(on.size_of("RESERVE") == reserve);
    for (auto i = 0; i < 30; ++i) CHECK(on.append());
    on.run(12s);
    on.check_all_there();
    on.check_views_caught_up();
}

TEST_CASE("a node stops cleanly on a full disk, starts on it to be read, and resumes with room") {
    machine on;
    on.fill(150'000);
    on.run(5s);
    CHECK(on.turned_away().code == "disk_full");
    on.all.stop().or_throw();
    CHECK(on.size_of("CLOSED") > 0);
    CHECK(on.size_of("RESERVE") == 0);
    // Closed databases have left more room: others take all but a part of what was given back.
    on.all.disk().limit_bytes(on.all.disk().bytes() + reserve / 2);
    on.all.start().or_throw();
    CHECK(on.turned_away().code == "disk_full");
    on.run(5s);
    on.check_all_there();
    on.check_views_caught_up();
    on.all.disk().limit_bytes({});
    on.run(12s);
    CHECK(on.append());
    on.run(5s);
    on.check_views_caught_up();
}

TEST_CASE("a node that is killed on a full disk again and again starts each time and loses nothing"
) {
    machine on;
    on.fill(150'000);
    for (auto round = 0; round < 8; ++round) {
        CAPTURE(round);
        round % 2 == 0 ? on.all.kill() : on.all.lose_power();
        // What a power loss has taken is room that others are quick to use.
        on.all.disk().limit_bytes(on.all.disk().bytes() + reserve / 2);
        on.all.start().or_throw();
        CHECK(on.turned_away().code == "disk_full");
        on.run(3s);
        on.check_all_there();
    }
    on.all.disk().limit_bytes({});
    on.run(12s);
    CHECK(on.append());
    on.run(5s);
    on.check_all_there();
    on.check_views_caught_up();
}

TEST_CASE("a node starts where there is no room to write its index's WAL again, and builds another"
) {
    machine on;
    for (auto i = 0; i < 20; ++i) CHECK(on.append());
    on.run(3s);
    on.all.kill();
    REQUIRE(on.size_of("index.db-wal") > 0);
    on.all.disk().fail_at(
        {{.kind = fault_kind::no_space,
          .calls = 1'000'000,
          .operation = "write",
          .where = "/log/index.db-wal"}}
    );
    auto const met = on.all.disk().faults_met();
    on.all.start().or_throw();
    CHECK(on.all.disk().faults_met() > met);
    on.check_all_there();
    on.all.disk().fail_at({});
    on.run(60s);
    CHECK(on.append());
    on.run(5s);
    on.check_all_there();
    on.check_views_caught_up();
}

TEST_CASE("a folder whose disk has become full meanwhile opens with its reserve") {
    machine on;
    for (auto i = 0; i < 20; ++i) CHECK(on.append());
    on.run(3s);
    on.all.stop().or_throw();
    CHECK(on.size_of("RESERVE") == reserve);
    on.all.disk().limit_bytes(on.all.disk().bytes());
    on.all.start().or_throw();
    CHECK(on.turned_away().code == "disk_full");
    on.run(3s);
    on.check_all_there();
    on.check_views_caught_up();
}
