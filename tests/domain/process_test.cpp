#include "domain/parcels.hpp"
#include "domain/recorded.hpp"
#include "domain/trips.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using diptych::given;
using recorded::event;

namespace {

auto const& chaser() { return diptych::context_model<parcels::context>().processes.at(0); }

diptych::model::reaction react(diptych::recorded_event const& to) {
    auto const state = chaser().state.make();
    std::vector<std::string> const names{"parcel-p"};
    chaser().state.fold(state.get(), to, names).or_throw();
    diptych::environment const surroundings{{}, 1};
    return chaser().react(state.get(), to, names[0], surroundings).or_throw();
}

}  // namespace

TEST_CASE("a process takes what it evolves and what it reacts to, older shapes too") {
    CHECK(chaser().name == "chasing");
    CHECK(chaser().id_kind == "parcel");
    CHECK(
        chaser().types ==
        std::vector<std::string>{
            "$accepted",
            "$failed",
            "$refused",
            "$timer_due",
            "old_parcels.touched",
            "parcels.handled",
            "parcels.loaded",
            "parcels.paid",
            "parcels.touched"
        }
    );
    CHECK(
        chaser().state.types ==
        std::vector<std::string>{
            "$refused",
            "old_parcels.touched",
            "parcels.handled",
            "parcels.loaded",
            "parcels.touched"
        }
    );
}

TEST_CASE("an input finds its instance by its id, by a key function, or by the stream of a record"
) {
    auto const key = [](auto const&... of) { return chaser().key(event(of...)).value(); };
    CHECK(
        key("parcels.loaded", "truck-t", R"({"parcel":"p","truck":"t","grams":1})") == "parcel-p"
    );
    CHECK(
        key("parcels.loaded", "truck-t", R"({"parcel":"p","truck":"t","weight":"1"})") == "parcel-p"
    );
    CHECK(key("parcels.handled", "truck-t", R"({"parcel":"p","truck":"t"})") == "parcel-p");
    CHECK(key("parcels.paid", "payment-x", R"({"payment":"x","reference":"q"})") == "parcel-q");
    CHECK(key("parcels.paid", "payment-x", R"({"payment":"x"})") == std::nullopt);
    CHECK(key("parcels.delivered", "parcel-p", R"({"parcel":"p"})") == std::nullopt);
    CHECK(key("$timer_due", "chasing-parcel-p", "{}") == "parcel-p");
    CHECK(key("$timer_due", "other-parcel-p", "{}") == std::nullopt);
    CHECK(key("$timer_due", "chasing", "{}") == std::nullopt);
    CHECK(key("$timer_due", "chasing2-parcel-p", "{}") == std::nullopt);
    auto const broken = chaser().key(event("parcels.paid", "payment-x", R"({"reference":1})"));
    CHECK(broken.error().kind == diptych::errc::corrupt);
}

TEST_CASE("a reaction sends commands under their full names and sets timers") {
    using namespace parcels;
    loaded const one{.parcel = {"p"}, .truck = {"t"}, .grams = 1};
    auto const first = given<parcels::context>(one).reacting<chasing>();
    first.then_sends();
    REQUIRE(first.reaction().value().start.size() == 1);
    CHECK(first.reaction().value().start[0].name == "late");
    CHECK(first.reaction().value().start[0].delay == std::chrono::minutes{15});
    CHECK(first.reaction().value().cancel == std::vector<std::string>{"early", "1"});
    auto const second = given<parcels::context>(one, one).reacting<chasing>();
    second.then_sends(deliver{.parcel = {"p"}});
    CHECK(second.reaction().value().commands[0].name == "parcels.deliver");
    CHECK_THROWS_AS(second.then_sends(), diptych::scenario_failed);
    given<parcels::context>(one, paid{.payment = {"x"}, .reference = "p"})
        .reacting<chasing>()
        .then_sends(deliver{.parcel = {"p"}});
}

TEST_CASE("an old event is reacted to as what it means today") {
    using namespace parcels;
    handled const old{.parcel = {"p"}, .truck = {"t"}, .done = false};
    given<parcels::context>(old).reacting<chasing>().then_sends();
    given<parcels::context>(old, old).reacting<chasing>().then_sends(deliver{.parcel = {"p"}});
}

TEST_CASE("of two shapes of one name, a process reacts to the one that fits") {
    auto const weight = [](std::string_view data) {
        return react(event("parcels.loaded", "truck-t", data)).cancel;
    };
    CHECK(weight(R"({"parcel":"p","truck":"t","weight":"5"})").back() == "converted5");
    CHECK(weight(R"({"parcel":"p","truck":"t","grams":7,"note":""})").back() == "7");
    CHECK(weight(R"({"parcel":"p","grams":9})").back() == "9");
}

TEST_CASE("answers and timers are inputs, each for the command it is about") {
    auto const* const stream = "chasing-parcel-p";
    CHECK(
        react(event("$timer_due", stream, R"({"timer":"p9","due":5,"started_by":1})"))
            .commands[0]
            .json == R"({"parcel":"p9"})"
    );
    CHECK(
        react(
            event(
                "$refused",
                stream,
                R"({"command":"parcels.deliver","id":"i","input":1,"body":{"parcel":"p"},)"
                R"("outcome":{"outcome":"refused","token":"1.2","reason":"not_loaded","detail":"x"}})"
            )
        )
            .cancel == std::vector<std::string>{"not_loaded1"}
    );
    CHECK(
        react(event(
                  "$failed",
                  stream,
                  R"({"command":"parcels.deliver","id":"i","body":{"parcel":"p"},)"
                  R"("error":{"kind":"failed","code":"exception","message":"m"}})"
              ))
            .cancel == std::vector<std::string>{"failed/exception/m"}
    );
    CHECK(
        react(event(
                  "$accepted",
                  stream,
                  R"({"command":"parcels.deliver","id":"i7","body":{"parcel":"p3"}})"
              ))
            .cancel == std::vector<std::string>{"p3/i7"}
    );
    CHECK(react(event("$accepted", stream, R"({"command":"parcels.other","id":"i","body":{}})"))
              .cancel.empty());
}

TEST_CASE("a scenario of a process begins with events, answers and timers") {
    using namespace trips;
    using namespace std::chrono_literals;
    asked_for const asked{.trip = {"t"}, .hotel = "sea"};
    book_hotel const sea{.trip = {"t"}, .name = "sea"};
    auto const process = [](auto const&... inputs) {
        return given<trips::context>(inputs...).template reacting<travelling>();
    };
    process(asked).then_sends(sea).then_starts("late", 1h);
    process(asked, diptych::accepted<book_hotel>{sea}).then_sends(book_flight{.trip = {"t"}});
    process(
        asked,
        diptych::accepted<book_hotel>{sea},
        diptych::refused<book_flight>{.command = {.trip = {"t"}}, .reason = "no_room"}
    )
        .then_sends(give_back{.trip = {"t"}, .what = "sea"})
        .then_finishes();
    process(asked, diptych::failed<book_flight>{.command = {.trip = {"t"}}, .code = "expired"})
        .then_sends()
        .then_starts("expired", 1h);
    process(asked, paid{.payment = {"p"}}).then_starts("paid", 1h);
    process(changed{.trip = {"t"}, .hotel = "hill"}).then_nothing();  // it has not begun

    auto const fails = [](auto const& check) {
        CHECK_THROWS_AS(check(), diptych::scenario_failed);
    };
    fails([&] { process(asked).then_sends(); });
    fails([&] { process(asked).then_nothing(); });
    fails([&] { process(asked).then_finishes(); });
    fails([&] { process(asked).then_starts("late", 2h); });
    fails([&] { process(asked).then_cancels("late"); });
}

TEST_CASE("a scenario that came out differently shows all that the process asked for") {
    using namespace trips;
    auto const outcome =
        given<trips::context>(asked_for{.trip = {"t"}, .hotel = "sea"}).reacting<travelling>();
    try {
        outcome.then_sends(book_flight{.trip = {"t"}});
        FAIL("it sends something else");
    } catch (diptych::scenario_failed const& told) {
        CHECK(
            std::string{told.what()} ==
            "expected:\n  sends book_flight {\"trip\":\"t\"}\ngot:\n  sends trips.book_hotel "
            "{\"trip\":\"t\",\"name\":\"sea\"}\n  starts late, PT1H"
        );
    }
}
