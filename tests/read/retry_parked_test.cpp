#include "read/parking_fixture.hpp"

using namespace diptych;
using namespace diptych::read;

TEST_CASE("a retry applies a parked event and those behind it, in order") {
    parking_fixture of;
    of.refuse("new.stream = 's-1'");
    of.good("s-1");
    of.good("s-2", {"s-1"});
    of.bad("s-9");
    of.good("s-2");
    of.good("s-9");
    of.follow();
    CHECK(of.parked() == "1 2<1 3 4<1 5<3");
    CHECK(of.shown().empty());

    // It still fails, and all is as it was.
    auto again = of.retry(position{1}).or_throw();
    CHECK(again.applied == 0);
    CHECK(again.failed == 1);
    CHECK(again.parked == 5);
    CHECK(of.of().dead_letter_at("", position{1}).or_throw().attempts == 3);

    of.accept();
    auto const version = of.views->query("notes", {}, {.is_live = true}).or_throw().version;
    auto const mark = of.views->mark("notes").or_throw();
    again = of.retry(position{1}).or_throw();
    CHECK(again.applied == 3);
    CHECK(again.failed == 0);
    CHECK(again.parked == 2);
    CHECK(of.shown() == "1 2 4");
    CHECK(of.parked() == "3 5<3");
    CHECK(of.views->mark("notes").or_throw() != mark);
    CHECK(of.views->query("notes", {}, {.is_live = true}).or_throw().version != version);
    CHECK(of.status().parking.is_diverged);

    // What comes now waits for nothing that is applied.
    of.good("s-1");
    of.follow();
    CHECK(of.shown() == "1 2 4 6");
}

TEST_CASE("a follower that fails when it is tried becomes a cause of its own") {
    parking_fixture of;
    of.refuse("new.stream = 's-1'");
    of.good("s-1");
    of.bad("s-2", {"s-1"});
    of.good("s-3", {"s-2"});
    of.good("s-4", {"s-1"});
    of.follow();
    CHECK(of.parked() == "1 2<1 3<1 4<1");
    of.accept();
    auto const outcome = of.retry(position{1}).or_throw();
    CHECK(outcome.applied == 1);
    CHECK(outcome.failed == 1);
    CHECK(of.shown() == "1");
    // 4 shares s-1 with 2, which has it from its tags.
    CHECK(of.parked() == "2 3<2 4<2");
    CHECK(of.of().dead_letter_at("", position{2}).or_throw().code == "event_misfit");
}

TEST_CASE("what waits for two events waits until both are applied") {
    parking_fixture of;
    of.refuse("new.stream in ('s-1', 's-2')");
    of.good("s-1");
    of.good("s-2");
    of.good("s-3", {"s-1", "s-2"});
    of.follow();
    CHECK(of.parked() == "1 2 3<1");
    of.accept();
    CHECK(of.retry(position{3}).error().code == "parked_behind");
    CHECK(of.retry(position{1}).or_throw().applied == 1);
    CHECK(of.parked() == "2 3<2");
    CHECK(of.retry(position{2}).or_throw().applied == 2);
    CHECK(of.shown() == "1 2 3");
    CHECK(of.parked().empty());
    CHECK(of.retry(position{3}).error().code == "no_such_dead_letter");
    CHECK(of.retry().or_throw().applied == 0);
}

TEST_CASE("all are retried at once, in order") {
    parking_fixture of;
    of.refuse("new.stream in ('s-1', 's-2')");
    of.good("s-1");
    of.bad("s-5");
    of.good("s-2");
    of.good("s-5");
    of.good("s-2");
    of.follow();
    CHECK(of.parked() == "1 2 3 4<2 5<3");
    of.accept();
    auto const outcome = of.retry().or_throw();
    CHECK(outcome.applied == 3);
    CHECK(outcome.failed == 1);
    CHECK(outcome.parked == 2);
    CHECK(of.shown() == "1 3 5");
    CHECK(of.parked() == "2 4<2");
}

TEST_CASE("a dropped event lets go what waited for it; dropping all applies none") {
    parking_fixture of;
    of.bad("s-1");
    of.good("s-1");
    of.bad("s-2");
    of.good("s-2");
    of.follow();
    CHECK(of.parked() == "1 2<1 3 4<3");
    auto outcome = of.drop(position{1}).or_throw();
    CHECK(outcome.dropped == 1);
    CHECK(outcome.applied == 1);
    CHECK(of.shown() == "2");
    CHECK(of.parked() == "3 4<3");
    outcome = of.drop().or_throw();
    CHECK(outcome.dropped == 2);
    CHECK(outcome.applied == 0);
    CHECK(of.shown() == "2");
    CHECK(of.parked().empty());
    CHECK(of.status().parking.is_diverged);
    CHECK(of.drop(position{3}).error().code == "no_such_dead_letter");
    of.good("s-2");
    of.follow();
    CHECK(of.shown() == "2 5");
}

TEST_CASE("of an event that fails again nothing is in the rows") {
    parking_fixture of{R"sql(
-- @view notes
-- @park
create table notes (at integer primary key, n integer not null);
-- @event noted (n integer)
-- @on noted
insert into notes values (:$position, 0);
update notes set n = :n where at = :$position;
)sql"};
    of.bad("s-1");
    of.good("s-1");
    of.bad("s-2");
    of.follow();
    CHECK(of.retry().or_throw().failed == 2);
    CHECK(of.shown().empty());
    CHECK(of.drop(position{1}).or_throw().applied == 1);
    CHECK(of.shown() == "2");
    CHECK(of.parked() == "3");
}
