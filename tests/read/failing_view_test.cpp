#include "read/example_views.hpp"
#include "read/log_fixture.hpp"
#include "sqlite/database.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

using namespace diptych;
using namespace diptych::read;

TEST_CASE("appends never wait for an async view, also one that was at work before and fails now") {
    log_fixture of;
    temporary_folder const folder;
    auto const open = [&] {
        auto views = std::make_unique<view_set>(*of.log, folder.path(), of.time, view_options{});
        views
            ->add_text("strict.sql", R"sql(
-- @view strict
-- @event counted (amount integer)
create table strict (n integer primary key);
-- @on counted
insert into strict values (:amount);
)sql")
            .or_throw();
        views->start().or_throw();
        return views;
    };
    of.append("counted", R"({"amount":1})");
    open()->catch_up("strict").or_throw();
    auto const views = open();
    of.append("counted", R"({"amount":"two"})");
    CHECK(!views->step("strict").or_throw());
    CHECK(status_of(*views, "strict").last_error);
    CHECK(of.log->detached_views().empty());
}

TEST_CASE("a failing event pauses its view after some tries, and no other") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time, {.attempts_max = 3}};
    views.add_text("counter.sql", examples::counter).or_throw();
    views
        .add_text("strict.sql", R"sql(
-- @view strict
create table strict (name text primary key, n integer not null);
-- @on counted
insert into strict values (:name, :amount);
)sql")
        .or_throw();
    views.start().or_throw();
    of.append("counted", R"({"name":"a","amount":1})");
    of.append("counted", R"({"name":"b","amount":"two"})");
    of.append("counted", R"({"name":"c","amount":3})");

    views.catch_up("counter").or_throw();
    CHECK(status_of(views, "counter").lag == 0);

    CHECK(!views.step("strict").or_throw());
    CHECK(rows_of(views, "strict", {{"select", "name"}}) == R"([{"name":"a"}])");
    auto stuck = status_of(views, "strict");
    CHECK(stuck.state == view_state::running);
    CHECK(stuck.lag == 2);
    REQUIRE(stuck.last_error);
    CHECK(stuck.last_error->code == "event_misfit");
    CHECK(
        stuck.last_error->message ==
        "view 'strict' (strict.sql:5) at event 2 (counted): amount: expected an integer of 64 "
        "bits, found \"two\""
    );

    // Nothing happens until the pause is over; each pause is twice as long as the one before.
    REQUIRE(views.retry_at("strict"));
    auto const first_pause = *views.retry_at("strict") - of.time.now();
    CHECK(!views.step("strict").or_throw());
    CHECK(*views.retry_at("strict") - of.time.now() == first_pause);
    of.time.advance(first_pause);
    CHECK(!views.step("strict").or_throw());
    CHECK(*views.retry_at("strict") - of.time.now() == 2 * first_pause);
    of.time.advance(-std::chrono::hours{1});  // a clock that is set back makes no pause longer
    CHECK(!views.step("strict").or_throw());
    stuck = status_of(views, "strict");
    CHECK(stuck.state == view_state::paused);
    CHECK(!views.retry_at("strict"));
    CHECK(!views.has_reached("strict", token{epoch{1}, position{3}}));
    CHECK(views.has_reached("strict", token{epoch{1}, position{1}}).or_throw());

    views.resume("strict").or_throw();
    CHECK(status_of(views, "strict").state == view_state::running);
    CHECK(!views.catch_up("strict"));
}

TEST_CASE("a view that fails within an append keeps what came before, and goes on from there") {
    log_fixture of;
    temporary_folder const folder;
    auto const start = [&] {
        auto views = std::make_unique<view_set>(*of.log, folder.path(), of.time);
        views->add_text("counter.sql", examples::counter).or_throw();
        views->start().or_throw();
        return views;
    };
    auto views = start();
    std::optional<sqlite::database> other;
    for (auto const& one : std::filesystem::directory_iterator{folder.path()})
        if (one.path().extension() == ".db") other = sqlite::database::open(one.path()).or_throw();
    other
        ->execute(
            "create trigger stop before insert on counter when new.name = 'bad' begin "
            "select raise(abort, 'not yet'); end"
        )
        .or_throw();
    std::vector<event_data> events;
    for (auto const* const data : {R"({"name":"a"})", R"({"name":"bad"})", R"({"name":"a"})"})
        events.push_back({.stream = "s-1", .type = "counted", .data = data});
    of.log->append({.events = events}).or_throw();

    CHECK(!views->catch_up("counter"));
    CHECK(rows_of(*views, "counter") == R"([{"name":"a","n":1,"last":1}])");
    CHECK(views->position("counter").or_throw().position == position{1});
    views = start();
    CHECK(status_of(*views, "counter").state == view_state::running);
    CHECK(views->position("counter").or_throw().position == position{1});

    other->execute("drop trigger stop").or_throw();
    of.time.advance(std::chrono::minutes{1});
    views->catch_up("counter").or_throw();
    CHECK(
        rows_of(*views, "counter") ==
        R"([{"name":"a","n":2,"last":3},{"name":"bad","n":1,"last":2}])"
    );
    CHECK(!status_of(*views, "counter").last_error);
}

TEST_CASE("a constraint that fails in an async view is a failing event, too") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views
        .add_text("once.sql", R"sql(
-- @view once
create table once (name text primary key);
-- @on counted
insert into once values (:name);
)sql")
        .or_throw();
    views.start().or_throw();
    of.append("counted", R"({"name":"a"})");
    of.append("counted", R"({"name":"a"})");
    auto const caught_up = views.catch_up("once");
    REQUIRE(!caught_up);
    CHECK(
        caught_up.error().message ==
        "view 'once' allows each name only once (once.sql:5) at event 2 (counted)"
    );
    auto const& facts = caught_up.error().facts;
    CHECK(std::ranges::count(facts, std::pair<std::string, std::string>{"position", "2"}) == 1);
    CHECK(rows_of(views, "once") == R"([{"name":"a"}])");
}
