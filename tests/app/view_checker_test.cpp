#include "app/view_checker.hpp"

#include "app/node.hpp"
#include "read/view_versions.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

using namespace diptych;
using namespace std::chrono_literals;

namespace {

std::string counter(std::string const& name) {
    return "-- @view " + name + " async\ncreate table " + name +
           " (name text primary key, n integer not null);\n"
           "-- @event counted (name text)\n-- @on counted\ninsert into " +
           name + " values (:name, 1) on conflict (name) do update set n = n + 1;\n";
}

/// Goes on when it is told to, and a little whenever it is looked at.
class moving_clock final : public clock {
public:
    timestamp now() override { return now_ += step; }
    void pass(std::chrono::seconds length) { now_ += length; }

    std::chrono::milliseconds step = 1ms;

private:
    timestamp now_{1'000s};
};

struct checked_views {
    testing::temporary_folder const folder;
    moving_clock time;
    application app{{.data = folder.path() / "data", .threads = false, .clock = &time}};
    std::chrono::microseconds rested{};
    std::function<void(std::stop_token const&)> while_resting = [](auto const&) {};
    std::uint64_t room = 1u << 30;
    std::uint64_t room_after = room;  // it was looked at
    std::stop_source ended;

    checked_views() {
        auto const files = folder.path() / "files";
        std::filesystem::create_directories(files);
        for (auto const* name : {"first", "second"})
            std::ofstream(files / (std::string{name} + ".sql")) << counter(name);
        app.views(files);
        app.start().or_throw();
        for (auto const* name : {"a", "b", "a"}) count(name);
    }

    void count(std::string const& name) {
        app.log()
            .append(
                {.events =
                     {{.stream = "s", .type = "counted", .data = R"({"name":")" + name + R"("})"}}}
            )
            .or_throw();
        while (app.step().or_throw()) {
        }
    }

    app::view_checker checker() {
        return {
            app.parts().views(),
            time,
            {
                .every = 24h,
                .rest =
                    [this](std::chrono::microseconds length, std::stop_token const& stop) {
                        rested += length;
                        while_resting(stop);
                    },
                .room =
                    [this](std::filesystem::path const&) {
                        return std::exchange(room, room_after);
                    },
                .room_left = 1000,
            }
        };
    }
    read::view_versions& view(std::string const& name) {
        return *app.parts().views().versions(name).or_throw();
    }
    void tamper(std::string const& name) {
        auto const in = sqlite::database::open(view(name).served()->file()).or_throw();
        in.execute("update " + name + " set n = 7 where name = 'a'").or_throw();
    }
};

}  // namespace

TEST_CASE("views are compared with the log one after the other, once a round, with rests") {
    checked_views of;
    auto checker = of.checker();
    CHECK(checker.step(of.ended.get_token()).or_throw());
    REQUIRE(of.view("first").last_check());
    CHECK(of.view("first").last_check()->rows == 2);
    CHECK(of.view("first").last_check()->different == 0);
    CHECK(!of.view("second").last_check());
    CHECK(of.rested >= 9ms);
    CHECK(!checker.step(of.ended.get_token()).or_throw());
    REQUIRE(of.view("second").last_check());

    auto const then = of.view("first").last_check()->when;
    CHECK(!checker.step(of.ended.get_token()).or_throw());
    CHECK(of.view("first").last_check()->when == then);
    of.time.pass(24h);
    CHECK(checker.step(of.ended.get_token()).or_throw());
    CHECK(of.view("first").last_check()->when > then);
}

TEST_CASE("a view that shows what the log does not say is named, and the next one is looked at") {
    checked_views of;
    of.tamper("first");
    auto checker = of.checker();
    auto const found = checker.step(of.ended.get_token());
    REQUIRE(!found);
    CHECK(found.error().code == "view_differs");
    CHECK(found.error().message.contains("view first"));
    CHECK(found.error().message.contains(R"(expected {"name":"a","n":2}, found {"name":"a","n":7})")
    );
    CHECK(of.view("first").last_check()->different == 1);
    CHECK(!checker.step(of.ended.get_token()).or_throw());
    CHECK(of.view("second").last_check()->different == 0);

    of.view("first").rebuild().or_throw();
    while (of.app.step().or_throw()) {
    }
    CHECK(!of.view("first").last_check());
}

TEST_CASE("a comparison that is ended says nothing of the view, and is begun again") {
    checked_views of;
    auto checker = of.checker();
    of.while_resting = [&](auto const&) { of.ended.request_stop(); };
    CHECK(!checker.step(of.ended.get_token()).or_throw());
    CHECK(!of.view("first").last_check());
    CHECK(checker.step({}).or_throw());
    CHECK(of.view("first").last_check());
}

TEST_CASE("what a view is brought to while a comparison rests is compared, too") {
    checked_views of;
    auto checker = of.checker();
    auto is_counted = false;
    of.while_resting = [&](auto const&) {
        if (!std::exchange(is_counted, true)) of.count("c");
    };
    CHECK(checker.step(of.ended.get_token()).or_throw());
    CHECK(of.view("first").last_check()->at.position.value == 4);
    CHECK(of.view("first").last_check()->rows == 3);
    CHECK(of.view("first").last_check()->different == 0);
}

TEST_CASE("a view that can not be compared is told, in its status too, and the next is looked at") {
    checked_views of;
    auto checker = of.checker();
    auto const file = of.view("first").served()->file();
    auto const in = sqlite::database::open(file).or_throw();
    in.execute("create table besides (id integer primary key)").or_throw();
    auto const found = checker.step(of.ended.get_token());
    REQUIRE(!found);
    CHECK(found.error().code == "wrong_view");
    REQUIRE(of.view("first").last_check());
    REQUIRE(of.view("first").last_check()->failed);
    CHECK(of.view("first").last_check()->failed->code == "wrong_view");
    CHECK(!checker.step(of.ended.get_token()).or_throw());
    CHECK(!of.view("second").last_check()->failed);
}

TEST_CASE("a view is not compared where there is no room for a copy, nor when it gets narrow") {
    checked_views of;
    auto checker = of.checker();
    of.room = 1000;
    of.room_after = 1u << 30;
    auto const at_first = checker.step(of.ended.get_token());
    REQUIRE(!at_first);
    CHECK(at_first.error().code == "no_room_to_check");
    CHECK(of.rested == 0us);

    of.room_after = 999;
    auto const meanwhile = checker.step(of.ended.get_token());
    REQUIRE(!meanwhile);
    CHECK(meanwhile.error().code == "no_room_to_check");
    CHECK(!checker.step(of.ended.get_token()).or_throw());
}

TEST_CASE("who asks for a comparison does not wait for the slow one") {
    checked_views of;
    auto checker = of.checker();
    std::future<result<read::version_comparison>> asked;
    auto is_asked = false;
    of.while_resting = [&](std::stop_token const& stop) {
        if (std::exchange(is_asked, true)) return;
        asked =
            std::async(std::launch::async, [&] { return of.view("first").compare_with_replay(); });
        std::mutex here;
        auto lock = std::unique_lock(here);
        std::condition_variable_any().wait_for(lock, stop, 10s, [] { return false; });
        CHECK(stop.stop_requested());
        CHECK(asked.wait_for(0s) == std::future_status::timeout);
    };
    CHECK(!checker.step(of.ended.get_token()).or_throw());
    CHECK(asked.get().or_throw().tables.different == 0);
    CHECK(checker.step(of.ended.get_token()).or_throw());
}

TEST_CASE("a clock that jumps makes no long rest") {
    checked_views of;
    auto checker = of.checker();
    of.time.step = 1h;
    CHECK(checker.step(of.ended.get_token()).or_throw());
    CHECK(of.rested <= 60s);
}
