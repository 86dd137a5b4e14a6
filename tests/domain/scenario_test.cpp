#include "domain/bank.hpp"
#include "domain/invoices.hpp"
#include "domain/parcels.hpp"
#include "domain/school.hpp"
#include "domain/shop.hpp"
#include "domain/users.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using diptych::given;

TEST_CASE("orders are allocated to a batch that has enough, once") {
    using namespace shop;
    batch_created const batch{.batch = {"b1"}, .product = {"TABLE"}, .quantity = 5};
    allocate const order{.order = {"o1"}, .product = {"TABLE"}, .quantity = 3};
    allocated const served{.order = {"o1"}, .product = {"TABLE"}, .batch = {"b1"}, .quantity = 3};
    given<shop::context>().when(order).then_refused(shop::refusal::unknown_product);
    given<shop::context>(batch).when(order).then(served);
    given<shop::context>(batch, served).when(order).then_nothing();
    allocate const other{.order = {"o2"}, .product = {"TABLE"}, .quantity = 3};
    given<shop::context>(batch, served).when(other).then_nothing();
}

TEST_CASE("money moves between two accounts, each folding its own side") {
    using namespace bank;
    money_deposited const start{.account = {"a"}, .cents = 10};
    money_moved const moved{.from = {"a"}, .to = {"b"}, .cents = 7};
    transfer const seven{.from = {"a"}, .to = {"b"}, .cents = 7};
    given<bank::context>(start).when(seven).then(moved);
    given<bank::context>(start, moved).when(seven).then_refused(bank::refusal::too_little);
    given<bank::context>(start, moved)
        .when(transfer{.from = {"b"}, .to = {"a"}, .cents = 7})
        .then(money_moved{.from = {"b"}, .to = {"a"}, .cents = 7});
    given<bank::context>(start)
        .when(transfer{.from = {"a"}, .to = {"a"}, .cents = 1})
        .then_refused(bank::refusal::same_account);
}

TEST_CASE("a command over many things sees the state of each") {
    using namespace bank;
    given<bank::context>(money_moved{.from = {"poor"}, .to = {"rich"}, .cents = 5})
        .when(payout{.lines = {{{"poor"}, 1}, {{"rich"}, 2}, {{"rich"}, 3}}})
        .then(
            money_deposited{.account = {"rich"}, .cents = 2},
            money_deposited{.account = {"rich"}, .cents = 3}
        );
    given<bank::context>().when(payout{.lines = {}}).then_nothing();
    given<bank::context>().when(payout{.lines = {{{"a"}, 1}, {{"b"}, 1}, {{"c"}, 1}}}
    ).then_refused(bank::refusal::too_little);
}

TEST_CASE("a username belongs to one user until it is given up") {
    using namespace users;
    user_registered const ada{.user = {"u1"}, .name = {"ada"}};
    register_user const again{.user = {"u2"}, .name = {"ada"}};
    given<registry>(ada).when(again).then_refused(users::refusal::taken);
    given<registry>(ada).when(register_user{.user = {"u1"}, .name = {"ada"}}).then_nothing();
    given<registry>(ada, user_renamed{.user = {"u1"}, .old_name = {"ada"}, .new_name = {"lady"}})
        .when(again)
        .then(user_registered{.user = {"u2"}, .name = {"ada"}});
    given<registry>(ada, user_renamed{.user = {"u1"}, .old_name = {"ada"}, .new_name = {"lady"}})
        .when(register_user{.user = {"u2"}, .name = {"lady"}})
        .then_refused(users::refusal::taken);
}

TEST_CASE("a rule may look at the student, the course, and the two together") {
    using namespace school;
    course_defined const maths{.course = {"maths"}, .capacity = 1};
    course_defined const art{.course = {"art"}, .capacity = 9};
    student_subscribed const bob{.student = {"bob"}, .course = {"maths"}};
    subscribe const eve{.student = {"eve"}, .course = course_id{"maths"}};
    given<school::context>().when(eve).then_refused(school::refusal::no_course);
    given<school::context>(maths).when(eve).then(
        student_subscribed{.student = {"eve"}, .course = {"maths"}}
    );
    given<school::context>(maths, bob).when(eve).then_refused(school::refusal::full);
    given<school::context>(maths, bob)
        .when(subscribe{.student = {"bob"}, .course = course_id{"maths"}})
        .then_nothing();
    given<school::context>(
        maths, art, bob, student_subscribed{.student = {"bob"}, .course = {"music"}}
    )
        .when(subscribe{.student = {"bob"}, .course = course_id{"art"}})
        .then_refused(school::refusal::busy);
    given<school::context>(maths).when(subscribe{.student = {"bob"}, .course = {}}).then_nothing();
}

TEST_CASE("a state over the whole log counts across streams, and time is handed in") {
    using namespace invoices;
    auto const noon = diptych::timestamp{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};
    auto const drawn = diptych::environment{noon, 42}.new_id();
    invoice_issued const before{.customer = {"c1"}, .number = 8, .key = "k", .issued = noon};
    given<invoices::context>(before)
        .at(noon)
        .seeded(42)
        .when(issue_invoice{.customer = {"c2"}})
        .then(invoice_issued{.customer = {"c2"}, .number = 9, .key = drawn, .issued = noon});
}

TEST_CASE("an id is followed from one state to the next") {
    using namespace parcels;
    deliver const please{.parcel = {"p"}};
    given<parcels::context>().when(please).then_refused(parcels::refusal::not_loaded);
    loaded const light{.parcel = {"p"}, .truck = {"t"}, .grams = 900};
    loaded const other{.parcel = {"q"}, .truck = {"t"}, .grams = 200};
    given<parcels::context>(light).when(please).then(delivered{.parcel = {"p"}});
    given<parcels::context>(light, other).when(please).then_refused(parcels::refusal::overloaded);
    given<parcels::context>(handled{.parcel = {"p"}, .truck = {"t"}, .done = true})
        .when(please)
        .then_nothing();
}

TEST_CASE("what decide throws is a failure that names the command") {
    using namespace bank;
    auto const thrown = given<bank::context>(
                            money_deposited{.account = {"rich"}, .cents = 2'000'000},
                            money_deposited{.account = {"a"}, .cents = 1}
    )
                            .when(transfer{.from = {"a"}, .to = {"rich"}, .cents = 1});
    thrown.then_fails(diptych::errc::failed);
    CHECK(thrown.text() == "failed: decide of transfer threw std::out_of_range: the vault is full");
}

TEST_CASE("a scenario that comes out differently shows both") {
    using namespace bank;
    money_deposited const start{.account = {"a"}, .cents = 10};
    auto const moved =
        given<bank::context>(start).when(transfer{.from = {"a"}, .to = {"b"}, .cents = 7});
    CHECK(moved.makes(money_moved{.from = {"a"}, .to = {"b"}, .cents = 7}));
    CHECK_FALSE(moved.makes(money_moved{.from = {"a"}, .to = {"b"}, .cents = 8}));
    CHECK_FALSE(moved.makes());
    CHECK_FALSE(moved.refuses(bank::refusal::too_little));
    CHECK_THROWS_WITH_AS(
        moved.then(money_moved{.from = {"a"}, .to = {"b"}, .cents = 8}),
        "expected:\n"
        "  money.money_moved {\"from\":\"a\",\"to\":\"b\",\"cents\":8} in account-a, account-b\n"
        "got:\n"
        "! money.money_moved {\"from\":\"a\",\"to\":\"b\",\"cents\":7} in account-a, account-b",
        diptych::scenario_failed
    );
    CHECK_THROWS_AS(moved.then_nothing(), diptych::scenario_failed);
    CHECK_THROWS_AS(moved.then_refused(bank::refusal::too_little), diptych::scenario_failed);
    CHECK_THROWS_AS(moved.then_fails(diptych::errc::failed), diptych::scenario_failed);
    auto const poor = given<bank::context>().when(transfer{.from = {"a"}, .to = {"b"}, .cents = 7});
    CHECK(poor.refuses(bank::refusal::too_little));
    CHECK_THROWS_AS(poor.then_refused(bank::refusal::same_account), diptych::scenario_failed);
    CHECK_THROWS_AS(poor.then_nothing(), diptych::scenario_failed);
}

TEST_CASE("one switch runs the scenarios somewhere else") {
    struct elsewhere : diptych::testing::scenario_runner {
        std::vector<std::string> seen;
        diptych::result<diptych::model::decided> run(diptych::testing::scenario const& what
        ) override {
            seen.push_back(what.given[0].type);
            seen.emplace_back(what.json);
            return diptych::model::decided{};
        }
    } runner;
    auto const run = [] {
        return given<bank::context>(bank::money_deposited{.account = {"a"}, .cents = 1})
            .when(bank::deposit{.account = {"b"}, .cents = 2});
    };
    {
        diptych::testing::use_runner const there{runner};
        run().then_nothing();
    }
    run().then(bank::money_deposited{.account = {"b"}, .cents = 2});
    CHECK(
        runner.seen ==
        std::vector<std::string>{"money.money_deposited", R"({"account":"b","cents":2})"}
    );
}
