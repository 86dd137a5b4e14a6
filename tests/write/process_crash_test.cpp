#include "temporary_folder.hpp"
#include "write/process_house.hpp"
#include "write/state_names.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <thread>

using namespace diptych;
using namespace std::chrono_literals;
using bank::process_house;

namespace {

// Inputs of all kinds for two instances.
void give_work(process_house& at) {
    for (int const amount : {1, 6, 0, 2, 4}) at.deposit("a", amount);
    at.pay("a");
    for (int const amount : {2, 5, 6, 3, 1}) at.deposit("b", amount);
}

/// What a process did, however often it was interrupted.
struct effects {
    std::vector<std::string> reactions;
    std::vector<std::string> timers;
    std::map<std::string, int> answers = {};   // by type
    std::map<std::string, int> deposits = {};  // into accounts, by events

    bool operator==(effects const&) const = default;
};

// Where records stand depends on when their answers came: positions behind those of the work given
// are all the same.
std::vector<std::string> without_late_positions(std::vector<std::string> records) {
    for (auto& one : records) {
        std::string text;
        for (std::size_t at = 0; at < one.size();) {
            auto const end = std::min(one.find_first_not_of("0123456789", at), one.size());
            if (end == at) {
                text += one[at++];
                continue;
            }
            auto const number = one.substr(at, end - at);
            text += number.size() == 2 && number > "11" ? "late" : number;
            at = end;
        }
        one = std::move(text);
    }
    return records;
}

effects effects_of(process_house const& at) {
    effects all{
        .reactions = without_late_positions(at.data_of("$reaction")),
        .timers = without_late_positions(at.data_of("$timer_due"))
    };
    for (auto const& type : at.types(true))
        if (type.starts_with('$')) ++all.answers[type];
    auto const page = at.log->read({.limit = 10'000}).or_throw();
    for (auto const& event : page) ++all.deposits[std::string(event.stream)];
    return all;
}

void finish(process_house& at) {
    at.run();
    at.time.advance(2min);
    at.run();
}

// Crashes after every few steps; not for ever, or inputs that ask for nothing would never end.
void run_with_crashes(process_house& at, int every) {
    for (int i = 1; at.runner->step().or_throw(); ++i)
        if (i < 60 && i % every == 0) at.restart();
}

effects undisturbed(write::process_options const& options) {
    process_house at(options);
    give_work(at);
    finish(at);
    return effects_of(at);
}

}  // namespace

TEST_CASE("a crash between any two steps of a process changes nothing in what it does") {
    for (std::size_t const note_after : {1u, 3u, 1'000u}) {
        write::process_options const options{.inputs_per_step = 2, .snapshot_after = note_after};
        auto const expected = undisturbed(options);
        REQUIRE(expected.timers.size() == 1);
        REQUIRE(expected.deposits.at("account-xa") == 4);
        for (int every = 1; every < 6; ++every) {
            CAPTURE(every);
            process_house at(options);
            give_work(at);
            run_with_crashes(at, every);
            at.time.advance(2min);
            run_with_crashes(at, every);
            CHECK(effects_of(at) == expected);
        }
    }
}

TEST_CASE("a crash at any write of a process changes nothing in what it does") {
    write::process_options const options{.inputs_per_step = 3, .snapshot_after = 4};
    auto const expected = undisturbed(options);
    for (auto const how : {log::memory::store::failure::lost, log::memory::store::failure::kept})
        for (std::size_t write = 0; write < 24; ++write) {
            CAPTURE(write);
            process_house at(options);
            give_work(at);
            at.stored->fail_after(write, how);
            for (int steps = 0; steps < 200; ++steps) {
                auto const more = at.runner->step();
                if (!more) {
                    at.restart();
                    continue;
                }
                if (!*more) break;
            }
            at.stored->fail_after(1'000'000, how);
            finish(at);
            auto const found = effects_of(at);
            CHECK(found.reactions == expected.reactions);
            CHECK(found.timers.size() == expected.timers.size());
            CHECK(found.answers == expected.answers);
            CHECK(found.deposits == expected.deposits);
        }
}

TEST_CASE("what was recorded is sent as recorded, and never asked of react again") {
    process_house at;
    at.deposit("a", 1);
    at.commands->use([&](call const&, next_call const&) -> result<outcome> {
        return fail(errc::unavailable, "away");
    });
    while (at.data_of("$reaction").empty()) at.runner->step().or_throw();
    CHECK(at.balance_of("xa") == "0");  // recorded, not yet sent
    at.restart();
    bank::echo_in_use().does_nothing = true;  // a program that would decide otherwise
    bank::echo_in_use().reactions = 0;
    at.run();
    CHECK(at.balance_of("xa") == "1");
    CHECK(bank::echo_in_use().reactions == 1);  // to the answer
    CHECK(at.data_of("$reaction").size() == 1);
}

TEST_CASE("a command that was sent but whose answer was not recorded takes effect once") {
    process_house at;
    at.deposit("a", 1);
    CHECK(at.runner->step().or_throw());
    at.stored->fail_after(0, log::memory::store::failure::lost);  // the answer's write
    CHECK(!at.runner->step());
    CHECK(at.balance_of("xa") == "1");
    CHECK(at.data_of("$accepted").empty());
    at.restart();
    at.run();
    CHECK(at.balance_of("xa") == "1");
    REQUIRE(at.data_of("$accepted").size() == 1);
    CHECK(at.data_of("$accepted")[0].find("repeated") == std::string::npos);
}

TEST_CASE("two runners of one process react to each input once and send each command once") {
    write::process_options const options{.inputs_per_step = 3};
    auto const expected = undisturbed(options);
    SUBCASE("in turns") {
        process_house at(options);
        give_work(at);
        auto const other = at.make_runner();
        for (int idle = 0; idle < 2;) {
            auto const one = at.runner->step().or_throw();
            auto const two = other->step().or_throw();
            idle = one || two ? 0 : idle + 1;
        }
        at.time.advance(2min);
        for (int i = 0; i < 20; ++i) {
            at.runner->step().or_throw();
            other->step().or_throw();
        }
        auto const found = effects_of(at);
        CHECK(found.answers == expected.answers);
        CHECK(found.deposits == expected.deposits);
    }
    SUBCASE("at the same time") {
        for (int round = 0; round < 20; ++round) {
            process_house at(options);
            give_work(at);
            auto const other = at.make_runner();
            auto const run = [](write::process_runner& runner) {
                for (int idle = 0; idle < 20;) {
                    auto const more = runner.step();  // losing a race is an error that passes
                    idle = more && !*more ? idle + 1 : 0;
                }
            };
            {
                std::jthread const one([&] { run(*at.runner); });
                std::jthread const two([&] { run(*other); });
            }
            finish(at);
            auto const found = effects_of(at);
            CHECK(found.answers.at("$reaction") == expected.answers.at("$reaction"));
            CHECK(found.answers.at("$accepted") == expected.answers.at("$accepted"));
            CHECK(found.deposits == expected.deposits);
        }
    }
}

TEST_CASE("what a process keeps beside the log is gone on with, if it is of that log as it is") {
    testing::temporary_folder const folder;
    process_house at({.ledger = folder / "echo.db", .snapshot_after = 1});
    give_work(at);
    finish(at);
    auto const expected = effects_of(at);
    auto const counted = at.runner->statistics();
    CHECK(counted.instances == 2);

    SUBCASE("the same log") {
        at.restart();
        CHECK_FALSE(at.runner->step().or_throw());
        CHECK(effects_of(at) == expected);
        CHECK(at.runner->statistics().inputs == 0);  // none is looked at again
        CHECK(at.runner->statistics().instances == 2);
    }
    SUBCASE("a file that is damaged") {
        at.runner.reset();
        std::filesystem::resize_file(folder / "echo.db", 5'000);
        at.restart();
        at.run();
        CHECK(effects_of(at) == expected);
        CHECK(at.runner->statistics().instances == 2);
    }
    SUBCASE("another log") {
        at.stored = std::make_shared<log::memory::store>(
            parse_uuid("0198c5a0-0000-7cc3-98c4-dc0c0c07398f").or_throw()
        );
        at.restart();
        for (int i = 0; i < 5; ++i) at.deposit("b", 1);
        at.run();
        CHECK(at.data_of("$reaction").size() == 5);
        CHECK(at.runner->statistics().instances == 1);
    }
}
