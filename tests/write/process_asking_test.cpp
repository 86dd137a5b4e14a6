// What a reaction may ask for besides commands and timers: see diptych/process.hpp.
#include "domain/trips.hpp"
#include "log/memory/memory_engine.hpp"
#include "write/executor.hpp"
#include "write/manual_sources.hpp"
#include "write/process/process_runner.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using namespace diptych;
using namespace std::chrono_literals;

namespace {

class agency {
public:
    explicit agency(bool has_commands = true) : has_commands_(has_commands) { open(); }

    void restart() {
        runner.reset();
        commands.reset();
        log.reset();
        open();
    }

    template <class Event>
    void happened(Event const& what) {
        auto made = encode(what);
        made.type = "trips." + made.type;
        log->append({.events = {std::move(made)}}).or_throw();
    }

    void run() {
        for (int steps = 0; runner->step().or_throw(); ++steps) REQUIRE(steps < 1'000);
    }

    /// "book_hotel sea", in order.
    std::vector<std::string> data_of(std::string const& type) const {
        std::vector<std::string> all;
        auto const page =
            log->read({.what = {.items = {{.types = {type}}}}, .limit = 1'000}).or_throw();
        for (auto const& event : page) all.emplace_back(event.data);
        return all;
    }

    bank::manual_clock time;
    bank::counting_random random;
    std::shared_ptr<log::memory::store> stored = std::make_shared<log::memory::store>(
        parse_uuid("0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f").or_throw()
    );
    std::unique_ptr<log::sequenced_log> log;
    std::unique_ptr<write::executor> commands;
    std::unique_ptr<write::process_runner> runner;

private:
    void open() {
        log = log::sequenced_log::open(
                  std::make_unique<log::memory::memory_engine>(stored), time, random
        )
                  .or_throw();
        commands = std::make_unique<write::executor>(*log, time, random);
        auto const& context = context_model<trips::context>();
        if (has_commands_) commands->add(context).or_throw();
        runner = std::make_unique<write::process_runner>(
            context.processes[0], *log, *commands, time, random
        );
    }

    bool const has_commands_;
};

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("an instance begins with what the process is started by, and not before") {
    agency at;
    at.happened(trips::changed{.trip = {"a"}, .hotel = "lake"});
    at.happened(trips::changed{.trip = {"b"}, .hotel = "lake"});
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "sea"});
    at.happened(trips::changed{.trip = {"a"}, .hotel = "hill"});
    at.run();
    CHECK(
        at.data_of("trips.booked") ==
        texts{R"({"trip":"a","what":"sea"})", R"({"trip":"a","what":"hill"})"}
    );
    CHECK(at.runner->statistics().instances == 1);
    auto const has_changed_once = [&] {
        return at.runner->show("trip-a").or_throw().state.value().find(R"("changes":1)") !=
               std::string::npos;
    };
    CHECK(has_changed_once());
    at.restart();
    CHECK(has_changed_once());
}

TEST_CASE("what comes behind the event that was to begin an instance waits for it") {
    agency at;
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "throws"});
    at.happened(trips::changed{.trip = {"a"}, .hotel = "hill"});
    at.happened(trips::asked_for{.trip = {"b"}, .hotel = "sea"});
    at.run();
    CHECK(at.data_of("trips.booked") == texts{R"({"trip":"b","what":"sea"})"});
    auto const parked = at.runner->parked({}, 10).or_throw();
    REQUIRE(parked.size() == 2);
    CHECK(parked[1].input == position{2});
    SUBCASE("that is mended") {
        trips::throws() = false;
        at.time.advance(1s);
        at.run();
        trips::throws() = true;
        CHECK(at.data_of("trips.booked").size() == 3);
        CHECK(at.data_of("trips.booked").back() == R"({"trip":"a","what":"hill"})");
    }
    SUBCASE("that is given up") {
        at.runner->drop(position{1}).or_throw();
        at.run();
        CHECK(at.data_of("trips.booked").size() == 1);  // it never began
        CHECK(at.data_of("$dropped").size() == 2);
    }
    CHECK(at.runner->parked({}, 10).or_throw().empty());
}

TEST_CASE("an instance that has finished takes nothing any more, and its timers have stopped") {
    agency at;
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "sea"});
    at.run();
    CHECK(at.runner->statistics().timers == 1);
    at.happened(trips::given_up{.trip = {"a"}});
    at.happened(trips::changed{.trip = {"a"}, .hotel = "hill"});
    at.run();
    CHECK(
        at.data_of("$reaction").back() ==
        R"({"input":6,"commands":[],"start":[],"cancel":[],"finish":true})"
    );
    SUBCASE("in this life") {}
    SUBCASE("in the next") { at.restart(); }
    at.happened(trips::changed{.trip = {"a"}, .hotel = "lake"});
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "lake"});
    at.time.advance(2h);
    at.run();
    CHECK(at.data_of("trips.booked").front() == R"({"trip":"a","what":"sea"})");
    CHECK(at.data_of("$timer_due").empty());
    CHECK(at.runner->statistics().finished == 1);
    CHECK(at.runner->statistics().timers == 0);
    for (auto const& one : at.data_of("trips.booked")) CHECK(one.find("lake") == std::string::npos);
}

TEST_CASE("an answer to a command whose place another has taken is no input") {
    agency at;
    auto is_away = true;
    at.commands->use([&](call const&, next_call const& next) -> result<outcome> {
        if (is_away) return fail(errc::unavailable, "away");
        return next();
    });
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "sea"});
    at.run();
    at.happened(trips::changed{.trip = {"a"}, .hotel = "hill"});
    at.run();
    is_away = false;
    at.time.advance(1min);
    at.run();
    CHECK(at.data_of("$accepted").size() == 2);
    CHECK(at.data_of("$accepted")[0].find(R"("as":"hotel")") != std::string::npos);
    SUBCASE("folded as it came") {}
    SUBCASE("folded again") {
        at.restart();
        at.run();
    }
    auto const shown = at.runner->show("trip-a").or_throw();
    REQUIRE(shown.state);
    CHECK(shown.state->find(R"("hotel":"hill")") != std::string::npos);
    CHECK(shown.state->find("sea") == std::string::npos);  // it is not even to be given back
    CHECK(shown.open.size() == 1);                         // one flight was asked for
}

TEST_CASE("an answer is stale, too, if what supersedes its command is taken in the same step") {
    agency at;
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "sea"});
    CHECK(at.runner->step().or_throw());  // sent, its answer not yet on record
    at.happened(trips::changed{.trip = {"a"}, .hotel = "hill"});
    at.run();
    CHECK(at.data_of("$accepted").size() == 2);
    auto const shown = at.runner->show("trip-a").or_throw();
    CHECK(shown.state.value().find("sea") == std::string::npos);
    CHECK(shown.open.size() == 1);  // one flight was asked for
}

TEST_CASE("an instance shows its state as of its end, or of what is parked") {
    agency at;
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "sea"});
    at.run();
    auto const state_of = [&](std::string const& trip) {
        return at.runner->show(trip).or_throw().state.value();
    };
    auto const at_sea = state_of("trip-a");
    CHECK(at_sea.find(R"("hotel":"sea")") != std::string::npos);
    SUBCASE("its end") {
        at.happened(trips::given_up{.trip = {"a"}});
        at.run();
        at.happened(trips::changed{.trip = {"a"}, .hotel = "hill"});
        at.run();
        at.time.advance(5min);
        at.run();  // the flight's answer is no input any more
        CHECK(at.data_of("trips.booked").size() == 2);
        CHECK(state_of("trip-a") == at_sea);
        using filter = write::instance_table::filter;
        CHECK(at.runner->list(filter::running, "", 10).or_throw().empty());
        CHECK(at.runner->list(filter::finished, "", 10).or_throw().size() == 1);
    }
    SUBCASE("what is parked") {
        at.happened(trips::asked_for{.trip = {"a"}, .hotel = "throws"});
        at.run();
        at.time.advance(5min);
        at.run();  // the flight's answer waits
        CHECK(at.data_of("trips.booked").size() == 2);
        CHECK(state_of("trip-a") == at_sea);
    }
}

TEST_CASE("an event finds the instance that has correlated with its key") {
    agency at;
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "sea"});
    at.happened(trips::asked_for{.trip = {"b"}, .hotel = "sea"});
    at.happened(trips::paid{.payment = {"p"}});  // nobody knows it yet
    at.happened(trips::paid_with{.trip = {"b"}, .payment = "p"});
    SUBCASE("at once") { at.happened(trips::paid{.payment = {"p"}}); }
    SUBCASE("later") {
        at.run();
        at.happened(trips::paid{.payment = {"p"}});
    }
    SUBCASE("after a restart") {
        at.run();
        at.restart();
        at.happened(trips::paid{.payment = {"p"}});
    }
    at.run();
    auto const timers_of = [&](std::string const& trip) {
        texts all;
        for (auto const& one : at.runner->show(trip).or_throw().timers) all.push_back(one.name);
        return all;
    };
    CHECK(timers_of("trip-a") == texts{"late"});
    CHECK(timers_of("trip-b") == texts{"late", "paid"});

    at.happened(trips::paid_with{.trip = {"a"}, .payment = "p"});
    at.run();
    auto const parked = at.runner->parked({}, 10).or_throw();
    REQUIRE(parked.size() == 1);
    CHECK(parked[0].why.code == "correlated_already");
    CHECK(parked[0].why.message == "payment-p belongs to trip-b of travelling, and not to trip-a");
}

TEST_CASE("a command may be sent later, and not for ever") {
    agency at;
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "sea"});
    at.run();
    auto const shown = at.runner->show("trip-a").or_throw();
    REQUIRE(shown.open.size() == 1);
    CHECK(shown.open[0].what.not_before == at.time.now() + 5min);
    CHECK(at.runner->next_due() == at.time.now() + 5min);
    // Others do not wait for it.
    at.happened(trips::changed{.trip = {"a"}, .hotel = "hill"});
    at.run();
    CHECK(at.data_of("trips.booked").size() == 2);

    SUBCASE("in time") {
        at.time.advance(5min - 1us);
        at.run();
        CHECK(at.data_of("trips.booked").size() == 2);
        at.time.advance(1us);
        at.run();
        CHECK(at.data_of("trips.booked").size() == 4);  // a flight for each hotel
    }
    SUBCASE("too late") {
        at.restart();
        at.time.advance(10min);
        at.run();
        CHECK(at.data_of("trips.booked").size() == 2);
        REQUIRE(at.data_of("$failed").size() == 2);
        CHECK(at.data_of("$failed")[0].find(R"("code":"expired")") != std::string::npos);
        CHECK(at.runner->show("trip-a").or_throw().timers.at(1).name == "expired");
        CHECK(at.runner->statistics().unheard == 0);
    }
    SUBCASE("carried out in time, and its answer lost") {
        at.time.advance(5min);
        CHECK(at.runner->step().or_throw());
        at.restart();
        at.time.advance(1h);
        at.run();
        CHECK(at.data_of("trips.booked").size() == 4);
        CHECK(at.data_of("$failed").empty());
    }
}

TEST_CASE("a command that failed is told of where the process does not react to that") {
    agency at(false);
    at.happened(trips::asked_for{.trip = {"a"}, .hotel = "sea"});
    at.run();
    REQUIRE(at.data_of("$failed").size() == 1);
    CHECK(at.runner->statistics().unheard == 1);
    auto const now = at.runner->status();
    CHECK(now.state == write::process_state::running);
    REQUIRE(now.last_error);
    auto const& said = now.last_error->message;
    CHECK(said.starts_with("trips.book_hotel ("));
    CHECK(said.contains(") of trip-a has failed, and the process does not react to that: "));
}

TEST_CASE("what was done is undone in reverse order, each step when the one before is answered") {
    agency at;
    at.happened(trips::asked_for{.trip = {"full"}, .hotel = "sea"});
    at.run();
    at.happened(trips::changed{.trip = {"full"}, .hotel = "hill"});
    at.run();
    at.time.advance(5min);
    at.run();
    CHECK(
        at.data_of("trips.given_back") ==
        texts{R"({"trip":"full","what":"hill"})", R"({"trip":"full","what":"sea"})"}
    );
    CHECK(at.runner->statistics().finished == 1);
    CHECK(at.runner->statistics().open == 0);
}
