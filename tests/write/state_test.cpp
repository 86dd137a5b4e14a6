#include "write/house.hpp"
#include "write/state_names.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using bank::house;
using bank::money;

namespace {

void deposit_often(house& at, int count) {
    for (int i = 0; i < count; ++i) at.execute("deposit", money("a", 1)).or_throw();
}

int folds_of_balance(house& at, std::string const& expected) {
    bank::in_use().folds = 0;
    CHECK(at.balance_of("a") == expected);
    return bank::in_use().folds;
}

std::string snapshot_of_a() {
    std::vector<std::string> const names{"account-a"};
    return write::snapshot_name(bank::balance_state(), names);
}

void write_snapshots(house& at) {
    while (at.commands->snapshot_step().or_throw()) {
    }
}

// Ten deposits of 1, folded and written down by the build `b1`.
void leave_snapshot(house& at) {
    deposit_often(at, 10);
    at.balance_of("a");
    write_snapshots(at);
}

// Ten other deposits in a log of this id, and the snapshot as it was left.
void take_over_snapshot(house& at, std::string_view log_id) {
    auto const bytes = at.log->load_state(snapshot_of_a()).or_throw();
    REQUIRE(bytes);
    at.stored = std::make_shared<log::memory::store>(parse_uuid(log_id).or_throw());
    at.restart();
    deposit_often(at, 10);
    at.log->save_state(snapshot_of_a(), *bytes).or_throw();
}

write::executor_options const small{.build_id = "b1", .snapshot_after = 10};

}  // namespace

TEST_CASE("a cached state is caught up by newer events only") {
    house at;
    deposit_often(at, 10);
    CHECK(folds_of_balance(at, "10") == 10);
    CHECK(folds_of_balance(at, "10") == 0);
    deposit_often(at, 2);
    CHECK(folds_of_balance(at, "12") == 2);
    CHECK(at.commands->states().cache_misses == 1);
    CHECK(at.commands->states().cache_hits == 2);
}

TEST_CASE("states not used for long are forgotten and folded again") {
    house at({.cached_states_max = 2});
    deposit_often(at, 3);
    CHECK(folds_of_balance(at, "3") == 3);
    at.balance_of("b");
    CHECK(folds_of_balance(at, "3") == 0);
    at.balance_of("b");
    at.balance_of("c");
    CHECK(folds_of_balance(at, "3") == 3);
}

TEST_CASE("a state whose fold failed half-way is folded again from the start") {
    house at;
    deposit_often(at, 3);
    CHECK(folds_of_balance(at, "3") == 3);
    deposit_often(at, 1);
    bank::in_use().evolve_throws = true;
    std::vector<std::string> const names{"account-a"};
    CHECK(at.commands->state("balance", names).error().kind == errc::failed);
    bank::in_use().evolve_throws = false;
    CHECK(folds_of_balance(at, "4") == 4);
}

TEST_CASE("a state is folded as of any position") {
    house at;
    deposit_often(at, 5);
    std::vector<std::string> const names{"account-a"};
    CHECK(at.commands->state("bank.balance", names, position{3}).or_throw() == "3");
    CHECK(at.commands->state("balance", names, position{0}).or_throw() == "0");
    CHECK(at.commands->state("balance", names).or_throw() == "5");
    CHECK(at.commands->state("balance", names, position{6}).error().kind == errc::invalid);
    CHECK(at.commands->state("balance", {}).error().kind == errc::invalid);
    CHECK(at.commands->state("unheard_of", names).error().kind == errc::not_found);
    CHECK(at.commands->state("card", names).error().code == "not_writable");
}

TEST_CASE("after a restart a long history is not folded again: a snapshot stands for it") {
    house at(small);
    leave_snapshot(at);
    deposit_often(at, 2);
    at.restart();
    CHECK(folds_of_balance(at, "12") == 2);
    CHECK(at.commands->states().snapshots_loaded == 1);
    std::vector<std::string> const names{"account-a"};
    CHECK(at.commands->state("balance", names, position{4}).or_throw() == "4");
}

TEST_CASE("a snapshot is taken only when folding took long") {
    house at(small);
    deposit_often(at, 9);
    at.balance_of("a");
    CHECK(!at.commands->snapshot_step().or_throw());
    deposit_often(at, 1);
    at.balance_of("a");
    CHECK(at.commands->snapshot_step().or_throw());
    CHECK(!at.commands->snapshot_step().or_throw());
}

TEST_CASE("a snapshot of another layout, build or history is never used") {
    house at(small);
    leave_snapshot(at);
    SUBCASE("layout") {
        bank::balance_state().fingerprint = "balance-2";
        at.restart();
    }
    SUBCASE("build") { at.restart({.build_id = "b2"}); }
    SUBCASE("revision given since") {
        bank::balance_state().revision = 1;
        at.restart();
    }
    SUBCASE("another log") { take_over_snapshot(at, "0198c5a0-0000-7cc3-98c4-dc0c0c07398f"); }
    SUBCASE("another history of the same log") {
        take_over_snapshot(at, "0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f");
    }
    CHECK(folds_of_balance(at, "10") == 10);
    CHECK(at.commands->states().snapshots_ignored == 1);
}

TEST_CASE("without a build id there are no snapshots, unless the state has a revision") {
    house at({.snapshot_after = 10});
    deposit_often(at, 10);
    at.balance_of("a");
    CHECK(!at.commands->snapshot_step().or_throw());
    bank::balance_state().revision = 1;
    at.restart();
    at.balance_of("a");
    CHECK(at.commands->snapshot_step().or_throw());
}

TEST_CASE("a revision opts into snapshots of other builds, which are checked by sampled refolds") {
    house at(small);
    bank::balance_state().revision = 1;
    leave_snapshot(at);
    SUBCASE("used as it is") {
        at.restart({.build_id = "b2", .refold_one_in = 0});
        CHECK(folds_of_balance(at, "10") == 0);
    }
    SUBCASE("checked and found right") {
        at.restart({.build_id = "b2", .refold_one_in = 1});
        CHECK(folds_of_balance(at, "10") == 10);
        CHECK(at.commands->states().snapshots_loaded == 1);
    }
    SUBCASE("checked and found wrong") {
        std::string const name = snapshot_of_a();
        auto bytes = *at.log->load_state(name).or_throw();
        bytes.back() = '7';
        at.log->save_state(name, bytes).or_throw();
        at.restart({.build_id = "b2", .refold_one_in = 1});
        CHECK(folds_of_balance(at, "10") == 10);
        CHECK(at.commands->states().snapshots_mistaken == 1);
    }
    SUBCASE("of another revision") {
        bank::balance_state().revision = 2;
        at.restart({.build_id = "b2"});
        CHECK(folds_of_balance(at, "10") == 10);
    }
}

TEST_CASE("a state-stored state is recorded beside its events and loaded from its newest record") {
    house at;
    bank::balance_state().state_stored = true;
    deposit_often(at, 10);  // does not look at the balance: leaves no record
    auto const answer = at.execute("withdraw", money("a", 3)).or_throw();
    CHECK(answer.events.size() == 1);  // the record is the engine's own
    CHECK(to_string(answer.at) == "1.12");
    CHECK(at.types(true).back() == "$state");
    CHECK(at.types().size() == 11);
    at.restart();
    CHECK(folds_of_balance(at, "7") == 0);
    deposit_often(at, 2);
    CHECK(folds_of_balance(at, "9") == 2);
    at.restart();
    CHECK(folds_of_balance(at, "9") == 2);
    auto const page = at.log->read_stream("account-a").or_throw();
    CHECK(page[page.size() - 1].version == version{13});  // versions of its stream stay dense
}

TEST_CASE("a state-stored state that is decided again is recorded as it is then") {
    house at;
    bank::balance_state().state_stored = true;
    deposit_often(at, 5);
    bank::interrupt([&] { at.execute("withdraw", money("a", 2)).or_throw(); });
    REQUIRE(at.execute("withdraw", money("a", 2)).or_throw().accepted());
    at.restart();
    CHECK(folds_of_balance(at, "1") == 0);
}

TEST_CASE("the same command id with a state record beside gives the same events again") {
    house at;
    bank::balance_state().state_stored = true;
    deposit_often(at, 5);
    auto const first = at.execute("withdraw", money("a", 2), {.command_id = "c1"}).or_throw();
    auto again = at.execute("withdraw", money("a", 2), {.command_id = "c1"}).or_throw();
    CHECK(again.repeated);
    CHECK(again.events == first.events);
    CHECK(again.at == first.at);
}

TEST_CASE("a state record of another layout is not used: its events are all there") {
    house at;
    bank::balance_state().state_stored = true;
    deposit_often(at, 5);
    REQUIRE(at.execute("withdraw", money("a", 2)));
    bank::balance_state().fingerprint = "balance-2";
    at.restart();
    CHECK(folds_of_balance(at, "3") == 6);
}

TEST_CASE("a state record of another revision is not used: a corrected fold reaches every state") {
    house at;
    bank::balance_state().state_stored = true;
    SUBCASE("raised") { bank::balance_state().revision = 1; }
    SUBCASE("given since") {}
    deposit_often(at, 5);
    REQUIRE(at.execute("withdraw", money("a", 2)));
    bank::balance_state().revision = 2;
    at.restart();
    CHECK(folds_of_balance(at, "3") == 6);
    REQUIRE(at.execute("withdraw", money("a", 1)));
    at.restart();
    CHECK(folds_of_balance(at, "2") == 0);  // of today's record
}

TEST_CASE("a state record says what it was folded by, and one without a revision is still read") {
    house at;
    bank::balance_state().state_stored = true;
    auto const plain = R"({"state":"balance","fingerprint":"balance-1","value":)";
    auto const revised = R"({"state":"balance","fingerprint":"balance-1","revision":7,"value":)";
    auto const newest = [&] {
        auto const page = at.log->read({.what = {.engine_events = true}}).or_throw();
        REQUIRE(page[page.size() - 1].type == "$state");
        return std::string(page[page.size() - 1].data);
    };
    deposit_often(at, 2);
    REQUIRE(at.execute("withdraw", money("a", 1)));
    CHECK(newest().starts_with(plain));
    at.restart();
    CHECK(folds_of_balance(at, "1") == 0);
    bank::balance_state().revision = 7;
    at.restart();
    REQUIRE(at.execute("withdraw", money("a", 1)));
    CHECK(newest().starts_with(revised));
}
