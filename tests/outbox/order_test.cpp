#include "outbox/outbox_fixture.hpp"
#include "seed.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace diptych;
using namespace diptych::outbox;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t streams = 7;
constexpr std::uint64_t of_each = 12;

void give_events(outbox_fixture& at) {
    for (std::uint64_t i = 0; i < streams * of_each; ++i)
        at.append("order-" + std::to_string(i % streams));
}

// First arrivals are 1, 2, 3, ... and one version has one id.
void check_whole(outbox_fixture const& at) {
    std::map<std::pair<std::string, std::uint64_t>, std::string> ids;
    for (auto const& one : at.to.got) {
        auto const [known, is_new] = ids.try_emplace({one.stream, one.version}, one.id);
        CHECK(known->second == one.id);
    }
    for (std::uint64_t i = 0; i < streams; ++i) {
        auto const stream = "order-" + std::to_string(i);
        std::uint64_t last = 0;
        for (auto const v : at.to.versions_of(stream)) {
            CHECK(v <= last + 1);
            last = std::max(last, v);
        }
        CHECK(last == of_each);
    }
}

// As receivers are: some refuse, some are not there, and they answer in any order.
void be_moody(outbox_fixture& at, std::mt19937& chance) {
    at.to.decide = [&](message const&) {
        auto const n = chance() % 10;
        return n == 0   ? fate::away
               : n == 1 ? fate::later
               : n == 2 ? fate::refused
                        : fate::delivered;
    };
    at.to.turn = [&](std::size_t asked) {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < asked; ++i)
            if (chance() % 3 != 0) places.push_back(i);
        std::ranges::shuffle(places, chance);
        return places;
    };
}

}  // namespace

TEST_CASE("each stream is delivered in order, once, whatever its receiver answers") {
    std::mt19937 chance(testing::seed() + 1);
    for (int round = 0; round < 20; ++round) {
        outbox_fixture at("attempts_max = 1000\n");
        give_events(at);
        be_moody(at, chance);
        at.run_out();
        check_whole(at);
        CHECK(at.to.got.size() == streams * of_each);
        CHECK(at.channel->status().lag == 0);
    }
}

TEST_CASE("streams are delivered beside each other, as many as the file says") {
    outbox_fixture at("in_flight = 3\n");
    give_events(at);
    at.run();
    CHECK(at.to.beside_most == 3);
    CHECK(at.to.got.size() == streams * of_each);
}

TEST_CASE("a crash between any two steps loses nothing and keeps the order") {
    std::mt19937 chance(testing::seed() + 2);
    for (auto const* const more : {"attempts_max = 1000\n", "attempts_max = 1000\nonce = true\n"})
        for (int every = 1; every < 12; ++every) {
            CAPTURE(every);
            outbox_fixture at(more, {.window_max = 16, .page_max = 5});
            give_events(at);
            be_moody(at, chance);
            for (int i = 1; i < 3'000; ++i) {
                at.channel->step().or_throw();
                at.time.advance(std::chrono::milliseconds{chance() % 400});
                if (i < 200 && i % every == 0) at.restart();
            }
            at.run_out();
            check_whole(at);
        }
}

TEST_CASE("a crash at any write loses nothing and keeps the order") {
    std::mt19937 chance(3);
    for (auto const how : {log::memory::store::failure::lost, log::memory::store::failure::kept})
        for (std::size_t write = 0; write < 20; ++write) {
            CAPTURE(write);
            outbox_fixture at(
                "attempts_max = 2\non_refused = \"park\"\nonce = true\n", {.record_every = 0us}
            );
            give_events(at);
            at.to.decide = [&](message const& what) {
                return what.stream == "order-3" && what.version.value == 4 ? fate::refused
                                                                           : fate::delivered;
            };
            at.stored->fail_after(write, how);
            auto const step_on = [&] {
                for (int steps = 0; steps < 400; ++steps) {
                    if (!at.channel->step()) at.restart();
                    at.time.advance(300ms);
                }
            };
            step_on();
            at.to.decide = [](message const&) { return fate::delivered; };
            while (!at.channel->retry("order-3")) at.restart();
            step_on();
            at.run_out();
            check_whole(at);
            CHECK(at.channel->status().dead_letters == 0);
        }
}

TEST_CASE("what was recorded as delivered is not sent again, also behind what was not") {
    outbox_fixture at;
    at.append("order-1");
    at.append("order-2");
    at.append("order-2");
    at.append("order-3");
    at.to.decide = [](message const& what) {
        return what.stream == "order-1" ? fate::later : fate::delivered;
    };
    at.run();
    at.time.advance(2s);
    at.run();
    CHECK(at.data_of("$channel_delivered").back() == R"({"format":1,"up_to":0,"beyond":[2,3,4]})");
    at.restart();
    at.to.got.clear();
    at.to.decide = [](message const&) { return fate::delivered; };
    at.run();
    CHECK(at.to.text() == "order-1 1");
}

TEST_CASE("how far it is, is recorded once a second while there is progress, and at the end") {
    outbox_fixture at;
    for (int i = 0; i < 100; ++i) {
        at.append("order-1");
        at.run();
        at.time.advance(100ms);
    }
    at.run();
    auto const records = at.data_of("$channel_delivered").size();
    CHECK(records >= 9);
    CHECK(records <= 11);
    // Records are events, too, but nobody's to deliver: an idle channel records nothing.
    for (int i = 0; i < 100; ++i) {
        at.time.advance(1s);
        at.run();
    }
    CHECK(at.data_of("$channel_delivered").size() <= records + 1);
    at.append("order-1");
    at.run();
    CHECK(at.channel->stop());
    at.restart();
    at.to.got.clear();
    at.run();
    CHECK(at.to.got.empty());
}

TEST_CASE("a channel with nothing to deliver records now and then how far it has looked") {
    outbox_fixture at("types = [\"never\"]\n", {.record_after = 50});
    for (int i = 0; i < 120; ++i) at.append("order-1");
    at.run();
    at.run();
    CHECK(at.data_of("$channel_delivered").size() == 1);
}

TEST_CASE("the rule 'once' repeats no more than the message whose answer was lost") {
    outbox_fixture at("once = true\n");
    for (int i = 0; i < 10; ++i) at.append("mail-1");
    std::size_t repeated = 0;
    for (int i = 0; i < 60; ++i) {
        at.channel->step().or_throw();
        if (i % 3 == 2) at.restart();
    }
    at.run_out();
    auto const all = at.to.versions_of("mail-1");
    for (std::size_t i = 1; i < all.size(); ++i) {
        CHECK(all[i] >= all[i - 1]);
        repeated += all[i] == all[i - 1];
    }
    CHECK(all.back() == 10);
    CHECK(repeated > 0);
    // Recorded before the next one of the stream is sent.
    outbox_fixture calm("once = true\n");
    for (int i = 0; i < 5; ++i) calm.append("mail-1");
    calm.to.decide = [&](message const& what) {
        CHECK(calm.data_of("$channel_delivered").size() == what.version.value - 1);
        return fate::delivered;
    };
    calm.run();
    CHECK(calm.to.got.size() == 5);
}

TEST_CASE("a channel that starts now delivers what comes after its first start, also if it crashes"
) {
    outbox_fixture at("start = \"now\"\n");
    at.append("order-1");
    at.run();
    at.append("order-1");
    at.restart();
    at.run();
    CHECK(at.to.text() == "order-1 2");
}

TEST_CASE(
    "a stream that stands does not keep more than a bounded number of others waiting in memory"
) {
    outbox_fixture at({}, {.window_max = 20, .page_max = 8});
    at.append("order-0");
    for (int i = 0; i < 100; ++i) at.append("order-" + std::to_string(1 + i));
    at.to.decide = [](message const& what) {
        return what.stream == "order-0" ? fate::later : fate::delivered;
    };
    for (int i = 0; i < 50; ++i) {
        at.run();
        at.time.advance(10ms);
    }
    CHECK(at.to.got.size() <= 20);
    CHECK(at.channel->status().up_to.value == 0);
    CHECK(at.channel->status().lag >= 80);
    at.to.decide = [](message const&) { return fate::delivered; };
    at.run_out();
    CHECK(at.to.got.size() == 101);
}
