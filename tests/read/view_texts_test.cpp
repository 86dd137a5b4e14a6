#include "read/versions_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::read;

TEST_CASE("what another text was built of is not switched to when the file is as it was") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    of.follow();
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.restart(counter("1"));
    of.build();
    CHECK(of.rows() == one_each + "3}]");
    CHECK(of.standing() == "served@3");
}

TEST_CASE("a view that is new shows nothing before it shows all that had been recorded") {
    versions_fixture of;
    of.how.batch_events_max = 10;
    of.start(counter("1"));
    of.count(15);
    auto text = counter("1");
    for (auto at = text.find("counter"); at != text.npos; at = text.find("counter", at + 5))
        text.replace(at, 7, "again");
    auto const offered = of.views->offer("again.sql", text).or_throw();
    CHECK(offered.is_new);
    CHECK_FALSE(offered.is_served);
    of.count(2);
    CHECK(of.views->step("again").or_throw());
    auto const half = of.views->query("again", {});
    REQUIRE_FALSE(half);
    CHECK(half.error().kind == errc::unavailable);
    CHECK(half.error().message == "view 'again' is being built, and at position 10 of 15");
    CHECK(status_of(*of.views, "again").is_new);
    while (of.views->step("again").or_throw()) {
    }
    CHECK(rows_of(*of.views, "again") == one_each + "17}]");
    CHECK_FALSE(status_of(*of.views, "again").is_new);
}

TEST_CASE("a version is not compared with itself: its file has one writer") {
    versions_fixture of;
    of.start(counter("1", "inline"));
    of.count(2);
    auto const served = of.of().served()->id();
    CHECK(of.of().compare(served, 10).error().code == "version_served");
    CHECK(of.standing() == "served@2");
    of.build();
    of.count(1);
    CHECK(of.rows() == one_each + "3}]");
}

TEST_CASE("what a text says besides its meaning counts for the version that is being built, too") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    of.follow();
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.views->offer("counter.sql", counter("10") + "-- @serve filter n\n").or_throw();
    of.build();
    CHECK(rows_of(*of.views, "counter", {{"n", "eq.30"}}) == one_each + "30}]");
}

TEST_CASE("and is kept with the rows: an older text does not come back with an older version") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    of.follow();
    of.views->offer("counter.sql", counter("1") + "-- @serve filter n\n").or_throw();
    of.how.builds_beside = true;
    of.restart(counter("10"));
    CHECK(rows_of(*of.views, "counter", {{"n", "eq.3"}}) == one_each + "3}]");
    of.build();
    CHECK(of.rows() == one_each + "30}]");
    CHECK(of.of().back().or_throw());
    CHECK(rows_of(*of.views, "counter", {{"n", "eq.3"}}) == one_each + "3}]");
}

TEST_CASE("who goes back stays there also where changed files are built beside") {
    versions_fixture of;
    of.how.builds_beside = true;
    of.start(counter("1"));
    of.count(2);
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.build();
    REQUIRE(of.of().back().or_throw());
    of.restart(counter("10"));
    of.build();
    CHECK(of.rows() == one_each + "2}]");
}

TEST_CASE("a version that fails is not switched to, and the one that is served goes on refusing") {
    versions_fixture of;
    auto const bounded = [](std::string const& kind, std::string const& most) {
        auto text = counter("1", kind);
        auto const at = text.find("n integer not null");
        return text.insert(at + 18, " check (n < " + most + ")");
    };
    of.start(bounded("inline", "5"));
    of.count(3);
    auto const next = of.views->offer("counter.sql", bounded("async", "3"), false).or_throw();
    of.build();
    auto const refused = of.of().switch_to(next.version);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == errc::refused);
    of.count(1);
    CHECK(of.rows() == one_each + "4}]");
    CHECK(of.try_append("counted", R"({"name":"a"})").error().kind == errc::refused);
}
