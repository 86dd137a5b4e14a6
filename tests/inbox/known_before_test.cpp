// What a message waits for may be there before it comes, while its order still keeps it back.
#include "inbox/inbox_fixture.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::inbox;

namespace {

std::vector<source_text> tickets_of(std::string const& mode) {
    return {
        {.name = "order", .text = "mode = 'tolerant'\nids.order = 'order'\n"},
        {.name = "ticket",
         .text = "mode = '" + mode +
                 "'\nids.order = 'order'\n[after.'ticket_*']\ntypes = ['order_created']\n"
                 "id = 'order'\n"}
    };
}

posted changed(std::uint64_t version, std::string const& order) {
    return {
        .id = "t" + std::to_string(version),
        .stream = "t",
        .version = version,
        .type = "ticket_changed",
        .data = R"({"order":")" + order + "\"}"
    };
}

posted created(std::string const& order) {
    return {
        .id = order,
        .stream = order,
        .type = "order_created",
        .data = R"({"order":")" + order + "\"}"
    };
}

}  // namespace

TEST_CASE("one that its order keeps back knows of an id that was recorded before it came") {
    inbox_fixture of(tickets_of("resequence"));
    CHECK(of.verdict_on("order", created("o1")) == "recorded");
    CHECK(of.verdict_on("ticket", changed(2, "o1")) == "held");
    CHECK(of.verdict_on("ticket", changed(1, "o1")) == "recorded");
    of.settle();
    CHECK(of.recorded("inbox.ticket") == texts{"t1", "t2"});
    CHECK(of.waiting("ticket").empty());
}

TEST_CASE("two that have changed places pass, whatever made their id known") {
    inbox_fixture of(tickets_of("resequence"));
    CHECK(of.verdict_on("order", created("o1")) == "recorded");
    CHECK(of.verdict_on("ticket", changed(1, "o1")) == "recorded");
    CHECK(of.verdict_on("ticket", changed(3, "o1")) == "held");
    CHECK(of.verdict_on("ticket", changed(2, "o1")) == "recorded");
    of.settle();
    CHECK(of.recorded("inbox.ticket") == texts{"t1", "t2", "t3"});
}

TEST_CASE("behind one that waits for another id, one whose id is known passes in its turn") {
    for (auto const* const mode : {"strict", "resequence"}) {
        CAPTURE(mode);
        inbox_fixture of(tickets_of(mode));
        CHECK(of.verdict_on("order", created("o1")) == "recorded");
        CHECK(of.verdict_on("ticket", changed(1, "o2")) == "held");
        CHECK(of.verdict_on("ticket", changed(2, "o1")) == "held");
        CHECK(of.verdict_on("order", created("o2")) == "recorded");
        of.settle();
        CHECK(of.recorded("inbox.ticket") == texts{"t1", "t2"});
    }
}

TEST_CASE("one behind a message that comes to nothing passes as if that had never come") {
    inbox_fixture of(tickets_of("strict"));
    of.commit_one_by_one();
    CHECK(of.verdict_on("order", created("o1")) == "recorded");
    CHECK(of.verdict_on("ticket", changed(6, "o2")) == "held");
    auto const made_known = of.hand_in("order", {created("o2")});
    auto other = changed(5, "o1");
    other.stream = "u";
    auto const first = of.hand_in("ticket", {other});
    // It is in the way until it is known to have another message's id.
    auto const in_the_way = of.hand_in("ticket", {changed(5, "o3")});
    CHECK(of.log->commit_step());
    CHECK(made_known->has_value());
    CHECK_FALSE(in_the_way->has_value());
    CHECK_FALSE(of.of("ticket").step().or_throw());
    of.drain();
    CHECK((**first)[0]->verdict == verdict::recorded);
    CHECK((**in_the_way)[0].error().code == "message_id_reused");
    of.settle();
    CHECK(of.waiting("ticket").empty());
    CHECK(of.recorded("inbox.ticket") == texts{"t5", "t6"});
}
