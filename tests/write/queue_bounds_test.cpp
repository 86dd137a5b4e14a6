// What a queue takes and how long it keeps it, whatever becomes of its file and its clock.
#include "temporary_folder.hpp"
#include "write/queue_house.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace diptych;
using namespace std::chrono_literals;
using bank::queue_house;
using bank::state;

TEST_CASE("a body that its command can not be read from is refused before it is stored") {
    queue_house at({.outside = {"printing.print"}});
    auto wrong = queue_house::deposit("c1", "a", 1);
    wrong.body = R"({"account":"a","amount":"three"})";
    CHECK(at.put(wrong).error().kind == errc::invalid);
    auto print = queue_house::print("p1");
    print.body = "{";
    CHECK(at.put(print).error().kind == errc::invalid);
    CHECK(at.data_of("$queued").empty());
}

TEST_CASE("who asks about a queue that nobody uses makes no file for it") {
    testing::temporary_folder const folder;
    auto const file = folder / "queue.db";
    queue_house at({.ledger = {file}});
    at.run();
    CHECK(at.queue->list(false, {}, 10).or_throw().empty());
    CHECK(at.queue->status("c1").error().code == "not_queued");
    CHECK(at.queue->drop("c1").error().code == "not_queued");
    CHECK(at.queue->retry("c1").error().code == "not_dead");
    CHECK(at.queue->retry("").or_throw() == 0);
    CHECK_FALSE(std::filesystem::exists(file));
    at.put(queue_house::deposit("c1", "a", 1)).or_throw();
    CHECK(at.queue->list(false, {}, 10).or_throw().size() == 1);
    CHECK(std::filesystem::exists(file));
}

TEST_CASE("a full queue takes no more until something has ended") {
    queue_house at({.outside = {"printing.print"}, .waiting_max = 2});
    at.put({queue_house::print("p1"), queue_house::print("p2")}).or_throw();
    at.run();
    auto const said = at.put(queue_house::print("p3"));
    CHECK(said.error().code == "queue_full");
    CHECK(said.error().kind == errc::unavailable);
    at.queue->drop("p1").or_throw();
    at.run();
    CHECK(at.put(queue_house::print("p3")));
}

TEST_CASE("how a command ended is told for a week") {
    queue_house at;
    constexpr int many = 1'500;  // more than are forgotten in one step
    std::vector<write::queued_command> all;
    for (int i = 0; i < many; ++i)
        all.push_back(queue_house::deposit("c" + std::to_string(i), std::to_string(i), 1));
    at.put(all).or_throw();
    at.run();
    at.time.advance(24h * 7 - 1h);
    at.run();
    CHECK(at.state_of("c0") == state::accepted);
    at.time.advance(2h);
    at.run();
    at.queue->step().or_throw();
    auto told = 0;
    for (auto const& one : all) told += at.queue->status(one.id) ? 1 : 0;
    CHECK(told == 0);
}

TEST_CASE("an id whose answer the log has forgotten is that of the command that still waits") {
    queue_house at({.outside = {"printing.print"}});
    auto print = queue_house::print("p1");
    SUBCASE("for somebody") {}
    SUBCASE("for its time") { print.not_before = at.time.now() + 24h * 100; }
    auto const first = at.put(print).or_throw();
    at.put(queue_house::deposit("c1", "a", 1)).or_throw();
    at.run();
    at.time.advance(300h);
    SUBCASE("in this life") { at.run(); }
    SUBCASE("in the next") { at.restart(); }
    SUBCASE("where nobody steps") {}
    // This log never forgets: what it has not heard of stands for what it has forgotten.
    auto later = [&at, n = 0](write::queued_command what) mutable {
        return at.put(std::vector{std::move(what)}, "later-" + std::to_string(++n));
    };
    auto const again = later(print).or_throw();
    CHECK(again.repeated);
    CHECK(again.first == first.first);
    CHECK(again.at == first.at);
    CHECK(again.versions == first.versions);
    auto other = print;
    other.body = R"({"other":1})";
    CHECK(later(other).error().code == "command_id_reused");
    CHECK(at.queue->seen("p1", first.first).or_throw() == state::waiting);
    CHECK(at.data_of("$queued").size() == 2);
    // What ended is forgotten in time; then the id is free.
    at.run();
    at.queue->drop("p1").or_throw();
    at.time.advance(24h * 6);
    CHECK(later(other).error().code == "command_id_reused");
    CHECK(later(print).or_throw().repeated);
    CHECK(at.queue->seen("p1", first.first).or_throw() == state::dropped);
    at.time.advance(24h * 2);
    at.run();
    CHECK(later(other).or_throw().repeated == false);
    CHECK(at.state_of("p1") == state::waiting);
}

TEST_CASE("of several under one id it is known that they wait as long as one of them does") {
    queue_house at({.outside = {"printing.print"}});
    std::vector const all{
        queue_house::deposit("k#1", "a", 1),
        queue_house::print("k#2"),
        queue_house::deposit("k#3", "b", 1)
    };
    auto const first = at.put(all, "k").or_throw();
    at.run();
    at.time.advance(300h);
    at.run();
    REQUIRE(at.queue->status("k#1").error().code == "not_queued");
    auto const again = at.put(all, "later").or_throw();
    CHECK(again.repeated);
    CHECK(again.first == first.first);
    CHECK(again.at == first.at);
    CHECK_FALSE(at.queue->seen("k#1", first.first).or_throw().has_value());
    auto other = all;
    other[0].body = bank::money("a", 2);
    CHECK(at.put(other, "k").error().code == "command_id_reused");
    other = all;
    other.pop_back();
    CHECK(at.put(other, "k").error().code == "command_id_reused");
    other = all;
    other.push_back(queue_house::print("k#4"));
    CHECK(at.put(other, "k").error().code == "command_id_reused");
    CHECK(at.data_of("$queued").size() == 3);
}

TEST_CASE("a clock that is set back, and another life, end the rests of commands") {
    testing::temporary_folder const folder;
    queue_house at({.ledger = folder / "queue.db"});
    at.intercept();
    at.fault = error{errc::unavailable, "away", "away"};
    at.put(queue_house::deposit("a1", "a", 1)).or_throw();
    for (int i = 0; i < 12; ++i) {
        at.run();
        at.time.advance(30s);
    }
    at.run();
    REQUIRE(at.queue->next_due() > at.time.now() + 20s);
    at.fault.reset();
    SUBCASE("set back") { at.time.advance(-1h); }
    SUBCASE("another life") { at.restart(); }
    at.run();
    CHECK(at.balance_of("a") == "1");
}

TEST_CASE("a ledger of the queue whose bytes are damaged is made anew from the log") {
    testing::temporary_folder const folder;
    auto const file = folder / "queue.db";
    queue_house at({.ledger = file, .outside = {"printing.print"}});
    for (int i = 0; i < 100; ++i) at.put(queue_house::print("p" + std::to_string(i))).or_throw();
    at.run();
    at.queue.reset();
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        for (std::size_t page = 1; page * 4'096 < std::filesystem::file_size(file); ++page) {
            bytes.seekp(static_cast<std::streamoff>(page * 4'096));
            bytes << std::string(64, 'x');
        }
    }
    at.queue = at.make_queue();
    at.put(queue_house::deposit("c1", "a", 1)).or_throw();
    for (int i = 0; i < 5; ++i) {
        while (at.queue->step().value_or(false)) {
        }
        at.time.advance(1min);
    }
    at.run();
    CHECK(at.balance_of("a") == "1");
    CHECK(at.queue->counts().waiting == 100);
}

TEST_CASE("two queues on one log execute each command once and record one answer") {
    for (int round = 0; round < 20; ++round) {
        queue_house at;
        for (int i = 0; i < 20; ++i)
            at.put(queue_house::deposit("c" + std::to_string(i), std::to_string(i % 3), 1))
                .or_throw();
        auto const other = at.make_queue();
        auto const run = [](write::command_queue& queue) {
            for (int idle = 0; idle < 20;) {
                auto const more = queue.step();
                idle = more && !*more ? idle + 1 : 0;
            }
        };
        {
            std::jthread const one([&] { run(*at.queue); });
            std::jthread const two([&] { run(*other); });
        }
        at.time.advance(1min);
        at.run();
        CHECK(at.data_of("$accepted").size() == 20);
        CHECK(at.data_of("bank.deposited").size() == 20);
    }
}

TEST_CASE("a dead letter that is tried again may fail again before it is given up") {
    queue_house at;
    bank::in_use().decide_throws = true;
    at.put(queue_house::deposit("a1", "a", 1)).or_throw();
    for (int i = 0; i < 6; ++i) {
        at.run();
        at.time.advance(30s);
    }
    REQUIRE(at.state_of("a1") == state::dead);
    at.queue->retry("a1").or_throw();
    at.run();
    CHECK(at.state_of("a1") == state::waiting);
    bank::in_use().decide_throws = false;
    at.time.advance(30s);
    at.run();
    CHECK(at.state_of("a1") == state::accepted);
}

TEST_CASE("who executes a command may change from one program to the next") {
    testing::temporary_folder const folder;
    auto const file = folder / "queue.db";
    queue_house at({.ledger = file, .outside = {"bank.deposit"}});
    at.put(queue_house::deposit("c1", "a", 1)).or_throw();
    at.run();
    CHECK(at.balance_of("a") == "0");
    at.restart({.ledger = file});
    at.run();
    CHECK(at.balance_of("a") == "1");
}
