#include "read/parking_fixture.hpp"

using namespace diptych;
using namespace diptych::read;

TEST_CASE("a view that parks goes on behind an event that it fails on, and says so") {
    parking_fixture of;
    of.good("s-1");
    of.bad("s-2");
    of.good("s-3");
    CHECK(of.views->step("notes").or_throw() == false);
    CHECK(of.shown() == "1");
    CHECK(of.status().parking.parked == 0);
    CHECK(of.status().last_error);  // tried again first
    of.follow();
    CHECK(of.shown() == "1 3");
    auto const now = of.status();
    CHECK(now.state == view_state::running);
    CHECK(now.lag == 0);
    CHECK_FALSE(now.last_error);
    CHECK(now.parking.parked == 1);
    CHECK(now.parking.is_diverged);
    CHECK(of.views->has_reached("notes", {epoch{1}, position{3}}).or_throw());
    CHECK(of.views->query("notes", {}).or_throw().diverged == std::optional<std::uint64_t>{1});

    auto const letter = of.of().dead_letter_at("", position{2}).or_throw();
    CHECK(letter.type == "noted");
    CHECK(letter.stream == "s-2");
    CHECK(letter.code == "event_misfit");
    CHECK(
        letter.reason ==
        "view 'notes' (notes.sql:7) at event 2 (noted): n: expected an integer of "
        "64 bits, found \"one\""
    );
    CHECK(letter.attempts == 2);
    CHECK_FALSE(letter.behind);
    CHECK(of.of().dead_letter_at("", position{1}).error().code == "no_such_dead_letter");
}

TEST_CASE(
    "what shares its stream or a tag with a parked event waits, and so does what shares with that"
) {
    parking_fixture of;
    of.bad("s-1", {"order-1"});
    of.good("s-2", {"order-1", "delivery-1"});  // behind the order
    of.good("s-3", {"delivery-1"});             // behind the delivery
    of.good("s-3", {"other-1"});                // behind the stream
    of.good("s-4", {"other-2"});
    of.good("s-5", {"s-1"});   // a tag may name a stream
    of.note("s-1", "{}", {});  // fails by itself; it is not tried
    of.follow();
    CHECK(of.shown() == "5");
    CHECK(of.parked() == "1 2<1 3<1 4<1 6<1 7<1");
    auto const letter = of.of().dead_letter_at("", position{3}).or_throw();
    CHECK(letter.code == "parked_behind");
    CHECK(letter.reason == "shares 'delivery-1' with event 2");
    CHECK(letter.attempts == 0);
}

TEST_CASE("events that the view does not want are not parked") {
    parking_fixture of;
    of.bad("s-1");
    of.append("something_else", "{}", "s-1");
    of.append("something_else", "{}", "s-1");
    of.good("s-2");
    of.follow();
    CHECK(of.parked() == "1");
    CHECK(of.shown() == "4");
}

TEST_CASE("what is parked stays so when the program starts again") {
    parking_fixture of;
    of.bad("s-1");
    of.follow();
    of.start();
    CHECK(of.status().parking.parked == 1);
    CHECK(of.status().parking.is_diverged);
    of.good("s-1");
    of.good("s-2");
    of.follow();
    CHECK(of.shown() == "3");
    CHECK(of.parked() == "1 2<1");
}

TEST_CASE("a view takes no more than so many dead letters, and pauses then") {
    parking_fixture of{text_of(parks), {.dead_letters_max = 2}};
    of.bad("s-1");
    of.good("s-1");
    of.good("s-2");
    of.good("s-1");
    of.good("s-3");
    of.follow();
    CHECK(of.parked() == "1 2<1");
    CHECK(of.shown() == "3");
    auto now = of.status();
    CHECK(now.state == view_state::paused);
    REQUIRE(now.last_error);
    CHECK(now.last_error->code == "dead_letters_full");
    CHECK(now.at.position == position{3});
    of.drop().or_throw();
    of.bad("s-4");
    of.bad("s-5");
    of.bad("s-6");
    of.follow();
    CHECK(of.parked() == "6 7");
    CHECK(of.shown() == "3 4 5");
    now = of.status();
    CHECK(now.state == view_state::paused);
    CHECK(now.last_error->message.contains("there are 2 dead letters, and no more are taken"));
    CHECK(now.last_error->message.contains("found \"one\""));
}

TEST_CASE("a view without @park pauses, and parks once its file says so, without being built again"
) {
    parking_fixture of{text_of("")};
    of.bad("s-1");
    of.good("s-2");
    of.follow();
    CHECK(of.status().state == view_state::paused);
    auto const offered = of.views->offer("notes.sql", text_of(parks)).or_throw();
    CHECK(offered.is_served);
    of.follow();
    CHECK(of.shown() == "2");
    CHECK(of.parked() == "1");

    // Without it nothing new is parked, but what belongs to what is parked goes on waiting.
    of.views->offer("notes.sql", text_of("")).or_throw();
    of.good("s-1");
    of.bad("s-3");
    of.good("s-4");
    of.follow();
    CHECK(of.parked() == "1 3<1");
    CHECK(of.status().state == view_state::paused);
}

TEST_CASE("@key says by which fields events belong together") {
    parking_fixture of{text_of("-- @park\n-- @key :order, :delivery\n")};
    of.note("s-1", R"({"n":"bad","order":5})", {"t-1"});
    of.note("s-1", R"({"n":2,"order":6})", {"t-1"});  // another order
    of.note("s-2", R"({"n":3,"order":"5","delivery":"d1"})", {});
    of.note("s-3", R"({"n":4,"delivery":["d0","d1"]})", {});
    of.note("s-3", R"({"n":5,"delivery":null})", {});
    of.note("s-4", R"({"n":6,"order":5.0})", {});
    of.note("s-5", R"({"n":7,"order":"d1"})", {});  // of another field
    of.note("s-6", R"({"n":"bad"})", {});           // of none: by its stream
    of.note("s-6", R"({"n":9})", {"t-1"});
    of.note("s-7", R"({"n":10})", {"s-6"});
    of.follow();
    CHECK(of.parked() == "1 3<1 4<1 6<1 8 9<8");
    CHECK(of.shown() == "2 5 7 10");
    CHECK(
        of.of().dead_letter_at("", position{4}).or_throw().reason ==
        "shares 'delivery=d1' with event 3"
    );
}

TEST_CASE("another @key counts for what is parked already") {
    parking_fixture of;
    of.note("s-1", R"({"n":"bad","order":"o1"})", {});
    of.follow();
    CHECK(of.views->offer("notes.sql", text_of("-- @park\n-- @key :order\n")).or_throw().is_served);
    of.note("s-1", R"({"n":2,"order":"o2"})", {});
    of.note("s-2", R"({"n":3,"order":"o1"})", {});
    of.follow();
    CHECK(of.shown() == "2");
    CHECK(of.parked() == "1 3<1");
    of.start(text_of(parks));
    of.note("s-2", R"({"n":4,"order":"o2"})", {});
    of.follow();
    CHECK(of.parked() == "1 3<1 4<1");
}

TEST_CASE("a view is diverged until a replay makes the same of the log, and nothing is parked") {
    parking_fixture of;
    of.refuse("new.stream = 's-1'");
    of.good("s-1");
    of.good("s-2");
    of.follow();
    of.accept();
    auto compared = of.of().compare_with_replay().or_throw();
    CHECK(compared.tables.different == 1);
    CHECK(of.status().parking.is_diverged);
    of.retry().or_throw();
    CHECK(of.status().parking.is_diverged);
    CHECK(of.views->query("notes", {}).or_throw().diverged == std::optional<std::uint64_t>{0});
    compared = of.of().compare_with_replay().or_throw();
    CHECK(compared.tables.different == 0);
    CHECK_FALSE(of.status().parking.is_diverged);
    CHECK_FALSE(of.views->query("notes", {}).or_throw().diverged);
    of.start();
    CHECK_FALSE(of.status().parking.is_diverged);
    CHECK(of.status().parking.ever == 1);
}

TEST_CASE("a replay parks what the view parks, and is compared without it") {
    parking_fixture of;
    of.bad("s-1");
    of.good("s-1");
    of.good("s-2");
    of.follow();
    auto const compared = of.of().compare_with_replay().or_throw();
    CHECK(compared.tables.different == 0);
    CHECK(compared.tables.parked == 2);
    CHECK(of.status().parking.is_diverged);
}

TEST_CASE("equal rows do not make a view whole while something is parked") {
    parking_fixture of{R"sql(
-- @view notes
-- @park
create table notes (stream text primary key);
-- @event noted (n integer)
-- @on noted
insert into notes values (:$stream) on conflict do nothing;
)sql"};
    of.good("s-1");
    of.follow();
    of.refuse("true");
    of.good("s-1");
    of.follow();
    of.accept();
    REQUIRE(of.of().compare_with_replay().or_throw().tables.different == 0);
    CHECK(of.status().parking.is_diverged);
    of.drop().or_throw();
    CHECK(of.of().compare_with_replay());
    CHECK_FALSE(of.status().parking.is_diverged);
}

TEST_CASE("a view that is built again parks for itself") {
    parking_fixture of;
    of.refuse("new.stream = 's-1'");
    of.good("s-1");
    of.bad("s-2");
    of.follow();
    CHECK(of.parked() == "1 2");
    of.of().rebuild().or_throw();
    for (auto i = 0; i < 50; ++i) {
        of.views->build_step().or_throw();
        of.time.advance(std::chrono::minutes{1});
    }
    CHECK(of.shown() == "1");
    CHECK(of.parked() == "2");
    auto const before = of.of().versions().back();
    CHECK(before.parking.parked == 2);
    CHECK(of.of().dead_letters(before.id, position{0}, 10).or_throw().size() == 2);
    CHECK(of.of().dead_letters("00000000", position{0}, 10).error().code == "no_such_version");
}

TEST_CASE("a view with parked events takes no part in commits") {
    parking_fixture of;
    of.bad("s-1");
    of.follow();
    auto text = text_of("");
    text.replace(0, text.find('\n'), "-- @view notes inline");
    CHECK(of.views->offer("notes.sql", text).or_throw().is_served);
    of.follow();
    CHECK(of.status().state == view_state::detached);
    CHECK(of.status().last_error->code == "view_diverged");
    CHECK(of.log->detached_views().empty());
    of.good("s-1");
    of.good("s-2");
    of.follow();
    CHECK(of.shown() == "3");
    CHECK(of.parked() == "1 2<1");
    // Built again it has nothing parked; but an inline view pauses at what it fails on.
    of.of().rebuild().or_throw();
    for (auto i = 0; i < 50; ++i) {
        (void)of.views->build_step();
        of.time.advance(std::chrono::minutes{1});
    }
    CHECK(of.of().versions().back().state == view_state::paused);
}

TEST_CASE("a program that knows no dead letters does not open a view that has some") {
    parking_fixture of;
    auto const format = [&] {
        auto const in = sqlite::database::open(of.file()).or_throw();
        auto row = in.prepare("select format from _diptych").or_throw();
        REQUIRE(row.step().or_throw());
        return row.integer(0);
    };
    of.good("s-1");
    of.follow();
    CHECK(format() == 1);
    of.bad("s-1");
    of.follow();
    CHECK(format() == 2);
}
