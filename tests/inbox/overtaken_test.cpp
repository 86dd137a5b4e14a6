// Nobody is told what rests on something under way that fails.
#include "inbox/inbox_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace diptych;
using namespace diptych::inbox;

namespace {

constexpr auto lost = log::memory::store::failure::lost;

std::vector<source_text> orders_in(std::string const& mode) {
    return {{.name = "order", .text = "mode = '" + mode + "'\n"}};
}

posted change(std::uint64_t version, std::string const& stream = "o1") {
    return {.id = stream + "." + std::to_string(version), .stream = stream, .version = version};
}

// Fills the group that is committed next, but for `room` proposals.
void fill_group(inbox_fixture& of, std::size_t room) {
    for (std::size_t i = of.log->statistics().queued + room; i < log::limits{}.group_max; ++i)
        (void)of.hand_in("order", {change(1, "filler" + std::to_string(i))});
}

}  // namespace

TEST_CASE("that a message is held is said again only when it is durable") {
    inbox_fixture of(orders_in("resequence"));
    auto const first = of.hand_in("order", {change(2)});
    auto const again = of.hand_in("order", {change(2)});
    CHECK(!again->has_value());
    of.kept->fail_after(0, lost);
    of.drain();
    CHECK((**first)[0].error().kind == errc::outcome_unknown);
    CHECK((**again)[0].error().kind == errc::outcome_unknown);
    CHECK(of.of("order").status().waiting == 0);
}

TEST_CASE("a message that is held under way and comes again is held once that is durable") {
    inbox_fixture of(orders_in("resequence"));
    (void)of.hand_in("order", {change(2)});
    auto const again = of.hand_in("order", {change(2)});
    of.drain();
    CHECK((**again)[0]->verdict == verdict::held);
    CHECK((**again)[0]->why == "waits for version 1 of o1");
    CHECK(of.of("order").status().waiting == 1);
}

TEST_CASE("a hold that fails after the message has come again is judged again") {
    inbox_fixture of(orders_in("resequence"));
    auto const first = of.hand_in("order", {change(2)});
    fill_group(of, 0);
    auto const again = of.hand_in("order", {change(2)});
    of.kept->fail_after(0, lost);
    of.drain();
    CHECK((**first)[0].error().kind == errc::outcome_unknown);
    CHECK((**again)[0]->verdict == verdict::held);
    of.restart();
    CHECK(of.of("order").status().waiting == 1);
}

TEST_CASE("a version is held as another message only when that is durable") {
    inbox_fixture of(orders_in("resequence"));
    auto other = change(2);
    other.id = "other";
    (void)of.hand_in("order", {change(2)});
    fill_group(of, 0);
    auto const said = of.hand_in("order", {other});
    CHECK(!said->has_value());
    of.kept->fail_after(0, lost);
    of.drain();
    CHECK((**said)[0]->verdict == verdict::held);
    CHECK(of.verdict_on("order", change(2)) == "duplicate");
    CHECK(of.verdict_on("order", change(1)) == "recorded");
    CHECK(of.recorded("inbox.order").back() == "other");
}

TEST_CASE("a message that is sent again while its write fails is not stale") {
    for (auto const* const mode : {"strict", "resequence"}) {
        CAPTURE(mode);
        inbox_fixture of(orders_in(mode));
        auto const first = of.hand_in("order", {change(1)});
        fill_group(of, 0);
        auto const again = of.hand_in("order", {change(1)});
        of.kept->fail_after(0, lost);
        of.drain();
        CHECK((**first)[0].error().kind == errc::outcome_unknown);
        CHECK((**again)[0]->verdict == verdict::recorded);
    }
}

TEST_CASE("a message whose sender is told that it failed does not pass all the same") {
    inbox_fixture of(orders_in("resequence"));
    of.commit_one_by_one();
    of.kept->fail_after(0, lost);
    auto const early = of.hand_in("order", {change(2)});
    auto const missing = of.hand_in("order", {change(1)});
    of.drain();
    of.settle();
    CHECK((**early)[0].error().kind == errc::outcome_unknown);
    CHECK((**missing)[0]->verdict == verdict::recorded);
    CHECK(of.recorded() == texts{"o1.1"});
}

// It is there after all, and must not pass again.
TEST_CASE(
    "what passed is not held, though the log that was to say so could not be opened for a while"
) {
    auto files = orders_in("resequence");
    files[0].text += "ids.order = 'order'\n[after.changed]\ntypes = ['known']\nid = 'order'\n";
    inbox_fixture of(files);
    auto one = change(1);
    one.data = R"({"order":"x"})";
    CHECK(of.verdict_on("order", one) == "held");
    of.append("known", "{}", "order-x");
    of.kept->fail_after(0, log::memory::store::failure::kept);
    of.kept->fail_reopen();
    (void)of.of("order").step();
    of.drain();
    auto other = change(2, "o2");
    other.type = "other";
    for (int i = 0; i < 3; ++i) {
        of.time.advance(std::chrono::seconds{1});
        CHECK(of.verdict_on("order", other) == "log_failed");
        (void)of.of("order").step();
        of.drain();
    }
    // Nor is it read again and again meanwhile: who asks for the state of things asks often.
    auto const rebuilds = of.of("order").status().rebuilds;
    for (int i = 0; i < 3; ++i) {
        CHECK(of.of("order").status().waiting == 1);
        CHECK(of.waiting("order").size() == 1);
        CHECK(of.of("order").gaps(10).empty());
        CHECK(of.verdict_on("order", other) == "log_failed");
    }
    CHECK(of.of("order").status().rebuilds == rebuilds);
    of.kept->fail_reopen(false);
    for (int i = 0; i < 10 && !of.log->writable(); ++i) {
        of.time.advance(std::chrono::seconds{10});
        (void)of.log->index_step();
    }
    of.settle();
    CHECK(of.verdict_on("order", other) == "held");
    auto const all = of.recorded({}, true);
    CHECK(std::ranges::count(all, "$inbox_released") == 1);
    CHECK(std::ranges::count(all, "o1.1") == 1);
}
