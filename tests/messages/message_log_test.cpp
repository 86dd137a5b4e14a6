#include "messages/fixture.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace diptych;
using namespace std::chrono_literals;
using messages::message_filter;
using messages::message_kind;
using workshop::running;

namespace {

std::vector<std::string> told(messages::message_page const& page) {
    std::vector<std::string> lines;
    for (auto const& one : page.messages)
        lines.push_back(
            one.command ? one.type + " " + one.command->outcome +
                              (one.command->code.empty() ? "" : " " + one.command->code)
                        : one.type
        );
    return lines;
}

std::vector<std::string> found(running& in, message_filter const& what) {
    return told(in.log().find(what).or_throw());
}

using lines = std::vector<std::string>;

void report(running& in, std::string item, std::string fault, execute_options const& how = {}) {
    (void)in.send(workshop::report{.item = {std::move(item)}, .fault = std::move(fault)}, how);
}

}  // namespace

TEST_CASE("each command is kept with its outcome, what it said and who sent it") {
    running of;
    report(of, "lamp", "bulb", {.command_id = "c1", .user = "ada", .correlation_id = "day"});
    report(of, "lamp", "bulb", {.user = "bob"});
    report(of, "doll", "haunted", {.user = "bob"});
    CHECK(
        found(of, {.kind = message_kind::command}) ==
        lines{
            "workshop.report accepted",
            "workshop.order_part accepted",
            "workshop.report refused known_already",
            "workshop.report failed exception"
        }
    );
    auto const first = of.log().find({.kind = message_kind::command}).or_throw().messages.at(0);
    REQUIRE(first.command);
    CHECK(first.command->body == R"({"item":"lamp","fault":"bulb"})");
    CHECK(first.command->id == "c1");
    CHECK(first.command->events == std::vector{position{1}});
    CHECK(first.user == "ada");
    CHECK(first.correlation_id == "day");
    auto const last = of.log().find({.outcome = "failed"}).or_throw().messages.at(0);
    CHECK(last.command->detail.contains("a ghost"));
}

TEST_CASE("a command that is sent again is kept once") {
    running of;
    report(of, "lamp", "bulb", {.command_id = "c1"});
    report(of, "lamp", "bulb", {.command_id = "c1"});
    CHECK(found(of, {.types = {"workshop.report"}}).size() == 1);
}

TEST_CASE("commands of one unit are kept one by one") {
    running of;
    REQUIRE(of.app.execute_together(
        {workshop::report{.item = {"lamp"}, .fault = "bulb"}, workshop::mend{.item = {"lamp"}}}
    ));
    of.settle();
    auto const page = of.log().find({.kind = message_kind::command}).or_throw();
    REQUIRE(page.messages.size() >= 2);
    CHECK(page.messages[0].type == "workshop.report");
    CHECK(page.messages[0].command->unit == 2);
    CHECK(page.messages[1].type == "workshop.mend");
}

TEST_CASE("a queued command is kept once, with what was said when it was queued") {
    running of;
    of.app.parts().queue()->put(
        {{.id = "q1",
          .name = "workshop.give_up",
          .body = R"({"item":"lamp"})",
          .key = "",
          .caller = "clerk",
          .user = "ada"}},
        [](result<appended> said) { CHECK(said); }
    );
    of.settle();
    auto const page = of.log().find({.kind = message_kind::command}).or_throw();
    REQUIRE(told(page) == lines{"workshop.give_up accepted"});
    CHECK(page.messages[0].user == "ada");
    CHECK(page.messages[0].command->id == "q1");
    CHECK(page.messages[0].command->caller == "clerk");
    CHECK(page.messages[0].command->body == R"({"item":"lamp"})");
    CHECK(
        told(of.log().find({.kind = message_kind::command, .user = "ada"}).or_throw()).size() == 1
    );
}

TEST_CASE("messages are found by type, user, conversation, outcome, stream and time") {
    running of;
    report(of, "lamp", "bulb", {.user = "ada", .correlation_id = "day"});
    of.time.at += 10min;
    auto const later = of.time.at;
    report(of, "doll", "soul", {.user = "bob", .correlation_id = "night"});

    CHECK(
        found(of, {.types = {"workshop.reported"}}) ==
        lines{"workshop.reported", "workshop.reported"}
    );
    auto by_types = found(of, {.types = {"report", "workshop.given_up"}});
    std::ranges::sort(by_types);
    CHECK(
        by_types ==
        lines{"workshop.given_up", "workshop.report accepted", "workshop.report accepted"}
    );
    CHECK(found(of, {.user = "ada"}) == lines{"workshop.reported", "workshop.report accepted"});
    CHECK(
        found(of, {.user = "bob", .correlation = "night"}) ==
        lines{"workshop.reported", "workshop.report accepted"}
    );
    CHECK(found(of, {.user = "ada", .correlation = "night"}).empty());
    CHECK(found(of, {.outcome = "refused"}) == lines{"workshop.order_part refused no_such_part"});
    CHECK(
        found(of, {.types = {"order_part"}, .outcome = "accepted"}) ==
        lines{"workshop.order_part accepted"}
    );
    auto on_lamp = found(of, {.stream = "item-lamp"});
    std::ranges::sort(on_lamp);
    CHECK(
        on_lamp ==
        lines{
            "workshop.order_part accepted",
            "workshop.part_ordered",
            "workshop.report accepted",
            "workshop.reported"
        }
    );
    auto const before = of.app.log().position_at(later - 1us).or_throw();
    auto const all = found(of, {});
    CHECK(found(of, {.up_to = before}).size() + found(of, {.after = before}).size() == all.size());
    CHECK(found(of, {.correlation = "night", .up_to = before}).empty());
    CHECK(found(of, {.engine = true}).size() > all.size());
}

TEST_CASE("pages follow each other until all has been seen, each message once") {
    running of;
    for (int i = 0; i < 700; ++i)
        report(of, "i" + std::to_string(i), i % 7 == 0 ? "soul" : "bulb", {.user = "ada"});
    // 700 items, of which each seventh has a fault for which there is no part, and is given up.
    std::vector<std::pair<message_filter, std::size_t>> const questions{
        {{.kind = message_kind::event}, 700 + 600 + 100},
        {{.user = "ada"}, 700 + 700},
        {{.outcome = "refused"}, 100},
        {{.types = {"workshop.reported", "give_up"}}, 700 + 100}
    };
    for (auto [what, expected] : questions) {
        what.limit = 1'000;
        auto whole = std::vector<position>{};
        for (auto page = of.log().find(what).or_throw();; page = of.log().find(what).or_throw()) {
            for (auto const& one : page.messages) whole.push_back(one.at.position);
            what.after = page.seen;
            if (page.at_end) break;
        }
        what.after = {};
        what.limit = 13;
        auto pieces = std::vector<position>{};
        for (bool at_end = false; !at_end;) {
            auto const page = of.log().find(what).or_throw();
            for (auto const& one : page.messages) pieces.push_back(one.at.position);
            CHECK(page.seen > what.after);
            what.after = page.seen;
            at_end = page.at_end;
        }
        CHECK(pieces == whole);
        CHECK(std::ranges::is_sorted(pieces));
        CHECK(whole.size() == expected);
    }
}

TEST_CASE("who keeps no message log records no command, and can ask for all that is in the log") {
    running of({}, false);
    report(of, "lamp", "soul", {.user = "ada"});
    report(of, "lamp", "bulb", {.user = "bob"});
    CHECK(found(of, {.types = {"workshop.report"}}).empty());
    CHECK(found(of, {.user = "ada"}) == lines{"workshop.reported"});
    CHECK(
        found(of, {.kind = message_kind::command}) ==
        lines{"workshop.order_part refused no_such_part", "workshop.give_up accepted"}
    );
}

TEST_CASE("what is indexed outlives the program, and is made anew if it is gone or damaged") {
    testing::temporary_folder const folder;
    auto const data = folder / "data";
    lines before;
    {
        running of(data);
        report(of, "lamp", "bulb", {.user = "ada"});
        report(of, "lamp", "bulb", {.user = "ada"});
        before = found(of, {.user = "ada"});
        CHECK(before.size() == 3);
        of.app.close().or_throw();
    }
    auto const file = data / "messages.db";
    REQUIRE(std::filesystem::exists(file));
    for (int i = 0; i < 3; ++i) {
        if (i == 1) std::filesystem::remove(file);
        if (i == 2) std::filesystem::resize_file(file, 100);
        running of(data);
        CHECK(found(of, {.user = "ada"}) == before);
        of.app.close().or_throw();
    }
}

TEST_CASE("what waits to be recorded when the application is closed is recorded") {
    testing::temporary_folder const folder;
    {
        running of(folder / "data");
        (void)of.app.execute(workshop::mend{.item = {"lamp"}});
        of.app.close().or_throw();
    }
    running of(folder / "data");
    CHECK(found(of, {.kind = message_kind::command}) == lines{"workshop.mend accepted"});
}

TEST_CASE("who asks while another looks through a long log is told so at once") {
    running of({}, false);
    for (int i = 0; i < 5; ++i)
        of.app.log()
            .append(
                {.events = std::vector<event_data>(1'000, {.stream = "note-n", .type = "noted"})}
            )
            .or_throw();
    struct asking_clock final : diptych::clock {
        timestamp now() override {
            if (asked) asked();
            return {};
        }
        std::function<void()> asked = {};
    } time;
    messages::message_log log(
        of.app.parts().log(),
        time,
        {.file = []() -> result<sqlite::location> { return sqlite::location{":memory:"}; },
         .patience = 30s}
    );
    std::vector<std::string> answers;
    auto const from = std::chrono::steady_clock::now();
    auto looks = 0;
    time.asked = [&] {
        if (++looks != 2) return;  // it has looked at some
        std::jthread([&] { answers.push_back(log.find({}).error().code); }).join();
    };
    CHECK(log.find({}).or_throw().messages.size() == 100);
    CHECK(looks > 2);
    CHECK(answers == lines{"messages_behind"});
    CHECK(std::chrono::steady_clock::now() - from < 20s);
}

TEST_CASE("each record of a unit has the events of its own command") {
    running of;
    REQUIRE(of.app.execute_together(
        {workshop::give_up{.item = {"lamp"}}, workshop::give_up{.item = {"doll"}}},
        {.correlation_id = "day"}
    ));
    of.settle();
    auto const page = of.log().find({.kind = message_kind::command}).or_throw();
    REQUIRE(page.messages.size() == 2);
    CHECK(page.messages[0].command->events == std::vector{position{1}});
    CHECK(page.messages[1].command->events == std::vector{position{2}});
    CHECK(page.messages[1].command->streams == lines{"item-doll"});
    CHECK(found(of, {.kind = message_kind::command, .stream = "item-doll"}).size() == 1);
}

TEST_CASE("an index that turns out to be damaged when it is asked is made anew") {
    testing::temporary_folder const folder;
    auto const data = folder / "data";
    {
        running of(data);
        for (int i = 0; i < 300; ++i)
            report(of, "i" + std::to_string(i), "bulb", {.user = "ada", .correlation_id = "day"});
        of.app.close().or_throw();
    }
    auto const file = data / "messages.db";
    {
        constexpr auto kept = 4 * 4'096;
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(kept);
        bytes << std::string(std::filesystem::file_size(file) - kept, 'x');
    }
    running of(data);
    CHECK(found(of, {.user = "ada", .limit = 1'000}).size() == 600);
    CHECK(of.log().trace_of("day"));
}

TEST_CASE("a command that is answered as the application is closed is on record") {
    testing::temporary_folder const folder;
    {
        running of(folder / "data");
        auto is_answered = false;
        of.app.parts().commands().execute_async(
            "workshop.mend",
            R"({"item":"lamp"})",
            {},
            [&](result<outcome> const&) { is_answered = true; }
        );
        of.app.close().or_throw();
        CHECK(is_answered);
    }
    running of(folder / "data");
    CHECK(found(of, {.kind = message_kind::command}) == lines{"workshop.mend accepted"});
}

TEST_CASE("what middleware answers itself is kept, too") {
    workshop::moved_clock time;
    auto app = application{{.threads = false, .clock = &time, .message_log = true}};
    app.add<workshop::context>();
    app.use([](call const& what, next_call const& next) {
        if (what.options.user.empty())
            return result<outcome>{fail(errc::denied, "no_user", "say who you are")};
        return next();
    });
    CHECK(!app.execute(workshop::mend{.item = {"lamp"}}));
    while (app.step().or_throw()) {
    }
    auto const page = app.parts().messages().find({.outcome = "denied"}).or_throw();
    REQUIRE(page.messages.size() == 1);
    CHECK(page.messages[0].command->code == "no_user");
    CHECK(page.messages[0].command->body == R"({"item":"lamp"})");
}
