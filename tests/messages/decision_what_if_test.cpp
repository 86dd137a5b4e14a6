#include "app/decision_what_if.hpp"

#include "messages/fixture.hpp"
#include "temporary_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <string>
#include <utility>

using namespace diptych;
using app::decision_what_if;
using read::altered_history;
using workshop::running;

namespace {

decision_what_if asked(application& in, altered_history const& otherwise = {}) {
    auto& of = in.parts();
    return app::decide_what_if(of.commands(), of.messages(), of.log(), otherwise, {}).or_throw();
}

log::hash256 hash_of(application& in) {
    auto& log = in.parts().log();
    return log.chain_at(log.end().position).or_throw();
}

void report(running& in, std::string item, std::string fault = "bulb") {
    (void)in.send(workshop::report{.item = {std::move(item)}, .fault = std::move(fault)});
}

event_data reported(std::string const& item) {
    return {
        .stream = "item-" + item,
        .type = "workshop.reported",
        .data = R"({"item":")" + item + R"(","fault":"bulb"})"
    };
}

}  // namespace

/// The workshop by other rules: what was known once is known for good.
namespace stricter {

using workshop::item_id;

struct bench {
    using of = item_id;
    bool is_known = false;
    void evolve(workshop::reported const&) { is_known = true; }
    void evolve(workshop::mended const&) {}
};

struct report {
    item_id item;
    std::string fault;
    diptych::decision<workshop::reported> decide(bench const& on) const {
        if (on.is_known) return diptych::refuse(workshop::refusal::known_already);
        return workshop::reported{.item = item, .fault = fault};
    }
};

struct context : diptych::context<diptych::commands<report>, diptych::events<workshop::mended>> {
    static constexpr auto name = "workshop";
};

}  // namespace stricter

/// Tells whenever it is decided.
namespace telling {

using workshop::item_id;

inline std::function<void()> on_decide;

struct look {
    item_id item;
    using refusals = workshop::refusal;
    diptych::decision<workshop::mended> decide(workshop::bench const& on) const {
        if (auto const told = std::exchange(on_decide, {})) {
            told();
            on_decide = told;
        }
        if (on.is_reported) return diptych::refuse(workshop::refusal::known_already);
        return diptych::no_events;
    }
};

struct context : diptych::context<diptych::commands<look>, diptych::events<workshop::reported>> {
    static constexpr auto name = "telling";
};

struct running {
    running() {
        app.add<context>();
        app.log().append({.events = {{.stream = "note-1", .type = "noted"}}}).or_throw();
    }
    ~running() { on_decide = {}; }

    void send() {
        (void)app.execute(look{.item = {"lamp"}});
        while (app.step().or_throw()) {
        }
    }

    diptych::application app{{.threads = false, .message_log = true}};
};

}  // namespace telling

/// What is reported thrice is given up.
namespace counting {

using workshop::item_id;

struct reports {
    using of = item_id;
    int seen = 0;
    void evolve(workshop::reported const&) { ++seen; }
};

struct give_up {
    item_id item;
    using refusals = workshop::refusal;
    diptych::decision<workshop::mended> decide(reports const& on) const {
        if (on.seen < 3) return diptych::refuse(workshop::refusal::known_already);
        return diptych::no_events;
    }
};

struct context : diptych::context<diptych::commands<give_up>, diptych::events<workshop::reported>> {
    static constexpr auto name = "counting";
};

}  // namespace counting

TEST_CASE("by the same rules and on the same history all is decided as it was") {
    running of;
    report(of, "lamp");
    report(of, "lamp");
    report(of, "doll", "soul");
    report(of, "ghost", "haunted");
    (void)of.send(workshop::mend{.item = {"lamp"}});
    (void)of.send(workshop::mend{.item = {"lamp"}});
    auto const made = asked(of.app);
    CHECK(made.asked == 8);
    CHECK(made.skipped == 1);  // refused to a process: its environment is not on record
    CHECK(made.different == 0);
}

TEST_CASE("without an event, what was refused for it would be accepted") {
    running of;
    report(of, "lamp");
    report(of, "doll");
    report(of, "lamp");
    auto const end = of.app.log().end();
    auto const hash = hash_of(of.app);
    auto const made = asked(of.app, {.without = {position{1}}});
    CHECK(made.different == 1);
    REQUIRE(made.differences.size() == 1);
    auto const& one = made.differences[0];
    CHECK(one.command.type == "workshop.report");
    CHECK(one.was.outcome == "refused");
    CHECK(one.was.code == "known_already");
    CHECK(one.would_be.outcome == "accepted");
    REQUIRE(one.would_be.events.size() == 1);
    CHECK(one.would_be.events[0].type == "workshop.reported");
    REQUIRE(one.tipped_by);
    CHECK(one.tipped_by->is == app::tipping_event::kind::left_out);
    CHECK(one.tipped_by->at == position{1});
    CHECK(of.app.log().end() == end);
    CHECK(hash_of(of.app) == hash);
}

TEST_CASE("without all events of a type, the one that is missed is named") {
    running of;
    report(of, "doll");
    report(of, "lamp");
    report(of, "lamp");
    CHECK(asked(of.app, {.without_types = {"workshop.repotred"}}).left_out == 0);
    auto const made = asked(of.app, {.without_types = {"workshop.reported"}});
    CHECK(made.left_out == 1);  // nobody looked at the doll's again
    REQUIRE(made.differences.size() == 1);
    REQUIRE(made.differences[0].tipped_by);
    auto const& by = *made.differences[0].tipped_by;
    CHECK(by.is == app::tipping_event::kind::left_out);
    CHECK(by.type == "workshop.reported");
    CHECK(by.stream == "item-lamp");
}

TEST_CASE("where several events are missed together, the last of them is named") {
    diptych::application app{{.threads = false, .message_log = true}};
    app.add<counting::context>();
    auto event = reported("lamp");
    event.type = "counting.reported";
    for (int i = 0; i < 5; ++i) app.log().append({.events = {event}}).or_throw();
    CHECK(app.execute(counting::give_up{.item = {"lamp"}}));
    while (app.step().or_throw()) {
    }
    auto const of_all = asked(app, {.without_types = {"counting.reported"}});
    REQUIRE(of_all.differences.size() == 1);
    REQUIRE(of_all.differences[0].tipped_by);
    CHECK(of_all.differences[0].tipped_by->at == position{3});
    CHECK(of_all.differences[0].tipped_by->is == app::tipping_event::kind::left_out);
    auto const of_some =
        asked(app, {.without = {position{1}, position{2}, position{3}, position{5}}});
    REQUIRE(of_some.differences.size() == 1);
    REQUIRE(of_some.differences[0].tipped_by);
    CHECK(of_some.differences[0].tipped_by->at == position{2});
    CHECK(asked(app, {.without = {position{1}, position{2}}}).different == 0);
}

TEST_CASE("with an event that never was, what was accepted would be refused") {
    running of;
    report(of, "lamp");
    auto const between = of.app.log().end().position;
    report(of, "doll");
    altered_history const otherwise{
        .inserted =
            {{.after = position{}, .event = reported("chair")},
             {.after = between, .event = reported("doll")}}
    };
    auto const made = asked(of.app, otherwise);
    CHECK(made.different == 1);
    REQUIRE(made.differences.size() == 1);
    auto const& one = made.differences[0];
    CHECK(one.command.command->body == R"({"item":"doll","fault":"bulb"})");
    CHECK(one.would_be.code == "known_already");
    REQUIRE(one.tipped_by);
    CHECK(one.tipped_by->is == app::tipping_event::kind::inserted);
    CHECK(one.tipped_by->at == between);
    CHECK(made.inserted == 1);  // nobody looked at the chair
    CHECK(made.left_out == 0);
    // Behind the command it comes too late.
    auto const late = of.app.log().end().position;
    CHECK(asked(of.app, {.inserted = {{.after = late, .event = reported("doll")}}}).different == 0);
}

TEST_CASE("by other rules, the event that makes the difference is named") {
    testing::temporary_folder const folder;
    {
        running of(folder / "data");
        REQUIRE(of.app.log().append(
            {.events =
                 {{.stream = "item-lamp", .type = "workshop.mended", .data = R"({"item":"lamp"})"}}}
        ));
        report(of, "lamp");
        (void)of.send(workshop::mend{.item = {"lamp"}});
        report(of, "lamp");
        of.app.close().or_throw();
    }
    auto app = application{{.data = folder / "data", .threads = false}};
    app.add<stricter::context>();
    auto const hash = hash_of(app);
    auto const made = asked(app);
    CHECK(made.asked == 2);
    CHECK(made.skipped > 0);  // commands that there are no more
    REQUIRE(made.differences.size() == 1);
    auto const& one = made.differences[0];
    CHECK(one.was.outcome == "accepted");
    CHECK(one.would_be.code == "known_already");
    REQUIRE(one.tipped_by);
    CHECK(one.tipped_by->is == app::tipping_event::kind::recorded);
    CHECK(one.tipped_by->type == "workshop.reported");
    CHECK(one.tipped_by->at == position{2});
    CHECK(hash_of(app) == hash);
}

TEST_CASE("a history ends where it is said, and no more differences are told than asked for") {
    running of;
    for (int i = 0; i < 5; ++i) report(of, "lamp");
    auto const end = of.app.log().end().position;
    CHECK(asked(of.app, {.without = {position{1}}, .as_of = end - 1}).different == 3);
    auto& parts = of.app.parts();
    auto const made = app::decide_what_if(
                          parts.commands(),
                          parts.messages(),
                          parts.log(),
                          {.without = {position{1}}},
                          {.differences_max = 2}
    )
                          .or_throw();
    CHECK(made.different == 4);
    CHECK(made.differences.size() == 2);
}

TEST_CASE("a state that can not be folded is what came of its commands, not of the question") {
    running of;
    report(of, "lamp");
    report(of, "doll");
    auto const unreadable =
        event_data{.stream = "item-doll", .type = "workshop.reported", .data = R"({"item":5})"};
    auto const made = asked(of.app, {.inserted = {{.after = {}, .event = unreadable}}});
    CHECK(made.asked == 4);
    REQUIRE(made.differences.size() == 1);
    CHECK(made.differences[0].was.outcome == "accepted");
    CHECK(made.differences[0].would_be.outcome == "corrupt");
    REQUIRE(made.differences[0].tipped_by);
    CHECK(made.differences[0].tipped_by->is == app::tipping_event::kind::inserted);
}

TEST_CASE("places behind the end that is asked for are none") {
    running of;
    report(of, "lamp");
    auto& parts = of.app.parts();
    auto const end = of.app.log().end().position;
    for (auto const& otherwise :
         {altered_history{.without = {end + 1}},
          altered_history{.without = {end}, .as_of = end - 1},
          altered_history{.inserted = {{.after = end + 1, .event = reported("lamp")}}}}) {
        auto const made =
            app::decide_what_if(parts.commands(), parts.messages(), parts.log(), otherwise, {});
        REQUIRE(!made);
        CHECK(made.error().code == "no_such_position");
    }
}

TEST_CASE("what comes while the question is answered is not asked") {
    telling::running of;
    constexpr int before = 1'010;  // more than a page
    for (int i = 0; i < before; ++i) of.send();
    auto still = 3 * before;
    telling::on_decide = [&] {
        if (still-- > 0) of.send();
    };
    CHECK(asked(of.app).asked == before);
}

TEST_CASE("what tips a decision is looked for only if it is told, and not for ever") {
    telling::running of;
    for (int i = 0; i < 4; ++i) of.send();
    auto event = reported("lamp");
    event.type = "telling.reported";
    altered_history otherwise;
    for (int i = 0; i < 100; ++i) otherwise.inserted.push_back({.after = {}, .event = event});
    auto decided = 0;
    telling::on_decide = [&] { ++decided; };
    auto& parts = of.app.parts();
    auto const made =
        app::decide_what_if(
            parts.commands(), parts.messages(), parts.log(), otherwise, {.differences_max = 1}
        )
            .or_throw();
    CHECK(made.different == 4);
    REQUIRE(made.differences.size() == 1);
    CHECK(made.differences[0].tipped_by);
    // Each once; then, for one, without the first 64 of the changes, and before each of the 100.
    CHECK(decided == 4 + 64 + 100);
}

TEST_CASE("what an inline view refused can not be asked again") {
    testing::temporary_folder const folder;
    auto const file = folder / "only_one.sql";
    std::ofstream(file) << R"(-- @view only_one inline
create table only_one (place integer primary key, item text);
-- @on workshop.given_up
insert into only_one (place, item) values (1, :item);
)";
    auto app = application{{.threads = false, .message_log = true}};
    app.add<workshop::context>().views(file);
    REQUIRE(app.execute(workshop::give_up{.item = {"lamp"}}).or_throw().accepted());
    REQUIRE(!app.execute(workshop::give_up{.item = {"doll"}}).or_throw().accepted());
    while (app.step().or_throw()) {
    }
    auto const made = asked(app);
    CHECK(made.asked == 1);
    CHECK(made.skipped == 1);
    CHECK(made.different == 0);
}
