#include "read/example_views.hpp"
#include "read/log_fixture.hpp"
#include "sqlite/database.hpp"

#include <doctest/doctest.h>

#include <fstream>

using namespace diptych;
using namespace diptych::read;

namespace {

std::size_t files_in(std::filesystem::path const& folder) {
    std::size_t count = 0;
    for (auto const& one : std::filesystem::directory_iterator{folder})
        if (one.path().extension() == ".db") ++count;
    return count;
}

}  // namespace

TEST_CASE("an order's history follows it through events that do not name it") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add_text("order_history.sql", examples::order_history).or_throw();
    views.start().or_throw();
    of.append("order_created", R"({"order":"o1","consumer":"c1"})");
    of.append("delivery_created", R"({"order":"o1","delivery":"d1"})");
    auto const at = of.append("delivery_picked_up", R"({"delivery":"d1"})");
    CHECK(!views.has_reached("order_history", at).or_throw());
    CHECK(views.step("order_history").or_throw() == false);
    CHECK(views.has_reached("order_history", at).or_throw());
    CHECK(
        rows_of(views, "order_history", {{"consumer_id", "eq.c1"}}) ==
        R"([{"order_id":"o1","consumer_id":"c1","status":"PICKED_UP","delivery_id":"d1",)"
        R"("created_at":"1971-01-01T00:00:00.001000Z"}])"
    );
}

TEST_CASE("every column type and every binding comes through, exactly") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views
        .add_text("all.sql", R"sql(
-- @view everything
create table everything (
  id text, line integer, price decimal(2), share real, paid boolean, due timestamp, doc json, raw blob,
  city text, sku text, stream text, version integer, type text, at timestamp, who text, tags json,
  position integer, event text, primary key (id, line)
);
-- @on billed
-- @each :lines as :line
insert into everything values (
  :id, :$index, :line.price, :share, :paid, :due, :doc, :raw, :address.city, :line.sku,
  :$stream, :$version, :$type, :$recorded_at, :$metadata.user, :$tags, :$position, :$id
);
)sql")
        .or_throw();
    views.start().or_throw();
    std::vector<event_data> events(1);
    events.front() = {
        .stream = "bill-b1",
        .type = "billed",
        .tags = {"shop-s1"},
        .data =
            R"({"id":"b1","share":0.5,"paid":true,"due":"2026-03-01T12:00:00+01:00","doc":{"a":[1,2]},)"
            R"("raw":"AAEC","address":{"city":"Bonn"},)"
            R"("lines":[{"sku":"TABLE","price":0.1},{"sku":"LAMP","price":"12.50"}]})",
        .metadata = R"({"user":"ada"})",
    };
    of.log->append({.events = events}).or_throw();
    of.append("billed", R"({"id":"b2","lines":null})");
    views.catch_up("everything").or_throw();
    auto const all = rows_of(
        views,
        "everything",
        {{"select",
          "id,line,price,share,paid,due,doc,raw,city,sku,stream,version,type,who,tags,position"}}
    );
    auto const row = [](std::string const& line, std::string const& price, std::string const& sku) {
        return R"({"id":"b1","line":)" + line + R"(,"price":)" + price +
               R"(,"share":0.5,"paid":true,"due":"2026-03-01T11:00:00Z","doc":{"a":[1,2]},)"
               R"("raw":"AAEC","city":"Bonn","sku":")" +
               sku +
               R"(","stream":"bill-b1","version":1,"type":"billed","who":"ada","tags":["shop-s1"],"position":1})";
    };
    CHECK(all == "[" + row("1", "0.10", "TABLE") + "," + row("2", "12.50", "LAMP") + "]");
}

TEST_CASE("a restarted view goes on where it was, and a changed one begins anew beside it") {
    log_fixture of;
    temporary_folder const folder;
    for (int round = 1; round <= 3; ++round) {
        view_set views{*of.log, folder.path(), of.time};
        views.add_text("counter.sql", examples::counter).or_throw();
        views.start().or_throw();
        of.append("counted", R"({"name":"a"})");
        views.catch_up("counter").or_throw();
        auto const n = std::to_string(round);
        CHECK(rows_of(views, "counter") == R"([{"name":"a","n":)" + n + R"(,"last":)" + n + "}]");
    }
    CHECK(files_in(folder.path()) == 1);

    std::string changed = examples::counter;
    changed.replace(changed.find("n + 1"), 5, "n + 2");
    view_set views{*of.log, folder.path(), of.time};
    views.add_text("counter.sql", changed).or_throw();
    views.start().or_throw();
    CHECK(rows_of(views, "counter") == R"([{"name":"a","n":5,"last":3}])");
    CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("views are caught up before they are served") {
    log_fixture of;
    temporary_folder const folder;
    for (int i = 0; i < 25; ++i) of.append("counted", R"({"name":"a"})");
    view_set views{*of.log, folder.path(), of.time, {.batch_events_max = 3}};
    views.add_text("counter.sql", examples::counter).or_throw();
    views.start().or_throw();
    CHECK(rows_of(views, "counter") == R"([{"name":"a","n":25,"last":25}])");
    CHECK(status_of(views, "counter").lag == 0);
    CHECK(views.position("counter").or_throw() == of.log->end());
}

TEST_CASE("two who write one view apply each event once") {
    log_fixture of;
    temporary_folder const folder;
    view_set one{*of.log, folder.path(), of.time};
    view_set other{*of.log, folder.path(), of.time};
    for (auto* const views : {&one, &other}) {
        views->add_text("counter.sql", examples::counter).or_throw();
        views->start().or_throw();
    }
    for (int i = 0; i < 5; ++i) {
        of.append("counted", R"({"name":"a"})");
        one.catch_up("counter").or_throw();
        auto const second = other.step("counter");
        REQUIRE(!second);
        CHECK(second.error().code == "checkpoint_moved");
        of.time.advance(std::chrono::minutes{1});
        other.catch_up("counter").or_throw();
    }
    CHECK(rows_of(one, "counter") == R"([{"name":"a","n":5,"last":5}])");
}

TEST_CASE("batches are bounded by events and by time") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time, {.batch_events_max = 4}};
    views.add_text("counter.sql", examples::counter).or_throw();
    views.start().or_throw();
    for (int i = 0; i < 6; ++i) of.append("counted", R"({"name":"a"})");
    CHECK(views.step("counter").or_throw());
    CHECK(status_of(views, "counter").lag == 2);
    CHECK(!views.step("counter").or_throw());
    CHECK(status_of(views, "counter").lag == 0);

    view_set hasty{
        *of.log, folder.path() / "hasty", of.time, {.batch_time_max = std::chrono::microseconds{0}}
    };
    hasty.add_text("counter.sql", examples::counter).or_throw();
    hasty.start().or_throw();
    of.append("counted", R"({"name":"a"})");
    of.append("counted", R"({"name":"a"})");
    CHECK(hasty.step("counter").or_throw());
    CHECK(status_of(hasty, "counter").lag == 1);
}

TEST_CASE("a view that is ahead of its log, or on another history, is not served and says so") {
    temporary_folder const folder;
    auto const start = [&](log_fixture& of) {
        auto views = std::make_unique<view_set>(*of.log, folder.path(), of.time);
        views->add_text("counter.sql", examples::counter).or_throw();
        views->start().or_throw();
        return views;
    };
    {
        log_fixture of;
        of.append("counted", R"({"name":"a"})");
        of.append("counted", R"({"name":"a"})");
        CHECK(!start(of)->lost_history());
    }
    auto const complaint = [&](log_fixture& of) {
        auto const views = start(of);
        CHECK(status_of(*views, "counter").state == view_state::failed);
        auto const asked = views->query("counter", {});
        REQUIRE(!asked);
        CHECK(views->lost_history().has_value() == (asked.error().code != "foreign_view"));
        CHECK(!views->has_reached("counter", token{}));
        CHECK(!views->step("counter").or_throw());
        return asked.error().code;
    };
    SUBCASE("the log ends before the view does") {
        log_fixture shorter;
        shorter.append("counted", R"({"name":"a"})");
        CHECK(complaint(shorter) == "checkpoint_beyond_log");
    }
    SUBCASE("the log went another way") {
        log_fixture other;
        for (int i = 0; i < 3; ++i) other.append("counted", R"({"name":"b"})");
        CHECK(complaint(other) == "other_history");
    }
    SUBCASE("the file is another log's") {
        log_fixture foreign{test_log_id(2)};
        for (int i = 0; i < 3; ++i) foreign.append("counted", R"({"name":"a"})");
        CHECK(complaint(foreign) == "foreign_view");
    }
    SUBCASE("the file is no database") {
        for (auto const& one : std::filesystem::directory_iterator{folder.path()})
            if (one.path().extension() != ".json")
                std::ofstream{one.path(), std::ios::trunc}
                    << "this is no database, but long enough to be read as one "
                       "and to be found out by its first bytes";
        log_fixture of;
        auto const views = start(of);
        CHECK(status_of(*views, "counter").state == view_state::failed);
        CHECK(!views->query("counter", {}));
    }
}

TEST_CASE("a token from elsewhere or from the future is refused at once") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add_text("counter.sql", examples::counter).or_throw();
    views.start().or_throw();
    of.append("counted", R"({"name":"a"})");
    auto const future = views.has_reached("counter", token{epoch{1}, position{9}});
    REQUIRE(!future);
    CHECK(future.error().kind == errc::invalid);
    CHECK(!views.has_reached("counter", token{epoch{7}, position{1}}));
    CHECK(views.has_reached("countr", token{}).error().message.contains("did you mean 'counter'?"));
}

TEST_CASE("a view that somebody waits for is wanted, one that has what is asked for is not") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add_text("counter.sql", examples::counter).or_throw();
    views.start().or_throw();
    std::vector<std::string> wanted;
    views.on_wanted([&](std::string_view name) { wanted.emplace_back(name); });
    auto const at = of.append("counted", R"({"name":"a"})");
    CHECK(views.has_reached("counter", token{}).or_throw());
    CHECK(wanted.empty());
    CHECK(!views.has_reached("counter", at).or_throw());
    CHECK(wanted == std::vector<std::string>{"counter"});
    views.catch_up("counter").or_throw();
    CHECK(views.has_reached("counter", at).or_throw());
    CHECK(wanted.size() == 1);
}

TEST_CASE("a view says what its file makes one wonder, and an event of the log is no wonder") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    auto const* const file =
        "-- @view v\ncreate table v (id text primary key);\n-- @on counted\n"
        "insert into v values (:name);";
    views.add_text("v.sql", file).or_throw();
    CHECK(
        status_of(views, "v").warnings ==
        std::vector<std::string>{"v.sql:3: nobody declares event 'counted'"}
    );
    of.append("counted", R"({"name":"a"})");
    view_set again{*of.log, folder.path(), of.time};
    again.add_text("v.sql", file).or_throw();
    CHECK(status_of(again, "v").warnings.empty());
    again.start().or_throw();
    CHECK(!again.trouble("v"));
}

TEST_CASE("whoever waits for a view is given a hint when it moves") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add_text("counter.sql", examples::counter).or_throw();
    views.start().or_throw();
    int hints = 0;
    auto waiting = views.on_progress([&] { ++hints; });
    of.append("counted", R"({"name":"a"})");
    views.catch_up("counter").or_throw();
    CHECK(hints == 1);
    waiting.reset();
    of.append("counted", R"({"name":"a"})");
    views.catch_up("counter").or_throw();
    CHECK(hints == 1);
}

TEST_CASE("SQL that a view may not say is refused when the file is read, with its place") {
    log_fixture of;
    temporary_folder const folder;
    auto const complaint = [&](std::string const& statement) -> std::string {
        view_set views{*of.log, folder.path(), of.time};
        auto const added = views.add_text(
            "v.sql",
            "-- @view v\ncreate table v (id text primary key, n integer);\n-- @on e\n" + statement
        );
        return added ? "no complaint" : added.error().message;
    };
    CHECK(complaint("insert into v values (:a, random());")
              .contains("function random() is not among those a view may use"));
    CHECK(complaint("insert into v values (datetime('now'), 1);").contains("datetime()"));
    CHECK(complaint("insert into v values (current_timestamp, 1);").contains("current_timestamp()")
    );
    CHECK(complaint("insert into v select name, 1 from sqlite_master;")
              .contains("only its own tables"));
    CHECK(complaint("update _diptych set position = 7;") != "no complaint");
    CHECK(complaint("insert into v values (:a, last_insert_rowid());").contains("not among those"));
    CHECK(complaint("insert into v select value, 1 from json_each(:a);") != "no complaint");
    CHECK(complaint("update v\n   set n = m;") == "v.sql:5:12: no such column: m");
    CHECK(complaint("update v set n = \"m\";").contains("no such column: m"));
    CHECK(complaint("insert into w values (1);").starts_with("v.sql:4:"));
    CHECK(complaint("insert into v values (lower(:a), abs(:n) + max(:n, 1));") == "no complaint");
    CHECK(
        complaint("insert into v values (:a, (select count(*) from v where id = :a));") ==
        "no complaint"
    );

    view_set views{*of.log, folder.path(), of.time};
    CHECK(!views.add_text(
        "v.sql", "-- @view v\ncreate table v (id text primary key, check (random() > 0));"
    ));
    views.add_text("counter.sql", examples::counter).or_throw();
    CHECK(views.add_text("again.sql", examples::counter).error().code == "view_twice");
}

TEST_CASE("a view is described to whoever asks") {
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    CHECK(views.add_text("any.sql", examples::allocations).or_throw() == "allocations");
    CHECK(views.names() == std::vector<std::string>{"allocations"});
    auto const served = views.served();
    REQUIRE(served.size() == 1);
    CHECK(served.front().is_inline);
    CHECK(served.front().limit_max == 500);
    REQUIRE(served.front().columns.size() == 4);
    auto const& quantity = served.front().columns[3];
    CHECK(quantity.type == "integer");
    CHECK(quantity.required);
    CHECK(!quantity.filter);
    CHECK(served.front().columns[0].is_key);
    CHECK(served.front().columns[0].filter);
    CHECK(served.front().columns[2].sort);
    CHECK(views.query("allocations", {}).error().kind == errc::unavailable);
}
