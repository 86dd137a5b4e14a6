#include "messages/fixture.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>

using namespace diptych;
using namespace std::chrono_literals;
using workshop::running;

namespace {

// Without what depends on how fast it goes, or where it stands in the log.
std::string shape_of(messages::trace of) {
    for (auto& step : of.steps) {
        step.at = step.at.value == 0 || step.kind != messages::step_kind::event ? position{}
                                                                                : position{1};
        step.took.reset();
    }
    auto text = to_text(of);
    return text.substr(text.find('\n') + 1);
}

}  // namespace

TEST_CASE("a trace shows what followed from what, through processes and timers") {
    for (bool const keeps_messages : {true, false}) {
        CAPTURE(keeps_messages);
        running of({}, keeps_messages);
        REQUIRE(of.send(
            workshop::report{.item = {"lamp"}, .fault = "bulb"}, {.command_id = "c1", .user = "ada"}
        ));
        of.time.at += 2h;
        of.settle();
        REQUIRE(of.send(workshop::report{.item = {"doll"}, .fault = "soul"}, {.command_id = "c2"}));

        CHECK(
            shape_of(of.log().trace_of("c1").or_throw()) ==
            R"(command workshop.report  accepted  by ada
└─ 1 workshop.reported  item-lamp@1
   └─ reaction  mending-item-lamp
      └─ command workshop.order_part  accepted
         └─ 1 workshop.part_ordered  item-lamp@2
            └─ reaction  mending-item-lamp
               └─ timer delivery  mending-item-lamp
                  └─ reaction  mending-item-lamp
                     └─ command workshop.mend  accepted
                        └─ 1 workshop.mended  item-lamp@3
)"
        );
        CHECK(shape_of(of.log().trace_of("c2").or_throw()) == R"(command workshop.report  accepted
└─ 1 workshop.reported  item-doll@1
   └─ reaction  mending-item-doll
      └─ command workshop.order_part  refused: no_such_part
         └─ reaction  mending-item-doll
            └─ command workshop.give_up  accepted
               └─ 1 workshop.given_up  item-doll@2
)");
    }
}

TEST_CASE("a trace shows where a process did not get on") {
    running of;
    of.app.log()
        .append(
            {.events =
                 {{.stream = "item-lamp",
                   .type = "workshop.reported",
                   .data = R"({"item":"lamp","fault":5})",
                   .metadata = R"({"correlation_id":"day"})"}}}
        )
        .or_throw();
    of.settle();
    auto const said = of.log().trace_of("day").or_throw();
    CHECK(
        shape_of(said) ==
        "1 workshop.reported  item-lamp@1\n└─ $parked  mending-item-lamp  invalid_value: mending, "
        "workshop.reported at position 1: fault: expected a text, found 5\n"
    );
}

TEST_CASE("a command without an id is found by the conversation of what followed from it") {
    running of;
    REQUIRE(of.send(workshop::report{.item = {"lamp"}, .fault = "bulb"}));
    auto const first = of.app.log().read({.limit = 1}).or_throw()[0].id;
    auto const text = shape_of(of.log().trace_of(to_string(first)).or_throw());
    CHECK(text.starts_with("command workshop.report  accepted\n└─ 1 workshop.reported"));
    CHECK(text.contains("workshop.part_ordered"));
}

TEST_CASE("what came with a cause follows from it") {
    running of;
    REQUIRE(of.send(workshop::give_up{.item = {"a"}}, {.command_id = "c1", .correlation_id = "day"})
    );
    auto const event = of.app.log().read({.limit = 1}).or_throw()[0].id;
    REQUIRE(of.send(
        workshop::give_up{.item = {"b"}},
        {.correlation_id = "day", .causation_id = to_string(event)}
    ));
    REQUIRE(
        of.send(workshop::give_up{.item = {"c"}}, {.correlation_id = "day", .causation_id = "c1"})
    );
    REQUIRE(of.send(
        workshop::give_up{.item = {"d"}}, {.correlation_id = "day", .causation_id = "elsewhere"}
    ));
    CHECK(shape_of(of.log().trace_of("day").or_throw()) == R"(command workshop.give_up  accepted
├─ 1 workshop.given_up  item-a@1
│  └─ command workshop.give_up  accepted
│     └─ 1 workshop.given_up  item-b@1
└─ command workshop.give_up  accepted
   └─ 1 workshop.given_up  item-c@1
command workshop.give_up  accepted
└─ 1 workshop.given_up  item-d@1
)");
}

TEST_CASE("commands of two callers are two, whatever their ids, and so are two of a unit") {
    running of;
    for (std::string const caller : {"ada", "bob"})
        REQUIRE(of.send(
            workshop::give_up{.item = {caller}},
            {.command_id = "c1", .caller = caller, .correlation_id = "day"}
        ));
    REQUIRE(of.app.execute_together(
        {workshop::give_up{.item = {"lamp"}}, workshop::give_up{.item = {"doll"}}},
        {.command_id = "c2", .correlation_id = "day"}
    ));
    of.settle();
    CHECK(shape_of(of.log().trace_of("day").or_throw()) == R"(command workshop.give_up  accepted
└─ 1 workshop.given_up  item-ada@1
command workshop.give_up  accepted
└─ 1 workshop.given_up  item-bob@1
command workshop.give_up  accepted
└─ 1 workshop.given_up  item-lamp@1
command workshop.give_up  accepted
└─ 1 workshop.given_up  item-doll@1
)");
}

TEST_CASE("events whose causes go round in a circle are all shown") {
    running of;
    std::string const id = "01890000-0000-7000-8000-000000000001";
    REQUIRE(of.app.log().append(
        {.events =
             {{.stream = "note-1",
               .type = "noted",
               .metadata = R"({"correlation_id":"day","causation_id":")" + id + R"("})",
               .id = parse_uuid(id).or_throw()}}}
    ));
    of.settle();
    CHECK(shape_of(of.log().trace_of("day").or_throw()) == "1 noted  note-1@1\n");
}

TEST_CASE("a circle of causes does not hold up what follows from it") {
    running of;
    std::string const x = "01890000-0000-7000-8000-00000000000a";
    std::string const y = "01890000-0000-7000-8000-00000000000b";
    auto const noted = [](std::string stream, std::string const& cause, uuid id) {
        return event_data{
            .stream = std::move(stream),
            .type = "noted",
            .metadata = R"({"correlation_id":"day","causation_id":")" + cause + R"("})",
            .id = id
        };
    };
    auto const z = parse_uuid("01890000-0000-7000-8000-00000000000c").or_throw();
    REQUIRE(of.app.log().append(
        {.events =
             {noted("note-z", x, z),
              noted("note-x", y, parse_uuid(x).or_throw()),
              noted("note-y", x, parse_uuid(y).or_throw())}}
    ));
    of.settle();
    CHECK(shape_of(of.log().trace_of("day").or_throw()) == R"(1 noted  note-x@1
├─ 1 noted  note-z@1
└─ 1 noted  note-y@1
)");
}

TEST_CASE("a trace is drawn as JSON, Mermaid and for Graphviz") {
    running of;
    REQUIRE(of.send(workshop::report{.item = {"do\"ll"}, .fault = "soul"}, {.command_id = "c1"}));
    auto const found = of.log().trace_of("c1").or_throw();
    auto const document = json::parse(to_json(found)).or_throw();
    CHECK(document.root().at("correlation_id")->text() == "c1");
    CHECK(document.root().at("steps.0.name")->text() == "workshop.report");
    CHECK(!document.root().at("steps.0.follows"));
    CHECK(document.root().at("steps.3.code")->text() == "no_such_part");
    CHECK(document.root().at("steps.3.follows")->integer() == 2);
    auto const mermaid = to_mermaid(found);
    CHECK(mermaid.starts_with("flowchart LR\n"));
    CHECK(mermaid.contains("item-do#quot;ll@1"));
    CHECK(mermaid.contains(" --> "));
    auto const dot = to_dot(found);
    CHECK(dot.starts_with("digraph diptych {"));
    CHECK(dot.contains(R"(item-do\"ll@1)"));
    CHECK(dot.contains(" -> "));
}

TEST_CASE("a conversation may be as deep as it is long") {
    messages::trace of{.correlation_id = "c1", .first = {0}};
    for (std::size_t i = 0; i < messages::trace_messages_most; ++i)
        of.steps.push_back(
            {.kind = messages::step_kind::reaction,
             .name = "turn",
             .at = position{i + 1},
             .stream = "game-g1",
             .next = {i + 1}}
        );
    of.steps.back().next.clear();
    auto const document = json::parse(to_json(of)).or_throw();
    CHECK(document.root().at("steps.9999.follows")->integer() == 9998);
    auto const text = to_text(of);
    CHECK(text.size() < 2'000'000);
    CHECK(text.contains("\n                                       └─ 15 reaction"));
    auto const last = text.substr(text.rfind('\n', text.size() - 2) + 1);
    CHECK(last.starts_with("9999  "));
    CHECK(last.ends_with("└─ 10000 reaction  game-g1\n"));
}

TEST_CASE("nothing is known of a conversation that never was") {
    running of;
    auto const none = of.log().trace_of("c1");
    REQUIRE(!none);
    CHECK(none.error().code == "unknown_correlation");
}
