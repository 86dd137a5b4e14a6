#include "inbox/inbox_fixture.hpp"
#include "inbox/records.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::inbox;

namespace {

std::vector<source_text> one_source(std::string const& mode) {
    return {{.name = "order", .text = "mode = '" + mode + "'\n"}};
}

posted version_of(std::string const& stream, std::uint64_t version) {
    return {.id = stream + "." + std::to_string(version), .stream = stream, .version = version};
}

}  // namespace

TEST_CASE("a tolerant source records messages in order of arrival") {
    inbox_fixture of(one_source("tolerant"));
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "recorded");
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    CHECK(of.verdict_on("order", {.id = "m", .stream = "o1"}) == "recorded");
    CHECK(of.recorded() == texts{"o1.3", "o1.1", "m"});
}

TEST_CASE("a message that comes again is a duplicate, with the position of the first") {
    for (auto const* const mode : {"tolerant", "strict", "resequence"}) {
        CAPTURE(mode);
        inbox_fixture of(one_source(mode));
        auto const first = of.send("order", version_of("o1", 1)).or_throw();
        CHECK(of.verdict_on("order", version_of("o1", 2)) == "recorded");
        auto const again = of.send("order", version_of("o1", 1)).or_throw();
        CHECK(again.verdict == verdict::duplicate);
        CHECK(again.recorded == first.recorded);
        of.restart();
        auto const later = of.send("order", version_of("o1", 1)).or_throw();
        CHECK(later.verdict == verdict::duplicate);
        CHECK(later.recorded == first.recorded);
        CHECK(of.recorded() == texts{"o1.1", "o1.2"});
    }
}

TEST_CASE("two that carry the same message at once record it once") {
    for (auto const* const mode : {"tolerant", "resequence"}) {
        inbox_fixture of(one_source(mode));
        auto const one = of.hand_in("order", {version_of("o1", 1)});
        auto const other = of.hand_in("order", {version_of("o1", 1)});
        of.drain();
        CHECK((**one)[0]->verdict == verdict::recorded);
        CHECK((**other)[0]->verdict == verdict::duplicate);
        CHECK(of.recorded().size() == 1);
    }
}

TEST_CASE("a message id that comes with other content is an error") {
    for (auto const* const mode : {"tolerant", "strict", "resequence"}) {
        CAPTURE(mode);
        inbox_fixture of(one_source(mode));
        CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
        auto other = version_of("o1", 1);
        other.data = R"({"a":1})";
        CHECK(of.verdict_on("order", other) == "message_id_reused");
        other = version_of("o2", 1);
        other.id = "o1.1";
        CHECK(of.verdict_on("order", other) == "message_id_reused");
        CHECK(of.recorded().size() == 1);
    }
}

TEST_CASE("messages are remembered for ever, not only as long as the log remembers commands") {
    inbox_fixture of(one_source("tolerant"));
    auto const what = version_of("o1", 1);
    auto const position = of.send("order", what).or_throw().recorded;
    // As if the log had forgotten the key: the event alone is there.
    auto const first = of.log->read({}).or_throw();
    inbox_fixture forgetful(one_source("tolerant"));
    forgetful.log
        ->append(
            {.events = {{
                 .stream = std::string(first[0].stream),
                 .type = std::string(first[0].type),
                 .data = std::string(first[0].data),
                 .metadata = std::string(first[0].metadata),
                 .id = first[0].id,
             }}}
        )
        .or_throw();
    auto const again = forgetful.send("order", what).or_throw();
    CHECK(again.verdict == verdict::duplicate);
    CHECK(again.recorded == position);
    auto other = what;
    other.data = R"({"a":1})";
    CHECK(forgetful.verdict_on("order", other) == "message_id_reused");
}

TEST_CASE("a source whose ids have changed still knows what it has had") {
    inbox_fixture of(one_source("tolerant"));
    posted what{.id = "m1", .stream = "o1", .data = R"({"order":"7"})"};
    auto const position = of.send("order", what).or_throw().recorded;
    auto const first = of.log->read({}).or_throw();
    inbox_fixture changed(std::vector<source_text>{
        {.name = "order", .text = "mode = 'tolerant'\nids.order = 'order'"}
    });
    changed.log
        ->append(
            {.events = {{
                 .stream = std::string(first[0].stream),
                 .type = std::string(first[0].type),
                 .data = std::string(first[0].data),
                 .metadata = std::string(first[0].metadata),
                 .id = first[0].id,
             }}}
        )
        .or_throw();
    auto const again = changed.send("order", what).or_throw();
    CHECK(again.verdict == verdict::duplicate);
    CHECK(again.recorded == position);
}

TEST_CASE("in strict order nothing passes that is older than what has passed") {
    inbox_fixture of(one_source("strict"));
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "recorded");
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "stale");
    CHECK(of.verdict_on("order", version_of("o1", 5)) == "recorded");
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "stale");
    CHECK(of.verdict_on("order", version_of("o2", 1)) == "recorded");
    auto again = version_of("o1", 5);
    again.id = "sent anew";
    CHECK(of.verdict_on("order", again) == "stale");
    of.restart();
    CHECK(of.verdict_on("order", version_of("o1", 4)) == "stale");
    CHECK(of.verdict_on("order", version_of("o1", 6)) == "recorded");
    CHECK(of.recorded() == texts{"o1.2", "o1.5", "o2.1", "o1.6"});
    CHECK(of.of("order").status().stale == 1);  // since the restart
}

TEST_CASE("a source that begins again from the first shows nothing old in strict order") {
    inbox_fixture strict(one_source("strict"));
    inbox_fixture tolerant(one_source("tolerant"));
    for (auto* const of : {&strict, &tolerant})
        for (int round = 1; round <= 2; ++round)
            for (std::uint64_t version = 1; version <= 2; ++version) {
                auto one = version_of("d1", version);
                one.id += " " + std::to_string(round);
                REQUIRE(of->send("order", one));
            }
    CHECK(strict.recorded() == texts{"d1.1 1", "d1.2 1"});
    CHECK(tolerant.recorded() == texts{"d1.1 1", "d1.2 1", "d1.1 2", "d1.2 2"});
}

TEST_CASE("a resequencing source holds what comes too early and lets it pass with what was missing"
) {
    inbox_fixture of(one_source("resequence"));
    auto const early = of.send("order", version_of("o1", 3)).or_throw();
    CHECK(early.verdict == verdict::held);
    CHECK(early.why == "waits for version 1 of o1");
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "held");
    CHECK(of.recorded().empty());
    CHECK(
        of.waiting("order") ==
        texts{"o1.3: waits for version 1 of o1", "o1.2: waits for version 1 of o1"}
    );
    auto const before = of.log->end().position;
    auto const last = of.send("order", version_of("o1", 1)).or_throw();
    CHECK(last.verdict == verdict::recorded);
    CHECK(last.recorded == before + 1);
    CHECK(last.at.position == before + 4);  // in one append: three events and the record
    CHECK(of.recorded() == texts{"o1.1", "o1.2", "o1.3"});
    CHECK(of.waiting("order").empty());
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "duplicate");
    CHECK(of.verdict_on("order", version_of("o1", 4)) == "recorded");
}

TEST_CASE("a message that was held has the position of its event when it comes again") {
    inbox_fixture of(one_source("resequence"));
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    auto const again = of.send("order", version_of("o1", 2)).or_throw();
    CHECK(again.verdict == verdict::duplicate);
    auto const found =
        of.log->read({.after = position{again.recorded.value - 1}, .limit = 1}).or_throw();
    CHECK(found[0].type == "changed");
    CHECK(found[0].id == event_id_of(of.of("order").of(), "o1.2"));
}

TEST_CASE("a held message keeps its place against another that claims its version") {
    inbox_fixture of(one_source("resequence"));
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "held");
    auto other = version_of("o1", 2);
    other.id = "other";
    auto const said = of.send("order", other).or_throw();
    CHECK(said.verdict == verdict::duplicate);
    CHECK(said.why == "version 2 of o1 is held as message o1.2");
    auto changed = version_of("o1", 2);
    changed.data = R"({"a":1})";
    CHECK(of.verdict_on("order", changed) == "message_id_reused");
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    CHECK(of.recorded() == texts{"o1.1", "o1.2"});
}

TEST_CASE("what follows what is under way passes with it") {
    inbox_fixture of(one_source("resequence"));
    auto const said =
        of.hand_in("order", {version_of("o1", 1), version_of("o1", 2), version_of("o1", 3)});
    auto const later = of.hand_in("order", {version_of("o1", 4)});
    CHECK(of.log->statistics().queued == 4);
    of.drain();
    CHECK(of.log->statistics().groups == 1);
    for (auto const& one : **said) CHECK(one->verdict == verdict::recorded);
    CHECK((**later)[0]->verdict == verdict::recorded);
    CHECK(of.recorded() == texts{"o1.1", "o1.2", "o1.3", "o1.4"});
}

TEST_CASE("a message that fails takes nothing with it that passes on its own") {
    inbox_fixture of(one_source("resequence"));
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    of.kept->fail_after(0, log::memory::store::failure::lost);
    auto const said = of.hand_in("order", {version_of("o1", 2), version_of("o1", 3)});
    of.drain();
    REQUIRE(said->has_value());
    CHECK((**said)[0].error().kind == errc::outcome_unknown);
    CHECK(of.recorded() == texts{"o1.1"});
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "recorded");
    CHECK(of.recorded() == texts{"o1.1", "o1.2", "o1.3"});
}

TEST_CASE("a message whose fate was unknown and is there is a duplicate when it is sent again") {
    for (auto const* const mode : {"tolerant", "resequence"}) {
        inbox_fixture of(one_source(mode));
        of.kept->fail_after(0, log::memory::store::failure::kept);
        auto const said = of.hand_in("order", {version_of("o1", 1)});
        of.drain();
        CHECK((**said)[0].error().kind == errc::outcome_unknown);
        CHECK(of.verdict_on("order", version_of("o1", 1)) == "duplicate");
        CHECK(of.recorded() == texts{"o1.1"});
    }
}

TEST_CASE("who appends to the home stream past the inbox does not confuse it") {
    inbox_fixture of(one_source("resequence"));
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    of.append("intruder", "{}", "inbox.order-o1");
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "recorded");
    of.append("intruder", "{}", "inbox.order-o1");
    of.restart();
    CHECK(of.verdict_on("order", version_of("o1", 4)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "recorded");
    CHECK(of.verdict_on("order", version_of("o1", 5)) == "recorded");
}

TEST_CASE("who claims a version past the inbox is not believed") {
    inbox_fixture of(one_source("resequence"));
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    of.try_append(
          "intruder",
          "{}",
          "inbox.order-o1",
          R"({"source":"order","message_id":"o1.9","source_stream":"o1","source_version":9})"
    )
        .or_throw();
    of.restart();
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "recorded");
}

TEST_CASE("a full holding area says unavailable, and takes what closes the gap") {
    inbox_fixture of(
        std::vector<source_text>{{.name = "order", .text = "mode = 'resequence'\nheld_max = 2"}}
    );
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "held");
    auto const full = of.send("order", version_of("o2", 2));
    CHECK(full.error().kind == errc::unavailable);
    CHECK(full.error().code == "inbox_full");
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    CHECK(of.verdict_on("order", version_of("o2", 2)) == "held");
}

TEST_CASE("the gap report says which version each stream waits for, since when, and who is behind"
) {
    inbox_fixture of(one_source("resequence"));
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    auto const since = of.time.now() + std::chrono::milliseconds{1};
    CHECK(of.verdict_on("order", version_of("o1", 4)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "held");
    CHECK(of.verdict_on("order", version_of("o2", 9)) == "held");
    auto const gaps = of.of("order").gaps(10);
    REQUIRE(gaps.size() == 2);
    CHECK(gaps[0].stream == "o1");
    CHECK(gaps[0].waits_for == 2);
    CHECK(gaps[0].since == since);
    CHECK(gaps[0].behind == 2);
    CHECK(gaps[1].waits_for == 1);
    CHECK(of.of("order").gaps(1).size() == 1);
    auto const status = of.of("order").status();
    CHECK(status.received == 4);
    CHECK(status.recorded == 1);
    CHECK(status.held == 3);
    CHECK(status.waiting == 3);
}

TEST_CASE("what is held is there after a restart, as if there had been none") {
    inbox_fixture of(one_source("resequence"));
    for (std::uint64_t version : {5u, 2u, 4u})
        CHECK(of.verdict_on("order", version_of("o1", version)) == "held");
    auto const before = of.waiting("order");
    auto const gaps = of.of("order").gaps(10);
    of.restart();
    CHECK(of.of("order").status().waiting == 3);
    CHECK(of.waiting("order") == before);
    CHECK(of.of("order").gaps(10)[0].since == gaps[0].since);
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    CHECK(of.recorded() == texts{"o1.1", "o1.2"});
    of.restart();
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "recorded");
    CHECK(of.recorded() == texts{"o1.1", "o1.2", "o1.3", "o1.4", "o1.5"});
    of.restart();
    CHECK(of.waiting("order").empty());
}

TEST_CASE("a source that was tolerant goes on in order from the highest version that has passed") {
    for (auto const* const mode : {"strict", "resequence"}) {
        CAPTURE(mode);
        inbox_fixture of(one_source("tolerant"));
        for (std::uint64_t version : {1u, 4u, 2u, 3u})
            CHECK(of.verdict_on("order", version_of("o1", version)) == "recorded");
        CHECK(of.verdict_on("order", {.id = "without", .stream = "o1"}) == "recorded");
        of.declare(one_source(mode));
        of.restart();
        auto other = version_of("o1", 4);
        other.id = "other";
        CHECK(of.verdict_on("order", other) == "stale");
        CHECK(of.verdict_on("order", version_of("o1", 5)) == "recorded");
        // And again, behind what came in order.
        of.declare(one_source("tolerant"));
        of.restart();
        for (std::uint64_t version : {8u, 7u})
            CHECK(of.verdict_on("order", version_of("o1", version)) == "recorded");
        of.declare(one_source(mode));
        of.restart();
        CHECK(of.verdict_on("order", version_of("o1", 6)) == "stale");
        CHECK(of.verdict_on("order", version_of("o1", 9)) == "recorded");
    }
}

TEST_CASE("a source changes its order while it runs on") {
    inbox_fixture of(one_source("tolerant"));
    CHECK(of.verdict_on("order", version_of("o1", 1)) == "recorded");
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "recorded");
    of.declare(one_source("resequence"));
    of.restart();
    CHECK(of.verdict_on("order", version_of("o1", 4)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "recorded");
    of.declare(one_source("tolerant"));
    of.restart();
    CHECK(of.verdict_on("order", version_of("o1", 6)) == "recorded");
}

TEST_CASE("a source that becomes tolerant lets go of what waited for its order") {
    inbox_fixture of(one_source("resequence"));
    CHECK(of.verdict_on("order", version_of("o1", 3)) == "held");
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "held");
    of.declare(one_source("tolerant"));
    of.restart();
    of.settle();
    CHECK(of.recorded() == texts{"o1.2", "o1.3"});
    CHECK(of.waiting("order").empty());
}

TEST_CASE("a source that nobody declared is not found, and those that are declared are named") {
    inbox_fixture of(
        {{.name = "order", .text = "mode = 'strict'"}, {.name = "bill", .text = "mode = 'strict'"}}
    );
    auto const none = of.sources->find("ordr");
    CHECK(none.error().kind == errc::not_found);
    CHECK(none.error().message == "no source 'ordr' is declared; there are bill, order");
}

TEST_CASE("messages of a source whose file is gone are not forgotten") {
    inbox_fixture of(one_source("resequence"));
    CHECK(of.verdict_on("order", version_of("o1", 2)) == "held");
    CHECK(of.verdict_on("order", version_of("o2", 2)) == "held");
    CHECK(of.verdict_on("order", version_of("o2", 1)) == "recorded");
    CHECK(of.sources->undeclared().or_throw().empty());
    of.declare({{.name = "orders", .text = "mode = 'resequence'"}});
    of.restart();
    auto const undeclared = of.sources->undeclared().or_throw();
    REQUIRE(undeclared.size() == 1);
    CHECK(undeclared[0].name == "order");
    CHECK(undeclared[0].held == 1);
}
