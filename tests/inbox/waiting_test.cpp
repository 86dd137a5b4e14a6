#include "inbox/inbox_fixture.hpp"
#include "inbox/records.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::inbox;

namespace {

std::vector<source_text> sources_of(std::string const& mode) {
    return {
        {.name = "order", .text = "mode = 'tolerant'\nids.order = 'order'\n"},
        {.name = "delivery", .text = "mode = '" + mode + R"('
wait_max = "10s"
held_max = 4
[ids]
order = "order"
delivery = "delivery"
[after.delivery_created]
types = ["order_created", "shop.order_placed"]
id = "order"
[after.delivery_picked_up]
types = ["delivery_created"]
id = "delivery"
)"}
    };
}

posted order_created(std::string const& order) {
    return {
        .id = "created " + order,
        .stream = order,
        .type = "order_created",
        .data = R"({"order":")" + order + "\"}"
    };
}
posted delivery_created(std::string const& delivery, std::string const& order) {
    return {
        .id = delivery + " created",
        .stream = delivery,
        .version = 1,
        .type = "delivery_created",
        .data = R"({"delivery":")" + delivery + R"(","order":")" + order + "\"}"
    };
}
posted picked_up(std::string const& delivery, std::uint64_t version = 2) {
    return {
        .id = delivery + " picked up",
        .stream = delivery,
        .version = version,
        .type = "delivery_picked_up",
        .data = R"({"delivery":")" + delivery + "\"}"
    };
}
posted moved(std::string const& delivery, std::uint64_t version) {
    return {
        .id = delivery + " moved " + std::to_string(version),
        .stream = delivery,
        .version = version,
        .type = "moved"
    };
}

}  // namespace

TEST_CASE("a message about an id that is not known waits until another source brings it") {
    for (auto const* const mode : {"tolerant", "strict", "resequence"}) {
        CAPTURE(mode);
        inbox_fixture of(sources_of(mode));
        auto const early = of.send("delivery", delivery_created("d1", "o1")).or_throw();
        CHECK(early.verdict == verdict::held);
        CHECK(early.why == "waits for order_created or shop.order_placed about order-o1");
        of.settle();
        CHECK(of.recorded().empty());
        CHECK(of.verdict_on("order", order_created("o2")) == "recorded");
        of.settle();
        CHECK(of.waiting("delivery").size() == 1);
        CHECK(of.verdict_on("order", order_created("o1")) == "recorded");
        of.settle();
        CHECK(of.recorded() == texts{"created o2", "created o1", "d1 created"});
        CHECK(of.waiting("delivery").empty());
        CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "duplicate");
        CHECK(of.verdict_on("delivery", delivery_created("d2", "o1")) == "recorded");
    }
}

TEST_CASE("what the application records itself makes a message pass, by home stream or by tag") {
    inbox_fixture of(sources_of("tolerant"));
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    CHECK(of.verdict_on("delivery", delivery_created("d2", "o2")) == "held");
    of.append("shop.order_placed", "{}", "order-o1");
    of.settle();
    CHECK(of.recorded("inbox.delivery") == texts{"d1 created"});
    of.log
        ->append(
            {.events = {{.stream = "till-1", .type = "shop.order_placed", .tags = {"order-o2"}}}}
        )
        .or_throw();
    of.settle();
    CHECK(of.recorded("inbox.delivery") == texts{"d1 created", "d2 created"});
}

TEST_CASE("an event of another type about the same id makes nothing pass") {
    inbox_fixture of(sources_of("tolerant"));
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    of.append("order_cancelled", "{}", "order-o1");
    of.append("delivery_created", "{}", "order-o1");  // which others wait for
    of.settle();
    CHECK(of.waiting("delivery").size() == 1);
}

TEST_CASE("one that passes lets those pass that wait for it, in the same append") {
    inbox_fixture of(sources_of("tolerant"));
    CHECK(of.verdict_on("delivery", picked_up("d1")) == "held");
    CHECK(of.verdict_on("delivery", picked_up("d2")) == "held");
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    auto const groups = of.log->statistics().appends;
    CHECK(of.verdict_on("order", order_created("o1")) == "recorded");
    of.settle();
    CHECK(of.log->statistics().appends == groups + 2);
    CHECK(of.recorded() == texts{"created o1", "d1 created", "d1 picked up"});
    CHECK(of.verdict_on("delivery", delivery_created("d2", "o1")) == "recorded");
    CHECK(
        of.recorded() ==
        texts{"created o1", "d1 created", "d1 picked up", "d2 created", "d2 picked up"}
    );
    of.settle();
    CHECK(of.waiting("delivery").empty());
}

TEST_CASE("those behind one that waits for an id wait with it, in any order that is kept") {
    for (auto const* const mode : {"strict", "resequence"}) {
        CAPTURE(mode);
        inbox_fixture of(sources_of(mode));
        CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
        CHECK(of.verdict_on("delivery", moved("d1", 2)) == "held");
        CHECK(of.verdict_on("delivery", moved("d1", 3)) == "held");
        of.settle();
        CHECK(of.recorded().empty());
        CHECK(of.verdict_on("order", order_created("o1")) == "recorded");
        of.settle();
        CHECK(of.recorded("inbox.delivery") == texts{"d1 created", "d1 moved 2", "d1 moved 3"});
    }
}

TEST_CASE("in a tolerant source those behind one that waits pass") {
    inbox_fixture of(sources_of("tolerant"));
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    CHECK(of.verdict_on("delivery", moved("d1", 2)) == "recorded");
}

TEST_CASE("messages of one stream that wait for one id pass by version, others by arrival") {
    inbox_fixture of(sources_of("tolerant"));
    CHECK(of.verdict_on("delivery", picked_up("d1", 3)) == "held");
    auto second = picked_up("d1", 2);
    second.id = "earlier";
    CHECK(of.verdict_on("delivery", second) == "held");
    auto third = picked_up("d1", 3);
    third.id = "latest";
    CHECK(of.verdict_on("delivery", third) == "held");
    of.append("order_created", "{}", "order-o1");
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "recorded");
    CHECK(
        of.recorded("inbox.delivery") == texts{"d1 created", "earlier", "d1 picked up", "latest"}
    );
}

TEST_CASE("what was recorded while nothing ran makes a message pass after the restart") {
    inbox_fixture of(sources_of("resequence"));
    CHECK(of.verdict_on("delivery", picked_up("d1")) == "held");
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    of.append("shop.order_placed", "{}", "order-o1");
    of.restart();
    of.settle();
    CHECK(of.recorded("inbox.delivery") == texts{"d1 created", "d1 picked up"});
    CHECK(of.waiting("delivery").empty());
}

TEST_CASE("one that waits for an id waits for it after a restart, and when its turn has come") {
    inbox_fixture of(sources_of("resequence"));
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    CHECK(of.verdict_on("delivery", picked_up("d2")) == "held");
    of.restart();
    of.settle();
    CHECK(of.recorded().empty());
    CHECK(of.verdict_on("delivery", moved("d2", 1)) == "recorded");
    of.settle();
    CHECK(of.recorded() == texts{"d2 moved 1"});
    CHECK(of.of("delivery").status().waiting == 2);
}

TEST_CASE(
    "a crash between a message's record and its release forgets neither and does nothing twice"
) {
    inbox_fixture of(sources_of("resequence"));
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    CHECK(of.verdict_on("order", order_created("o1")) == "recorded");
    CHECK(!of.of("delivery").step().or_throw());  // proposed, not committed
    of.crash();
    CHECK(of.recorded("inbox.delivery").empty());
    CHECK(of.of("delivery").status().waiting == 1);
    of.settle();
    of.crash();
    of.settle();
    CHECK(of.recorded("inbox.delivery") == texts{"d1 created"});
}

TEST_CASE("a release whose write failed is done again, once") {
    for (auto const how : {log::memory::store::failure::lost, log::memory::store::failure::kept}) {
        inbox_fixture of(sources_of("tolerant"));
        CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
        CHECK(of.verdict_on("order", order_created("o1")) == "recorded");
        of.kept->fail_after(0, how);
        of.settle();
        for (int i = 0; i < 3; ++i) {  // after a pause
            of.time.advance(std::chrono::seconds{1});
            of.settle();
        }
        CHECK(of.recorded("inbox.delivery") == texts{"d1 created"});
        CHECK(of.waiting("delivery").empty());
    }
}

TEST_CASE("when nothing waits, what the log brings is passed over at once") {
    inbox_fixture of(sources_of("tolerant"));
    of.options.follow_max = 3;
    of.restart();
    CHECK(!of.of("delivery").step().or_throw());
    for (int i = 0; i < 10; ++i) of.append("order_created", "{}", "order-o" + std::to_string(i));
    CHECK(!of.of("delivery").step().or_throw());  // not in pieces of three
    CHECK(of.verdict_on("delivery", picked_up("d1")) == "held");
    CHECK(!of.of("delivery").step().or_throw());
}

TEST_CASE("a long log is followed in pieces") {
    inbox_fixture of(sources_of("tolerant"));
    of.options.follow_max = 3;
    of.restart();
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o9")) == "held");
    for (int i = 0; i < 10; ++i) of.append("order_created", "{}", "order-o" + std::to_string(i));
    CHECK(of.of("delivery").step().or_throw());
    of.settle();
    CHECK(of.recorded("inbox.delivery") == texts{"d1 created"});
}

TEST_CASE("more than one append holds pass in several") {
    inbox_fixture of(sources_of("tolerant"));
    of.declare(
        {{.name = "delivery",
          .text = "mode = 'tolerant'\nids.delivery = 'delivery'\n[after.delivery_picked_up]\n"
                  "types = ['delivery_created']\nid = 'delivery'"}}
    );
    of.restart();
    for (std::uint64_t i = 2; i <= 1'200; ++i) {
        auto one = picked_up("d1", i);
        one.id += std::to_string(i);
        (void)of.hand_in("delivery", {one});
    }
    of.drain();
    CHECK(of.of("delivery").status().waiting == 1'199);
    auto const said = of.hand_in("delivery", {delivery_created("d1", "o1")});
    CHECK(of.of("delivery").status().waiting == 1'199);  // what is under way has not passed yet
    // Those wait for what is recorded, not for what is under way.
    CHECK(!of.of("delivery").step().or_throw());
    CHECK(of.log->statistics().queued == 1);
    of.settle();
    CHECK(of.recorded().size() == 1'200);
    CHECK(of.recorded()[1'199] == "d1 picked up1200");
}

TEST_CASE("a message keeps the conversation it came in while it waits") {
    inbox_fixture of(sources_of("tolerant"));
    of.correlation = "c1";
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    of.correlation = "";
    of.restart();
    CHECK(of.verdict_on("order", order_created("o1")) == "recorded");
    of.settle();
    auto const page = of.log->read({.what = {.category = "inbox.delivery"}}).or_throw();
    CHECK(page[0].metadata.contains(R"("correlation_id":"c1")"));
}

TEST_CASE("a message that waits too long is a dead letter, and passes all the same when it can") {
    inbox_fixture of(sources_of("resequence"));
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    of.time.advance(std::chrono::seconds{9});
    CHECK(of.of("delivery").status().dead_letters == 0);
    of.time.advance(std::chrono::seconds{1});
    CHECK(of.of("delivery").status().dead_letters == 1);
    CHECK(of.of("delivery").status().waiting == 0);
    CHECK(
        of.waiting("delivery", true) ==
        texts{"d1 created: waits for order_created or shop.order_placed about order-o1"}
    );
    of.restart();
    CHECK(of.of("delivery").status().dead_letters == 1);
    CHECK(of.verdict_on("order", order_created("o1")) == "recorded");
    of.settle();
    CHECK(of.recorded("inbox.delivery") == texts{"d1 created"});
    CHECK(of.of("delivery").status().dead_letters == 0);
}

TEST_CASE("dead letters leave room for others, up to a bound of their own") {
    inbox_fixture of(sources_of("resequence"));
    of.options.dead_letters_max = 6;
    of.restart();
    for (int i = 0; i < 4; ++i)
        CHECK(of.verdict_on("delivery", picked_up("d" + std::to_string(i))) == "held");
    CHECK(of.verdict_on("delivery", picked_up("d4")) == "inbox_full");
    of.time.advance(std::chrono::seconds{10});
    for (int i = 4; i < 8; ++i)
        CHECK(of.verdict_on("delivery", picked_up("d" + std::to_string(i))) == "held");
    of.time.advance(std::chrono::seconds{10});
    auto const full = of.send("delivery", picked_up("d8"));
    CHECK(full.error().code == "inbox_full");
    CHECK(full.error().message.contains("dead letters"));
}

TEST_CASE("a dead letter that is retried passes over what it waits for, and those before it with it"
) {
    inbox_fixture of(sources_of("resequence"));
    CHECK(of.verdict_on("delivery", moved("d1", 1)) == "recorded");
    for (std::uint64_t version : {6u, 5u, 3u})
        CHECK(of.verdict_on("delivery", moved("d1", version)) == "held");
    CHECK(of.operate("delivery", "d1 moved 5", false).error().code == "no_dead_letter");
    of.time.advance(std::chrono::seconds{10});
    CHECK(of.operate("delivery", "d1 moved 5", false)->verdict == verdict::recorded);
    of.settle();
    CHECK(of.recorded() == texts{"d1 moved 1", "d1 moved 3", "d1 moved 5", "d1 moved 6"});
    CHECK(of.waiting("delivery", true).empty());
    CHECK(of.verdict_on("delivery", moved("d1", 2)) == "stale");
    CHECK(of.verdict_on("delivery", moved("d1", 5)) == "duplicate");
    CHECK(of.verdict_on("delivery", moved("d1", 7)) == "recorded");
    of.restart();
    CHECK(of.verdict_on("delivery", moved("d1", 8)) == "recorded");
    CHECK(of.operate("delivery", "d1 moved 5", false).error().kind == errc::not_found);
}

TEST_CASE("a dead letter that is dropped counts as passed when its turn comes") {
    inbox_fixture of(sources_of("resequence"));
    CHECK(of.verdict_on("delivery", moved("d1", 1)) == "recorded");
    for (std::uint64_t version : {3u, 4u})
        CHECK(of.verdict_on("delivery", moved("d1", version)) == "held");
    of.time.advance(std::chrono::seconds{10});
    CHECK(of.operate("delivery", "d1 moved 3", true)->verdict == verdict::dropped);
    CHECK(of.operate("delivery", "d1 moved 3", true).error().code == "no_dead_letter");
    CHECK(of.recorded() == texts{"d1 moved 1"});
    CHECK(of.waiting("delivery", true) == texts{"d1 moved 4: waits for version 2 of d1"});
    CHECK(of.verdict_on("delivery", moved("d1", 3)) == "duplicate");
    of.restart();
    CHECK(of.verdict_on("delivery", moved("d1", 3)) == "duplicate");
    CHECK(of.verdict_on("delivery", moved("d1", 2)) == "recorded");
    CHECK(of.recorded() == texts{"d1 moved 1", "d1 moved 2", "d1 moved 4"});
    CHECK(of.verdict_on("delivery", moved("d1", 3)) == "duplicate");
    of.restart();
    CHECK(of.verdict_on("delivery", moved("d1", 3)) == "duplicate");
    CHECK(of.verdict_on("delivery", moved("d1", 5)) == "recorded");
}

TEST_CASE("a dropped message that waits for an id lets those behind it pass") {
    for (auto const* const mode : {"strict", "resequence"}) {
        CAPTURE(mode);
        inbox_fixture of(sources_of(mode));
        CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
        CHECK(of.verdict_on("delivery", moved("d1", 2)) == "held");
        of.time.advance(std::chrono::seconds{10});
        CHECK(of.operate("delivery", "d1 created", true)->verdict == verdict::dropped);
        of.settle();
        CHECK(of.recorded() == texts{"d1 moved 2"});
        of.restart();
        CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "duplicate");
        CHECK(of.verdict_on("delivery", moved("d1", 3)) == "recorded");
    }
}

TEST_CASE("a dropped message of a tolerant source never comes back") {
    inbox_fixture of(sources_of("tolerant"));
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "held");
    of.time.advance(std::chrono::seconds{10});
    CHECK(of.operate("delivery", "d1 created", true)->verdict == verdict::dropped);
    CHECK(of.verdict_on("order", order_created("o1")) == "recorded");
    of.settle();
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "duplicate");
    of.restart();
    CHECK(of.verdict_on("delivery", delivery_created("d1", "o1")) == "duplicate");
    CHECK(of.recorded("inbox.delivery").empty());
    CHECK(of.recorded("inbox.delivery", true) == texts{std::string(skipped_type)});
}
