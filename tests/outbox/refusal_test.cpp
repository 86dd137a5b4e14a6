#include "outbox/refusing.hpp"

using namespace diptych;
using namespace diptych::outbox;
using namespace std::chrono_literals;

TEST_CASE("a receiver that is away is asked again after pauses that grow, by one message") {
    outbox_fixture at("pause_max = \"4s\"\n");
    for (int i = 0; i < 10; ++i) at.append("order-" + std::to_string(i));
    at.to.decide = [](message const&) { return fate::away; };
    at.run();
    CHECK(at.to.tries == 10);
    auto now = at.channel->status();
    CHECK(now.state == endpoint::channel_state::waiting);
    CHECK(now.last_error == "as told");
    CHECK(now.lag == 10);
    CHECK(now.oldest.has_value());
    std::vector<std::chrono::microseconds> pauses;
    for (int i = 0; i < 8; ++i) {
        auto const next = at.channel->status().next_try;
        REQUIRE(next);
        pauses.push_back(*next - at.time.now());
        at.time.advance(pauses.back() - 1us);
        at.run();
        CHECK(at.to.tries == 10u + static_cast<std::size_t>(i));
        at.time.advance(1us);
        at.run();
        CHECK(at.to.tries == 11u + static_cast<std::size_t>(i));
    }
    CHECK(pauses[0] >= 200ms);
    CHECK(pauses[0] <= 300ms);
    CHECK(pauses[3] >= 1600ms);
    CHECK(pauses[7] <= 4800ms);
    accept(at);
    at.time.advance(5s);
    at.run();
    CHECK(at.to.got.size() == 10);
    CHECK(at.channel->status().state == endpoint::channel_state::running);
}

TEST_CASE("a message that can not be taken now holds up its stream alone") {
    outbox_fixture at;
    at.append("order-1");
    at.append("order-1");
    at.append("order-2");
    at.append("order-2");
    at.to.decide = [](message const& what) {
        return what.stream == "order-1" ? fate::later : fate::delivered;
    };
    at.run();
    CHECK(at.to.text() == "order-2 1, order-2 2");
    accept(at);
    at.time.advance(1s);
    at.run();
    CHECK(at.to.versions_of("order-1") == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("a receiver that puts everything off is waited for, one that takes some is not") {
    outbox_fixture at;
    at.append("order-1");
    at.to.decide = [](message const&) { return fate::later; };
    for (int i = 1; i < 5; ++i) {
        at.run();
        CHECK(at.to.tries == static_cast<std::size_t>(i));
        CHECK(at.channel->status().state == endpoint::channel_state::running);
        at.time.advance(40s);
    }
    at.run();
    CHECK(at.channel->status().state == endpoint::channel_state::waiting);
    CHECK(at.channel->status().last_error == "as told");
    at.append("order-2");
    at.to.decide = [](message const& what) {
        return what.stream == "order-1" ? fate::later : fate::delivered;
    };
    at.run();
    CHECK(at.channel->status().state == endpoint::channel_state::running);
    at.to.decide = [](message const&) { return fate::later; };
    for (int i = 0; i < 6; ++i) {
        at.time.advance(40s);
        at.run();
    }
    CHECK(at.channel->status().state == endpoint::channel_state::waiting);
    at.channel->drop("order-1").or_throw();
    at.run();
    CHECK(at.channel->status().state == endpoint::channel_state::running);
}

TEST_CASE("a receiver that asks for a pause gets it") {
    outbox_fixture at;
    at.append("order-1");
    at.to.decide = [](message const&) { return fate::later; };
    at.to.after = 20s;
    at.run();
    at.append("order-2");
    accept(at);
    at.time.advance(19s);
    at.run();
    CHECK(at.to.tries == 1);
    at.time.advance(2s);
    at.run();
    CHECK(at.to.got.size() == 2);
}

TEST_CASE("a channel whose message goes on being refused pauses, until somebody says so") {
    outbox_fixture at("attempts_max = 3\n");
    at.append("order-1");
    at.append("order-1");
    refuse(at, "order-1", 1);
    insist(at);
    at.append("order-2");
    insist(at);
    CHECK(at.to.tries == 3);
    CHECK(at.to.got.empty());
    CHECK(at.channel->status().state == endpoint::channel_state::paused);
    CHECK(at.channel->status().paused_stream == "order-1");
    auto const& stands = at.channel->status().paused;
    REQUIRE(stands);
    CHECK(stands->version == version{1});
    CHECK(stands->position == position{1});
    CHECK(stands->type == "placed");
    auto const retried = at.channel->retry("order-1");
    CHECK(retried.error().message.contains("resume"));
    accept(at);
    at.channel->resume();
    at.run();
    CHECK(at.to.got.size() == 3);
    CHECK(at.to.versions_of("order-1") == std::vector<std::uint64_t>{1, 2});
    CHECK(at.channel->status().state == endpoint::channel_state::running);
    CHECK_FALSE(at.channel->status().paused);
}

TEST_CASE("a paused channel tries again after a restart, and lets a message go if it is told to") {
    outbox_fixture at("attempts_max = 1\n");
    at.append("order-1");
    at.append("order-1");
    refuse(at, "order-1", 1);
    at.run();
    at.restart();
    at.run();
    CHECK(at.to.tries == 2);
    CHECK(at.channel->drop("order-9").error().code == "no_such_dead_letter");
    CHECK(at.channel->drop("order-1"));
    at.run();
    CHECK(at.to.text() == "order-1 2");
    CHECK(
        at.data_of("$channel_dropped") ==
        std::vector<std::string>{R"({"format":1,"stream":"order-1","version":1})"}
    );
    at.time.advance(2s);
    at.run();
    at.restart();
    at.run();
    CHECK(at.to.got.size() == 1);
}

TEST_CASE("a channel that parks goes on with other streams, and parks what follows in this one") {
    outbox_fixture at(parking);
    at.append("order-1");
    at.append("order-1");
    at.append("order-2");
    refuse(at, "order-1", 1);
    insist(at);
    at.append("order-1");
    at.append("order-2");
    insist(at);
    CHECK(at.to.text() == "order-2 1, order-2 2");
    CHECK(at.to.tries == 5);
    auto const now = at.channel->status();
    CHECK(now.state == endpoint::channel_state::running);
    CHECK(now.lag == 0);
    CHECK(now.dead_letters == 1);
    auto const all = at.channel->dead_letters({}, 10).or_throw();
    REQUIRE(all.size() == 1);
    CHECK(all[0].what.stream == "order-1");
    CHECK(all[0].what.version == version{1});
    CHECK(all[0].what.attempts == 3);
    CHECK(all[0].what.why == "as told");
    CHECK(all[0].behind == 2);
}

TEST_CASE("dead letters survive a crash at any step and are retried in order") {
    for (int every = 1; every < 5; ++every) {
        CAPTURE(every);
        outbox_fixture at(parking);
        for (int i = 0; i < 5; ++i) at.append("order-1");
        refuse(at, "order-1", 2);
        for (int i = 0; i < 100; ++i) {
            at.channel->step().or_throw();
            at.time.advance(1s);
            if (i % (7 * every) == 0) at.restart();
        }
        at.append("order-1");
        at.restart();
        insist(at);
        CHECK(at.to.got.back().version == 1);
        accept(at);
        CHECK(at.channel->retry("order-9").error().kind == errc::not_found);
        CHECK(at.channel->retry("order-1"));
        for (int i = 0; i < 40; ++i) {
            at.channel->step().or_throw();
            at.time.advance(300ms);
            if (i < 20 && i % every == 0) at.restart();
        }
        at.append("order-1");
        at.run_out();
        std::uint64_t last = 0;
        for (auto const v : at.to.versions_of("order-1")) {
            CHECK(v <= last + 1);
            last = std::max(last, v);
        }
        CHECK(last == 7);
        CHECK(at.channel->status().dead_letters == 0);
        at.restart();
        at.to.got.clear();
        at.run();
        CHECK(at.to.got.empty());
    }
}

TEST_CASE("a dead letter is delivered as far as it was parked, also by who has yet to read so far"
) {
    outbox_fixture at(parking, {.page_max = 1});
    for (auto const* const stream : {"order-1", "order-2", "order-2", "order-1", "order-2"})
        at.append(stream);
    at.to.decide = [](message const& what) {
        return what.stream == "order-1" ? fate::away : fate::refused;
    };
    auto const is_parked = [&] { return at.data_of("$channel_parked").size() == 1; };
    for (int i = 0; i < 100 && !is_parked(); ++i) {
        at.run();
        at.time.advance(40s);
    }
    REQUIRE(is_parked());
    at.run();
    at.restart();
    at.channel->retry("order-2").or_throw();
    accept(at);
    at.run_out();
    CHECK(at.to.versions_of("order-2") == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(at.to.versions_of("order-1") == std::vector<std::uint64_t>{1, 2});
    CHECK(at.channel->status().dead_letters == 0);
}

TEST_CASE("a dead letter that is dropped is never sent, and its stream goes on") {
    outbox_fixture at(parking);
    for (int i = 0; i < 3; ++i) at.append("order-1");
    refuse(at, "order-1", 2);
    insist(at);
    CHECK(at.channel->drop("order-1"));
    at.restart();
    insist(at);
    CHECK(at.to.text() == "order-1 1, order-1 3");
    CHECK(at.channel->status().dead_letters == 0);
}

TEST_CASE("a dead letter that is refused again is parked again, where it stands") {
    outbox_fixture at(parking);
    for (int i = 0; i < 4; ++i) at.append("order-1");
    refuse(at, "order-1", 1);
    insist(at);
    refuse(at, "order-1", 3);
    CHECK(at.channel->retry_all().or_throw() == 1);
    insist(at);
    CHECK(at.to.text() == "order-1 1, order-1 2");
    auto const all = at.channel->dead_letters({}, 10).or_throw();
    REQUIRE(all.size() == 1);
    CHECK(all[0].what.version == version{3});
    CHECK_FALSE(all[0].what.goes_on);
    at.restart();
    accept(at);
    insist(at);
    CHECK(at.to.got.size() == 2);
    CHECK(at.channel->retry_all().or_throw() == 1);
    insist(at);
    CHECK(at.to.text() == "order-1 1, order-1 2, order-1 3, order-1 4");
}

TEST_CASE("a message that is put off for ever holds its channel up, is told of, and can be dropped"
) {
    outbox_fixture at("pause_max = \"4s\"\n", {.window_max = 8, .page_max = 2});
    at.append("order-1");
    for (int i = 0; i < 20; ++i) at.append("order-2");
    at.to.decide = [](message const& what) {
        return what.stream == "order-1" ? fate::later : fate::delivered;
    };
    insist(at);
    CHECK(at.to.got.size() < 20);  // those behind it that may be in memory
    CHECK(at.channel->status().state == endpoint::channel_state::waiting);
    CHECK(at.channel->status().last_error == "as told");
    CHECK(at.channel->drop("order-2").error().code == "no_such_dead_letter");
    CHECK(at.channel->drop("order-1"));
    insist(at);
    CHECK(at.to.versions_of("order-2").size() == 20);
    CHECK(at.channel->status().lag == 0);
    CHECK(at.channel->status().state == endpoint::channel_state::running);
    at.restart();
    insist(at);
    CHECK(at.to.got.size() == 20);
}

TEST_CASE("a channel that pauses at a dead letter that is tried again can be got past it") {
    outbox_fixture at(parking);
    for (int i = 0; i < 3; ++i) at.append("order-1");
    refuse(at, "order-1", 2);
    insist(at);
    CHECK(at.channel->drop("order-1").has_value());  // held until somebody says so
    at.append("order-1");
    refuse(at, "order-1", 3);
    insist(at);
    at.how = declared("attempts_max = 3\n");  // it pauses now, instead of parking
    at.restart();
    at.channel->retry_all().or_throw();
    insist(at);
    at.append("order-2");
    insist(at);
    REQUIRE(at.channel->status().state == endpoint::channel_state::paused);
    CHECK(at.channel->drop("order-1"));
    insist(at);
    CHECK(at.to.versions_of("order-1") == std::vector<std::uint64_t>{1, 4});
    CHECK(at.to.versions_of("order-2") == std::vector<std::uint64_t>{1});
    CHECK(at.channel->status().dead_letters == 0);
    CHECK(at.channel->status().state == endpoint::channel_state::running);
}

TEST_CASE("dead letters that are retried take no more memory than others, and all are delivered") {
    outbox_fixture at(parking, {.bytes_max = 2'000});
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 1; i <= 40; ++i) {
        at.append("order-1", "placed", R"({"note":")" + std::string(200, 'x') + R"("})");
        all.push_back(i);
    }
    refuse(at, "order-1", 1);
    insist(at);
    accept(at);
    at.channel->retry_all().or_throw();
    insist(at);
    CHECK(at.to.versions_of("order-1") == all);
    CHECK(at.channel->status().dead_letters == 0);
}

TEST_CASE("a channel with all the dead letters that it may have pauses") {
    outbox_fixture at(parking, {.letters_max = 1});
    at.append("order-1");
    at.append("order-2");
    at.to.decide = [](message const&) { return fate::refused; };
    insist(at);
    CHECK(at.channel->status().dead_letters == 1);
    CHECK(at.channel->status().state == endpoint::channel_state::paused);
}

TEST_CASE("nothing is delivered that the log can not keep a record of, and it goes on by itself") {
    outbox_fixture at("once = true\n");
    at.append("order-1");
    at.append("order-1");
    at.stored->fail_after(0, log::memory::store::failure::lost);
    at.channel->step().or_throw();
    CHECK_FALSE(at.channel->step());
    CHECK(at.channel->status().state == endpoint::channel_state::failing);
    CHECK(at.to.got.size() == 1);
    at.run_out();
    CHECK(at.to.text() == "order-1 1, order-1 2");
}
