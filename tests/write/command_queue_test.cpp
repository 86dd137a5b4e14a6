#include "write/queue/command_queue.hpp"

#include "write/house.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace diptych;
using namespace std::chrono_literals;
using state = write::queued_status::state;

namespace {

class queue_house : public bank::house {
public:
    explicit queue_house(write::queue_options options = {}) : options_(std::move(options)) {
        make_queue();
    }

    void restart() {
        queue.reset();
        house::restart();
        make_queue();
    }

    static write::queued_command deposit(std::string id, std::string account, int amount) {
        return {
            .id = std::move(id),
            .name = "bank.deposit",
            .body = bank::money(account, amount),
            .key = "account-" + account
        };
    }

    result<appended> put(std::vector<write::queued_command> all) {
        std::optional<result<appended>> said;
        queue->put(std::move(all), [&](result<appended> one) { said = std::move(one); });
        while (!said) log->commit_step();
        return *std::move(said);
    }
    result<appended> put(write::queued_command command) {
        return put(std::vector{std::move(command)});
    }

    void run() {
        for (int steps = 0; queue->step().or_throw(); ++steps) REQUIRE(steps < 1'000);
    }

    state state_of(std::string const& id) { return queue->status(id).or_throw().is; }

    std::vector<std::string> data_of(std::string const& type) const {
        std::vector<std::string> all;
        auto const page =
            log->read({.what = {.items = {{.types = {type}}}}, .limit = 1'000}).or_throw();
        for (auto const& event : page) all.emplace_back(event.data);
        return all;
    }

    /// Fails as long as it is set, and remembers what it was asked for, in order.
    void intercept() {
        commands->use([this](call const& what, next_call const& next) -> result<outcome> {
            if (fault) return std::unexpected(*fault);
            order.emplace_back(what.options.command_id);
            return next(what.options);
        });
    }

    std::optional<error> fault;
    std::vector<std::string> order;
    std::unique_ptr<write::command_queue> queue;

private:
    void make_queue() {
        queue = std::make_unique<write::command_queue>(*log, *commands, time, random, options_);
    }

    write::queue_options options_;
};

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a command is stored before it is executed, and executed once") {
    queue_house at;
    at.put(queue_house::deposit("c1", "a", 3)).or_throw();
    CHECK(at.balance_of("a") == "0");
    CHECK(at.state_of("c1") == state::waiting);
    CHECK(
        at.data_of("$queued") ==
        texts{
            R"({"id":"c1","command":"bank.deposit","key":"account-a","body":{"account":"a","amount":3}})"
        }
    );
    SUBCASE("in this life") {}
    SUBCASE("in the next") { at.restart(); }
    at.run();
    CHECK(at.balance_of("a") == "3");
    auto const how = at.queue->status("c1").or_throw();
    CHECK(how.is == state::accepted);
    auto const answer = json::parse(how.answer).or_throw();
    CHECK(answer.root().at("events.0.type")->text() == "bank.deposited");
    at.restart();
    at.run();
    CHECK(at.balance_of("a") == "3");
    CHECK(at.state_of("c1") == state::accepted);
    CHECK(at.queue->status("c2").error().code == "not_queued");
}

TEST_CASE("the same id again is the first command, other bytes under it are an error") {
    queue_house at;
    auto const first = at.put(queue_house::deposit("c1", "a", 3)).or_throw();
    auto const again = at.put(queue_house::deposit("c1", "a", 3)).or_throw();
    CHECK(again.repeated);
    CHECK(again.first == first.first);
    CHECK(at.put(queue_house::deposit("c1", "a", 4)).error().code == "command_id_reused");
    at.run();
    CHECK(at.balance_of("a") == "3");
}

TEST_CASE("a crash at any write of the queue loses no command and executes none twice") {
    for (auto const how : {log::memory::store::failure::lost, log::memory::store::failure::kept})
        for (std::size_t write = 0; write < 8; ++write) {
            CAPTURE(write);
            queue_house at;
            for (int i = 0; i < 3; ++i)
                at.put(queue_house::deposit("c" + std::to_string(i), i == 1 ? "b" : "a", 1))
                    .or_throw();
            at.stored->fail_after(write, how);
            for (int steps = 0; steps < 50; ++steps) {
                auto const more = at.queue->step();
                if (!more)
                    at.restart();
                else if (!*more)
                    break;
            }
            at.stored->fail_after(1'000'000, how);
            at.time.advance(1min);
            at.run();
            CHECK(at.balance_of("a") == "2");
            CHECK(at.balance_of("b") == "1");
            CHECK(at.data_of("$accepted").size() == 3);
        }
}

TEST_CASE("commands of one key are executed in order, higher priorities before others") {
    queue_house at({.sends_max = 1});
    at.intercept();
    auto late = queue_house::deposit("low", "c", 1);
    auto first = queue_house::deposit("high", "b", 1);
    first.priority = 9;
    at.put({queue_house::deposit("a1", "a", 1), queue_house::deposit("a2", "a", 1), late, first})
        .or_throw();
    at.run();
    CHECK(at.order == texts{"high", "a1", "a2", "low"});
}

TEST_CASE("a command is not executed before its time, and not after it has expired") {
    queue_house at;
    auto later = queue_house::deposit("later", "a", 1);
    later.not_before = at.time.now() + 1h;
    later.key = "";
    auto short_lived = queue_house::deposit("short", "b", 1);
    short_lived.not_before = at.time.now() + 2h;
    short_lived.expires = at.time.now() + 2h;
    at.put({later, short_lived, queue_house::deposit("now", "a", 5)}).or_throw();
    at.run();
    CHECK(at.balance_of("a") == "5");
    CHECK(at.queue->next_due() == later.not_before);
    at.time.advance(1h);
    at.run();
    CHECK(at.balance_of("a") == "6");
    at.time.advance(1h);
    at.run();
    CHECK(at.balance_of("b") == "0");
    auto const how = at.queue->status("short").or_throw();
    CHECK(how.is == state::failed);
    CHECK(json::parse(how.answer).or_throw().root().at("code")->text() == "expired");
}

TEST_CASE("a refusal ends a command, and is not tried again") {
    queue_house at;
    at.put({.id = "c1", .name = "bank.withdraw", .body = bank::money("a", 1'000), .key = "account-a"
           })
        .or_throw();
    at.run();
    CHECK(at.state_of("c1") == state::refused);
    CHECK(at.statistics("bank.withdraw").refused == 1);
}

TEST_CASE("what is away is tried again without end, and fewer commands are sent at once") {
    queue_house at;
    at.intercept();
    at.fault = error{errc::unavailable, "away", "away"};
    std::vector<write::queued_command> all;
    for (int i = 0; i < 80; ++i)
        all.push_back(queue_house::deposit("c" + std::to_string(i), std::to_string(i), 1));
    at.put(all).or_throw();
    at.run();
    CHECK(at.queue->counts().window == 1);
    CHECK(at.queue->counts().dead == 0);
    for (int i = 0; i < 20; ++i) {
        at.time.advance(30s);
        at.run();
    }
    CHECK(at.queue->counts().dead == 0);
    at.fault.reset();
    at.time.advance(30s);
    at.run();
    CHECK(at.queue->counts().waiting == 0);
    CHECK(at.queue->counts().window > 32);
}

TEST_CASE("a command that fails again and again is a dead letter, and its key waits behind it") {
    queue_house at;
    bank::in_use().decide_throws = true;
    at.put({queue_house::deposit("a1", "a", 1), queue_house::deposit("a2", "a", 2)}).or_throw();
    for (int i = 0; i < 6; ++i) {
        at.run();
        at.time.advance(30s);
    }
    CHECK(at.state_of("a1") == state::dead);
    CHECK(at.state_of("a2") == state::waiting);
    bank::in_use().decide_throws = false;
    SUBCASE("in this life") {}
    SUBCASE("in the next") { at.restart(); }
    at.run();
    at.put(queue_house::deposit("b1", "b", 1)).or_throw();
    at.run();
    CHECK(at.balance_of("b") == "1");
    CHECK(at.balance_of("a") == "0");
    auto const dead = at.queue->list(true, {}, 10).or_throw();
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].id == "a1");
    CHECK(dead[0].attempts == 5);
    CHECK(dead[0].why.code == "exception");
    CHECK(dead[0].body == bank::money("a", 1));
    CHECK(at.queue->retry("a2").error().code == "not_dead");

    at.intercept();
    auto const given_up = at.order.size();
    if (given_up == 0) at.queue->retry("").or_throw();
    at.run();
    CHECK(at.order == texts{"a1", "a2"});
    CHECK(at.balance_of("a") == "3");
}

TEST_CASE("a dead letter that is dropped lets its key go on") {
    queue_house at;
    bank::in_use().decide_throws = true;
    at.put({queue_house::deposit("a1", "a", 1), queue_house::deposit("a2", "a", 2)}).or_throw();
    for (int i = 0; i < 6; ++i) {
        at.run();
        at.time.advance(30s);
    }
    bank::in_use().decide_throws = false;
    at.queue->drop("a1").or_throw();
    CHECK(at.state_of("a1") == state::dropped);
    at.run();
    CHECK(at.balance_of("a") == "2");
    CHECK(at.queue->drop("a1").error().code == "not_queued");
}

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

TEST_CASE("a command can be worked on elsewhere: received, renewed, completed with its events") {
    queue_house at({.outside = {"printing.print"}});
    auto const print = [](std::string id) {
        return write::queued_command{
            .id = std::move(id), .name = "printing.print", .body = "{}", .key = "printer-p"
        };
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
        CHECK(at.data_of("printing.printed").size() == 1);
        CHECK(
            at.queue->complete("p1", got[0].lease, outcome{}, effects).error().code == "lease_lost"
        );
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

TEST_CASE("the key of a command is its first id, if nobody says another") {
    queue_house at;
    CHECK(at.queue->key_of("deposit", bank::money("a", 1)).empty());  // of no kind, in this model
    CHECK(at.queue->key_of("burn", "{}").empty());
}
