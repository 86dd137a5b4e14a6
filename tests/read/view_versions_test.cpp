#include "read/versions_fixture.hpp"
#include "read/watched_disk.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <future>

using namespace diptych;
using namespace diptych::read;

TEST_CASE("a changed view is built beside the one that is served, and switched to") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    of.follow();
    auto const offered = of.views->offer("counter.sql", counter("10")).or_throw();
    CHECK_FALSE(offered.is_new);
    CHECK_FALSE(offered.is_served);
    CHECK(of.rows() == one_each + "3}]");
    CHECK(of.standing() == "served@3 building@0");
    of.build();
    CHECK(of.rows() == one_each + "30}]");
    CHECK(of.standing() == "served@3 kept@3");
    CHECK(status_of(*of.views, "counter").version == offered.version);
}

TEST_CASE("the version before is kept, follows the log and is gone back to in one step") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(2);
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.build();
    of.count(1);
    of.follow();
    of.build();
    CHECK(of.standing() == "served@3 kept@3");
    CHECK(of.of().back().or_throw());
    CHECK(of.rows() == one_each + "3}]");
    CHECK(of.of().back().or_throw());
    CHECK(of.rows() == one_each + "30}]");
}

TEST_CASE("who goes back stays there when the server starts again with the same file") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(2);
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.build();
    REQUIRE(of.of().back().or_throw());
    of.restart(counter("10"));
    CHECK(of.rows() == one_each + "2}]");
    of.build();
    CHECK(of.rows() == one_each + "2}]");
}

TEST_CASE("a build that was stopped goes on where it was, beside the version that is served") {
    versions_fixture of;
    of.how.batch_events_max = 10;
    of.start(counter("1"));
    of.count(35);
    of.follow();
    of.views->offer("counter.sql", counter("10")).or_throw();
    (void)of.views->build_step().or_throw();
    CHECK(of.standing() == "served@35 building@10");
    of.restart(counter("10"));
    CHECK(of.standing() == "served@35 building@10");
    CHECK(of.rows() == one_each + "35}]");
    of.build();
    CHECK(of.rows() == one_each + "350}]");
}

TEST_CASE("a file that was changed while nothing ran is built before it is served") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    of.follow();
    of.restart(counter("10"));
    CHECK(of.rows() == one_each + "30}]");
    CHECK(of.of().back().or_throw());
    CHECK(of.rows() == one_each + "3}]");
}

TEST_CASE("unless it is wanted otherwise: then the old version is served until the new one is built"
) {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    of.follow();
    of.how.builds_beside = true;
    of.restart(counter("10"));
    CHECK(of.rows() == one_each + "3}]");
    of.build();
    CHECK(of.rows() == one_each + "30}]");
}

TEST_CASE("a version that was to be switched to by hand waits for that, and keeps up") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    auto const offered = of.views->offer("counter.sql", counter("10"), false).or_throw();
    of.build();
    of.count(1);
    of.follow();
    of.build();
    CHECK(of.rows() == one_each + "4}]");
    CHECK(of.standing() == "served@4 kept@4");
    CHECK(of.of().switch_to(offered.version).or_throw());
    CHECK(of.rows() == one_each + "40}]");
}

TEST_CASE("queries never see less after a switch than before it") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    of.follow();
    auto const offered = of.views->offer("counter.sql", counter("10"), false).or_throw();
    of.build();
    of.count(50);
    of.follow();
    CHECK(of.standing() == "served@53 kept@3");
    auto const before = of.views->position("counter").or_throw();
    CHECK(of.of().switch_to(offered.version).or_throw());
    CHECK(of.views->position("counter").or_throw() == before);
    CHECK(of.rows() == one_each + "530}]");
}

TEST_CASE("an inline version takes the other's part in commits, and the other refuses nothing more"
) {
    auto const unique = [](std::string_view more) {
        return "-- @view counter inline\n"
               "create table counter (name text primary key, n integer not null" +
               std::string{more} +
               ");\n-- @event counted (name text)\n-- @on counted\n"
               "insert into counter values (:name, 1) on conflict (name) do update set n = n + "
               "1;\n";
    };
    versions_fixture of;
    of.start(unique(", check (n < 3)"));
    of.count(2);
    CHECK(of.try_append("counted", R"({"name":"a"})").error().kind == errc::refused);
    of.views->offer("counter.sql", unique(", check (n < 5)")).or_throw();
    CHECK(of.try_append("counted", R"({"name":"a"})").error().kind == errc::refused);
    of.build();
    of.count(2);
    CHECK(of.rows() == one_each + "4}]");
    CHECK(of.try_append("counted", R"({"name":"a"})").error().kind == errc::refused);
    CHECK(of.log->detached_views().empty());
    // The one before can not take what the new one has: it stands still, and stops nobody.
    of.build();
    CHECK(of.standing() == "served@4 kept@2");
    of.append("counted", R"({"name":"b"})");
    CHECK(of.log->detached_views().empty());
}

TEST_CASE("a new inline version that can not be built refuses nothing and is not switched to") {
    versions_fixture of;
    of.start(counter("1", "inline"));
    of.count(3);
    auto text = counter("1", "inline");
    text.replace(text.find("n integer not null"), 18, "n integer not null check (n < 3)");
    of.views->offer("counter.sql", text).or_throw();
    of.build();
    of.count(1);
    CHECK(of.rows() == one_each + "4}]");
    CHECK(of.standing() == "served@4 building@2");
    CHECK(of.of().versions().at(1).last_error.has_value());
    // A corrected text takes its place.
    of.views->offer("counter.sql", counter("5", "inline")).or_throw();
    of.build();
    CHECK(of.rows() == one_each + "20}]");
    CHECK(of.files() == 2);
}

TEST_CASE("what may be queried, and async or inline, counts at once: its meaning is the same") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(2);
    of.follow();
    auto const query = [&] { return of.views->query("counter", {{"n", "eq.3"}}); };
    CHECK_FALSE(query());
    auto const offered =
        of.views->offer("counter.sql", counter("1", "inline") + "-- @serve filter n\n").or_throw();
    CHECK(offered.is_served);
    of.follow();
    of.count(1);
    CHECK(query().or_throw().rows == one_each + "3}]");
    of.views->offer("counter.sql", counter("1") + "-- @serve filter n\n").or_throw();
    of.count(1);
    CHECK(of.rows() == one_each + "3}]");
    of.follow();
    CHECK(of.rows() == one_each + "4}]");
}

TEST_CASE("an async version follows an inline one, and the other way round") {
    versions_fixture of;
    of.start(counter("1", "inline"));
    of.count(2);
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.build();
    of.count(1);
    CHECK(of.rows() == one_each + "20}]");
    of.follow();
    CHECK(of.rows() == one_each + "30}]");
    of.views->offer("counter.sql", counter("100", "inline")).or_throw();
    of.build();
    of.count(1);
    CHECK(of.rows() == one_each + "400}]");
}

TEST_CASE("a view is built again beside itself") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    of.follow();
    auto const version = status_of(*of.views, "counter").version;
    CHECK(of.of().rebuild().or_throw() == version + ".2");
    of.build();
    CHECK(of.rows() == one_each + "3}]");
    CHECK(of.of().served()->id() == version + ".2");
    of.restart(counter("1"));
    CHECK(of.of().served()->id() == version + ".2");
    CHECK(of.of().rebuild().or_throw() == version + ".3");
    of.build();
    CHECK(of.files() == 3);
}

TEST_CASE("a version that is not served can be dropped, the served one can not") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    auto const first = of.of().served()->id();
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.build();
    CHECK(of.of().drop(of.of().served()->id()).error().code == "version_served");
    of.of().drop(first).or_throw();
    CHECK(of.files() == 1);
    CHECK(of.of().back().error().code == "no_version_before");
    CHECK(of.of().drop(first).error().kind == errc::not_found);
    CHECK(of.of().drop("../counter").error().kind == errc::not_found);
    CHECK(of.rows() == one_each + "30}]");
}

TEST_CASE("a new view is added while the others are at work") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(3);
    std::string added;
    of.views->on_added([&](std::string_view name) { added = name; });
    auto text = counter("2");
    for (auto at = text.find("counter"); at != text.npos; at = text.find("counter", at + 5))
        text.replace(at, 7, "other");
    CHECK(of.views->offer("other.sql", text).or_throw().is_new);
    CHECK(added == "other");
    while (of.views->step("other").or_throw()) {
    }
    CHECK(rows_of(*of.views, "other") == one_each + "6}]");
}

TEST_CASE("a text that is no view changes nothing") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(1);
    of.follow();
    auto const failed = of.views->offer("counter.sql", counter("nothing"));
    REQUIRE_FALSE(failed);
    CHECK(failed.error().message.contains("counter.sql:5"));
    CHECK(of.standing() == "served@1");
}

TEST_CASE("choices that can not be read are named, with what to do") {
    versions_fixture of;
    of.start(counter("1"));
    of.views.reset();
    std::ofstream{of.folder.path() / "versions.json"} << "{\"format\":1,";
    view_set views{*of.log, of.folder.path(), of.time};
    views.add_text("counter.sql", counter("1")).or_throw();
    auto const started = views.start();
    REQUIRE_FALSE(started);
    CHECK(started.error().code == "view_choices");
    std::ofstream{of.folder.path() / "versions.json"} << R"({"format":2,"views":{}})";
    CHECK(views.start().error().code == "newer_format");
}

namespace {

void keep_no_more_texts(live_view const& of) {
    sqlite::database::open(of.file())
        .or_throw()
        .execute(
            "create trigger no_more before insert on _diptych_text begin select raise(abort, "
            "'no'); end"
        )
        .or_throw();
}

}  // namespace

TEST_CASE("what cannot be kept of a text of the same meaning leaves the choice as it was") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(2);
    of.follow();
    of.views->offer("counter.sql", counter("10")).or_throw();
    keep_no_more_texts(*of.of().served());
    CHECK_FALSE(of.views->offer("counter.sql", counter("1") + "-- @serve filter n\n"));
    CHECK(of.standing() == "served@2 building@0");
    of.restart(counter("10"));
    CHECK(of.standing() == "served@2 building@0");
    of.build();
    CHECK(of.rows() == one_each + "20}]");
}

TEST_CASE("and so it is with the text of a version beside") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(2);
    of.follow();
    auto const first = of.of().served();
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.build();
    of.views->offer("counter.sql", counter("100")).or_throw();
    keep_no_more_texts(*first);
    CHECK_FALSE(of.views->offer("counter.sql", counter("1") + "-- @serve filter n\n"));
    CHECK(of.standing() == "served@2 kept@2 building@0");
    of.restart(counter("100"));
    of.build();
    CHECK(of.rows() == one_each + "200}]");
}

TEST_CASE("nobody waits while all rows of two versions are compared") {
    watched_disk disk;
    sqlite::disk_vfs const on{disk};
    versions_fixture of;
    of.how.files = &on;
    of.start(counter("1"));
    for (auto i = 0; i < 2000; ++i)
        of.append("counted", R"({"name":")" + std::string(200, 'x') + std::to_string(i) + "\"}");
    of.follow();
    auto const second = of.views->offer("counter.sql", counter("10"), false).or_throw().version;
    of.build();
    auto stepped = std::future<void>();
    auto in_time = false;
    disk.on_read = [&, here = std::this_thread::get_id()](auto const&) {
        if (std::this_thread::get_id() != here || in_time) return;
        auto const step = [&] {
            of.views->step("counter").or_throw();
            (void)of.of().versions();
            of.views->build_step().or_throw();
        };
        if (!stepped.valid()) stepped = std::async(std::launch::async, step);
        in_time = stepped.wait_for(std::chrono::milliseconds{5}) == std::future_status::ready;
    };
    CHECK(of.of().compare(second, 10).or_throw().tables.different == 2000);
    disk.on_read = [](auto const&) {};
    CHECK(in_time);
}
