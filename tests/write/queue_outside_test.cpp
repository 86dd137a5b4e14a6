#include "write/queue_house.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace diptych;
using namespace std::chrono_literals;
using bank::queue_house;
using bank::state;

namespace {

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a command nobody executes is refused, and one that is left over is named") {
    queue_house at;
    auto unknown = queue_house::deposit("c1", "a", 1);
    unknown.name = "bank.burn";
    CHECK(at.put(unknown).error().kind == errc::not_found);
    at.log->append({.events = {write::queued_record(unknown)}}).or_throw();
    at.run();
    CHECK(at.queue->unhandled().or_throw() == texts{"bank.burn"});
    CHECK(at.state_of("c1") == state::waiting);
}

TEST_CASE("who asks is told which commands nobody executes, and behind which one waits") {
    queue_house at({.outside = {"printing.print"}});
    at.put(queue_house::print("p1")).or_throw();
    auto const deposit = [](std::string id) { return queue_house::deposit(std::move(id), "a", 1); };
    auto left_over = deposit("c1");
    left_over.name = "bank.burn";
    at.log->append({.events = {write::queued_record(left_over)}}).or_throw();
    at.put({deposit("c2"), deposit("c3"), queue_house::deposit("d1", "d", 1)}).or_throw();
    at.run();
    CHECK(at.state_of("d1") == state::accepted);
    CHECK(at.queue->counts().unhandled == texts{"bank.burn"});
    auto const of = [&](std::string const& id) { return at.queue->status(id).or_throw().command; };
    CHECK(of("c1").is_unhandled);
    CHECK(of("c1").behind.empty());
    CHECK(of("c3").behind == "c1");
    for (auto const* const id : {"p1", "c2", "d1"}) CHECK_FALSE(of(id).is_unhandled);
    auto const listed = at.queue->list(false, {}, 10).or_throw();
    REQUIRE(listed.size() == 4);
    CHECK(listed[1].is_unhandled);
    CHECK(listed[2].behind == "c1");
    at.queue->drop("c1").or_throw();
    at.run();
    CHECK(at.queue->counts().unhandled.empty());
    CHECK(at.state_of("c3") == state::accepted);
}

TEST_CASE("what nobody executes is named when its turn has come, each name once") {
    queue_house at;
    auto const left_over = [&](std::string id, std::string name) {
        auto made = queue_house::deposit(std::move(id), "a", 1);
        made.name = std::move(name);
        made.key = "";
        return made;
    };
    auto later = left_over("l1", "bank.later");
    later.not_before = at.time.now() + 1h;
    for (auto const& one :
         {later,
          left_over("b1", "bank.burn"),
          left_over("b2", "bank.burn"),
          left_over("a1", "bank.annul")})
        at.log->append({.events = {write::queued_record(one)}}).or_throw();
    at.run();
    CHECK(at.queue->counts().unhandled == texts{"bank.annul", "bank.burn"});
    at.time.advance(1h);
    at.run();
    CHECK(at.queue->counts().unhandled == texts{"bank.annul", "bank.burn", "bank.later"});
    at.restart({.outside = {"bank.burn"}});
    at.run();
    CHECK(at.queue->counts().unhandled == texts{"bank.annul", "bank.later"});
}

TEST_CASE("a command can be worked on elsewhere: received, renewed, completed with its events") {
    queue_house at({.outside = {"printing.print"}});
    auto const print = [](std::string id) {
        auto made = queue_house::print(std::move(id));
        made.key = "printer-p";
        return made;
    };
    at.put({print("p1"), print("p2")}).or_throw();
    at.run();
    CHECK(at.queue->receive("bank.deposit", 1, 30s).error().code == "not_outside");
    auto const got = at.queue->receive("printing.print", 5, 30s).or_throw();
    REQUIRE(got.size() == 1);  // of one key, one at a time
    CHECK(got[0].what.id == "p1");
    CHECK(at.queue->receive("printing.print", 5, 30s).or_throw().empty());

    SUBCASE("completed") {
        CHECK(at.queue->renew("p1", got[0].lease, 60s).or_throw() == at.time.now() + 60s);
        at.time.advance(59s);
        append_request effects{.events = {{.stream = "page-1", .type = "printing.printed"}}};
        at.queue->complete("p1", got[0].lease, outcome{}, effects).or_throw();
        CHECK(at.state_of("p1") == state::accepted);
        CHECK(at.queue->counts().ended == 1);
        CHECK(at.data_of("printing.printed").size() == 1);
        auto const told = at.queue->status("p1").or_throw().answer;
        CHECK(
            told ==
            R"({"outcome":"accepted","events":[{"type":"printing.printed","stream":"page-1"}]})"
        );
        auto const events =
            at.log->read({.what = {.items = {{.types = {"printing.printed"}}}}}).or_throw();
        CHECK(
            events[0].metadata ==
            R"({"command":"printing.print","command_id":"p1","correlation_id":"p1"})"
        );
        for (int i = 0; i < 2; ++i) {
            CHECK(at.queue->complete("p1", got[0].lease, outcome{}, effects).or_throw().repeated);
            outcome const refused{.is = outcome::kind::refused, .reason = "no_paper"};
            for (auto const& other :
                 {at.queue->complete("p1", got[0].lease, outcome{}, {}),
                  at.queue->complete("p1", got[0].lease, refused, effects)})
                CHECK(other.error().code == "lease_lost");
            at.restart();
        }
        CHECK(at.data_of("printing.printed").size() == 1);
        CHECK(at.queue->receive("printing.print", 5, 30s).or_throw().at(0).what.id == "p2");
    }
    SUBCASE("completed with events that do not fit") {
        append_request effects{
            .events = {{.stream = "page-1", .type = "printing.printed"}},
            .expect = {{"page-1", expected_version::exists()}}
        };
        auto const said = at.queue->complete("p1", got[0].lease, outcome{}, effects);
        CHECK(said.error().kind == errc::conflict);
        CHECK(at.state_of("p1") == state::waiting);
        at.queue->complete("p1", got[0].lease, outcome{}, {}).or_throw();
    }
    SUBCASE("the lease runs out") {
        at.time.advance(30s);
        auto const again = at.queue->receive("printing.print", 5, 30s).or_throw();
        REQUIRE(again.size() == 1);
        CHECK(again[0].what.id == "p1");
        CHECK(at.queue->complete("p1", got[0].lease, outcome{}, {}).error().code == "lease_lost");
        at.queue->complete("p1", again[0].lease, outcome{}, {}).or_throw();
    }
    SUBCASE("the server is restarted") {
        at.restart();
        CHECK(at.queue->renew("p1", got[0].lease, 30s).error().code == "lease_lost");
        CHECK(at.queue->receive("printing.print", 5, 30s).or_throw().at(0).what.id == "p1");
    }
    SUBCASE("asked for longer than a lease may be") {
        CHECK(at.queue->renew("p1", got[0].lease, 48h).or_throw() == at.time.now() + 12h);
        at.time.advance(12h);
        auto const again = at.queue->receive("printing.print", 5, 48h).or_throw();
        CHECK(again.at(0).until == at.time.now() + 12h);
    }
    SUBCASE("dropped meanwhile") {
        CHECK(at.queue->drop("p1").error().code == "under_way");
        at.queue->complete("p1", got[0].lease, outcome{}, {}).or_throw();
    }
    SUBCASE("a lease ends with its command, and when it is given back") {
        at.queue->renew("p1", got[0].lease, 1h).or_throw();
        at.run();
        CHECK(at.queue->counts().leased == 1);
        at.queue->abandon("p1", got[0].lease, {errc::failed, "abandoned", "no paper"}).or_throw();
        at.time.advance(30s);
        auto const again = at.queue->receive("printing.print", 5, 1h).or_throw();
        REQUIRE(again.size() == 1);
        at.queue->complete("p1", again[0].lease, outcome{}, {}).or_throw();
        at.run();
        CHECK(at.queue->counts().leased == 0);
    }
    SUBCASE("abandoned, again and again") {
        auto lease = got[0].lease;
        for (int tries = 1; tries < 5; ++tries) {
            at.queue->abandon("p1", lease, {errc::failed, "abandoned", "no paper"}).or_throw();
            CHECK(at.queue->receive("printing.print", 5, 30s).or_throw().empty());  // it rests
            at.time.advance(30s);
            lease = at.queue->receive("printing.print", 5, 30s).or_throw().at(0).lease;
        }
        at.queue->abandon("p1", lease, {errc::failed, "abandoned", "no paper"}).or_throw();
        CHECK(at.state_of("p1") == state::dead);
        CHECK(at.queue->list(true, {}, 1).or_throw().at(0).why.message == "no paper");
    }
}

TEST_CASE("no more than a page is leased at once, and what is leased is not read again") {
    queue_house at({.outside = {"printing.print"}});
    for (int i = 0; i < 5; ++i) {
        auto large = queue_house::print("p" + std::to_string(i));
        large.body = "\"" + std::string(2u << 20, 'x') + "\"";
        at.put(std::move(large)).or_throw();
    }
    at.run();
    auto const until = at.time.now() + 30s;
    for (std::size_t const count : {2u, 2u, 1u, 0u})
        CHECK(at.queue->receive("printing.print", 100, 30s).or_throw().size() == count);
    CHECK(at.queue->status("p4").or_throw().command.leased_until == until);
    auto const listed = at.queue->list(false, {}, 10).or_throw();
    REQUIRE(listed.size() == 2);
    CHECK(listed[1].leased_until == until);
    at.time.advance(30s);
    CHECK(at.queue->receive("printing.print", 1, 30s).or_throw().at(0).what.id == "p0");
    CHECK_FALSE(at.queue->status("p4").or_throw().command.leased_until);
}

TEST_CASE("commands of other programs hold up none of this one, and end when they expire") {
    queue_house at({.outside = {"printing.print"}});
    for (int i = 0; i < 300; ++i) {
        auto print = queue_house::print("p" + std::to_string(i));
        print.priority = 9;
        if (i == 0) print.expires = at.time.now() + 1h;
        at.put(print).or_throw();
    }
    at.put(queue_house::deposit("c1", "a", 1)).or_throw();
    at.run();
    CHECK(at.balance_of("a") == "1");
    CHECK(at.state_of("p0") == state::waiting);
    at.time.advance(1h);
    CHECK(at.queue->receive("printing.print", 1, 30s).or_throw().at(0).what.id == "p1");
    at.run();
    CHECK(at.state_of("p0") == state::failed);
    CHECK(at.queue->receive("printing.print", 1, 30s).or_throw().at(0).what.id == "p2");
}

TEST_CASE("a body that could not be read from its record is refused, and stops no other") {
    queue_house at({.outside = {"printing.print"}});
    auto const nested = std::string(64, '[') + std::string(64, ']');
    auto const said = at.put({.id = "p1", .name = "printing.print", .body = nested, .key = ""});
    CHECK(said.error().code == "bad_body");
    at.log->append({.events = {{.stream = "queue-x", .type = "$queued", .data = R"({"id":1})"}}}
    ).or_throw();
    at.put(queue_house::deposit("c1", "a", 1)).or_throw();
    at.run();
    CHECK(at.balance_of("a") == "1");
}
