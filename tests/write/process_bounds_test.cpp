// How much a process takes on at once, and what is too much.
#include "temporary_folder.hpp"
#include "write/process_house.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace diptych;
using namespace std::chrono_literals;
using bank::process_house;

namespace {

// Whatever a process sends is away.
void send_away(process_house& at, bool const& is_away) {
    at.commands->use([&](call const& what, next_call const& next) -> result<outcome> {
        if (is_away && what.options.caller == "$process") return fail(errc::unavailable, "away");
        return next(what.options);
    });
}

}  // namespace

TEST_CASE("inputs wait while too many commands have no answer") {
    process_house at({.inputs_per_step = 2, .open_max = 4});
    auto is_away = true;
    send_away(at, is_away);
    for (char id = 'a'; id < 'k'; ++id) at.deposit(std::string(1, id), 1);
    at.run();
    CHECK(at.runner->statistics().open == 4);
    CHECK(at.runner->statistics().inputs == 4);
    is_away = false;
    at.time.advance(1min);
    at.run();
    CHECK(at.runner->statistics().open == 0);
    CHECK(at.balance_of("xj") == "1");
}

TEST_CASE("a reaction that can not be kept, or not be read again, is that of its instance only") {
    process_house at;
    at.deposit("a", 7);
    at.deposit("b", 8);
    at.deposit("c", 1);
    at.run();
    auto const parked = at.runner->parked({}, 10).or_throw();
    REQUIRE(parked.size() == 2);
    CHECK(parked[0].why.code == "reaction_too_large");
    CHECK(parked[0].instance == "account-a");
    CHECK(parked[1].instance == "account-b");
    CHECK(at.balance_of("xc") == "1");
    at.restart();
    at.deposit("c", 1);
    at.run();
    CHECK(at.balance_of("xc") == "4");
}

TEST_CASE("what the machine could not do is tried again as a whole, and parks nothing") {
    process_house at;
    at.deposit("a", 1);
    at.deposit("k", 1);
    error const away{errc::unavailable, "away", "away"};
    SUBCASE("finding an input's instance") { bank::echo_in_use().key_fault = away; }
    SUBCASE("folding its inputs") { bank::echo_in_use().fold_fault = away; }
    CHECK(at.runner->step().error().code == "away");
    CHECK(at.runner->parked({}, 10).or_throw().empty());
    auto const why = at.runner->statistics().step_error;
    REQUIRE(why);
    CHECK(why->code == "away");
    bank::echo_in_use().key_fault.reset();
    bank::echo_in_use().fold_fault.reset();
    at.time.advance(1s);
    at.run();
    CHECK_FALSE(at.runner->statistics().step_error);
    CHECK(at.balance_of("xa") == "1");  // folded once
    CHECK(at.balance_of("xk") == "1");
    CHECK(at.data_of("$parked").empty());
}

TEST_CASE("a place in the log that can not be read stops one instance, for as long as it lasts") {
    process_house at;
    at.deposit("a", 1);
    at.deposit("k", 1);
    bank::echo_in_use().key_fault = error{errc::corrupt, "corrupt_frame", "a bit flipped"};
    for (int attempt = 0; attempt < 5; ++attempt) {  // it may be the machine, for now
        CHECK(at.runner->step().error().code == "corrupt_frame");
        at.time.advance(1h);
    }
    at.run();
    CHECK(at.balance_of("xa") == "1");
    auto const parked = at.runner->parked({}, 10).or_throw();
    REQUIRE(parked.size() == 1);
    CHECK(parked[0].why.code == "corrupt_frame");
    at.deposit("a", 1);
    at.run();
    CHECK(at.balance_of("xa") == "4");
    bank::echo_in_use().key_fault.reset();
    at.time.advance(1h);
    at.run();
    CHECK(at.balance_of("xk") == "1");
}

TEST_CASE("commands of an instance are sent one after the other") {
    process_house at;
    std::vector<std::string> tried;
    auto is_away = true;
    at.commands->use([&](call const& what, next_call const& next) -> result<outcome> {
        if (what.options.caller == "$process") tried.push_back(what.options.command_id);
        if (is_away && what.options.caller == "$process") return fail(errc::unavailable, "away");
        return next(what.options);
    });
    at.deposit("a", 6);
    at.run();
    REQUIRE(tried.size() == 1);  // the second waits for the first
    is_away = false;
    at.time.advance(1s);
    at.run();
    REQUIRE(tried.size() == 3);
    CHECK(tried[0] == tried[1]);
    CHECK(tried[1] != tried[2]);
}

TEST_CASE("rests of another life are over") {
    testing::temporary_folder const folder;
    process_house at({.ledger = folder / "echo.db"});
    auto is_away = true;
    send_away(at, is_away);
    at.deposit("a", 1);
    for (int i = 0; i < 12; ++i) {
        at.run();
        at.time.advance(30s);
    }
    at.run();
    REQUIRE(at.runner->next_due() > at.time.now() + 20s);
    is_away = false;
    at.restart();
    at.run();
    CHECK(at.balance_of("xa") == "1");
}

TEST_CASE("a ledger whose bytes are damaged is made anew from the log") {
    testing::temporary_folder const folder;
    auto const file = folder / "echo.db";
    process_house at({.ledger = file});
    for (int i = 0; i < 50; ++i) at.deposit("a" + std::to_string(i), 2);
    at.run();
    at.runner.reset();
    {
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        for (std::size_t page = 1; page * 4'096 < std::filesystem::file_size(file); ++page) {
            bytes.seekp(static_cast<std::streamoff>(page * 4'096));
            bytes << std::string(64, 'x');
        }
    }
    at.runner = at.make_runner();
    at.deposit("b", 1);
    for (int i = 0; i < 5; ++i) {
        while (at.runner->step().value_or(false)) {
        }
        at.time.advance(1min);
    }
    at.run();
    CHECK(at.balance_of("xb") == "1");
    CHECK(at.runner->statistics().instances == 51);
    CHECK(at.data_of("$timer_due").size() == 50);
}
