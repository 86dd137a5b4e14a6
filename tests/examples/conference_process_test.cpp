#include "conference/registration/context.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

#include <utility>

using namespace conference::registration;
using conference::money;
using namespace std::chrono_literals;

namespace {

// [given]
template <class... Event>
auto after(Event const&... event) {
    return diptych::given<context>(event...).template reacting<registration_process>();
}
// [given]

constexpr auto today = diptych::timestamp{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
using quantities = std::vector<seat_quantity>;
quantities seats(int quantity) { return {{{"full"}, quantity}}; }
std::vector<order_line> lines(int requested, int reserved = 0) {
    return {
        {.seat_type = {"full"},
         .name = "Full",
         .unit_price = {100'00},
         .requested = requested,
         .reserved = reserved}
    };
}

order_placed const placed{
    .order = {"o1"},
    .conference = {"c1"},
    .revision = 1,
    .lines = lines(2),
    .expires_at = today + 15min,
    .buffer = 14min,
    .access_code = "ABCDEF"
};
order_totals_calculated const totals{
    .order = {"o1"}, .lines = {}, .discount = {}, .total = {200'00}, .is_free_of_charge = false
};
order_updated const updated{.order = {"o1"}, .revision = 2, .lines = lines(3)};
seats_reserved granted(int request, int quantity) {
    return {
        .conference = {"c1"},
        .reservation = {"o1"},
        .request = request,
        .granted = seats(quantity),
        .changes = {}
    };
}
order_reservation_completed const completed{.order = {"o1"}, .revision = 1, .lines = lines(2, 2)};
order_partially_reserved const partially{.order = {"o1"}, .revision = 1, .lines = lines(2, 1)};
order_confirmed const confirmed{.order = {"o1"}};
order_expired const expired{.order = {"o1"}, .promotion = {}};
from_payments::payment_completed paid(std::string payment, money amount = {200'00}) {
    return {.payment = {payment}, .order = {"o1"}, .amount = amount};
}
refund_required const refunded{
    .order = {"o1"}, .payment = {"p1"}, .amount = {200'00}, .reason = ""
};

make_seat_reservation reserve(int request, int quantity) {
    return {
        .reservation = {"o1"}, .conference = {"c1"}, .request = request, .seats = seats(quantity)
    };
}
mark_seats_as_reserved mark(int revision, int quantity) {
    return {.order = {"o1"}, .revision = revision, .seats = seats(quantity)};
}
require_refund refund(std::string payment, std::string reason, money amount = {200'00}) {
    return {.order = {"o1"}, .payment = {payment}, .amount = amount, .reason = std::move(reason)};
}
reject_order const reject{.order = {"o1"}};
confirm_order const confirm{.order = {"o1"}};
reinstate_order const reinstate{.order = {"o1"}};
cancel_seat_reservation const cancel{.reservation = {"o1"}, .conference = {"c1"}};
commit_seat_reservation const commit{.reservation = {"o1"}, .conference = {"c1"}};

}  // namespace

// [scenario]
TEST_CASE("seats are asked for when an order is placed, and again when it is changed") {
    after(placed).then_sends(reserve(1, 2));
    after(placed, totals, updated).then_sends(reserve(2, 3));
    after(placed, totals, granted(1, 2), completed, updated).then_sends(reserve(2, 3));
}
// [scenario]

TEST_CASE("an order expires after its window and the buffer behind it") {
    auto const made = after(placed).reaction();
    REQUIRE(made);
    REQUIRE(made->start.size() == 1);
    CHECK(made->start[0].name == "expiry");
    CHECK(made->start[0].delay == 29min);
}

TEST_CASE("an order that comes too late is rejected at once, and no seat is asked for") {
    auto late = placed;
    late.expires_at = today;
    after(late).then_sends(reject);
}

TEST_CASE("what is granted is told to the order") {
    after(placed, granted(1, 2)).then_sends(mark(1, 2));
    after(placed, granted(1, 0)).then_sends(mark(1, 0));
}

TEST_CASE("P4-02 only the newest request counts, and it counts once") {
    after(placed, updated, granted(1, 2)).then_sends();
    after(placed, updated, granted(2, 3)).then_sends(mark(2, 3));
    after(placed, granted(1, 2), completed, granted(1, 2)).then_sends();
    after(placed, granted(1, 2), completed, confirmed, granted(1, 2)).then_sends();
}

TEST_CASE("P4-11 seats that are reserved for nobody are given back") {
    auto stray = cancel;
    stray.request = 1;
    after(granted(1, 2)).then_sends(stray);
    after(granted(0, 2)).then_sends();  // for who waits: the order comes in a moment
    after(placed, expired, granted(1, 2)).then_sends(cancel);
    after(placed, expired, granted(7, 2)).then_sends(cancel);
    auto elsewhere = granted(1, 2);
    elsewhere.conference = {"c2"};
    after(placed, elsewhere)
        .then_sends(cancel_seat_reservation{.reservation = {"o1"}, .conference = {"c2"}});
}

TEST_CASE("a reserved order is confirmed when it is paid, whichever comes first") {
    after(placed, totals, granted(1, 2), completed, paid("p1")).then_sends(confirm);
    after(placed, totals, paid("p1")).then_sends();
    after(placed, totals, paid("p1"), granted(1, 2), completed).then_sends(confirm);
    after(placed, totals, granted(1, 2), completed).then_sends();
}

TEST_CASE("what was too little is enough when a promotion comes before it is paid back") {
    auto less = totals;
    less.total = {100'00};
    auto const half = paid("p1", {100'00});
    after(placed, totals, granted(1, 2), completed, half, less).then_sends(confirm);
    after(placed, totals, granted(1, 2), completed, less).then_sends();
    after(placed, totals, half, less).then_sends();
    less.total = {150'00};
    after(placed, totals, granted(1, 2), completed, half, less).then_sends();
}

TEST_CASE("an order whose seats are given back by hand ends, and what is paid for it goes back") {
    seats_reservation_cancelled back{
        .conference = {"c1"}, .reservation = {"o1"}, .changes = seats(2)
    };
    after(placed, back).then_sends(reject);
    after(placed, totals, granted(1, 1), partially, back).then_sends(reject);
    after(placed, totals, granted(1, 2), completed, back).then_sends(reject);
    after(placed, totals, granted(1, 2), completed, expired, back).then_sends();
    after(placed, totals, granted(1, 2), completed, expired, paid("p1"), back).then_sends();
    after(back).then_sends();
    after(back, placed).then_sends(reserve(1, 2));
    back.conference = {"c2"};
    after(placed, back).then_sends();
}

TEST_CASE("a payment for a part waits until the part is ordered as such") {
    after(placed, totals, granted(1, 1), partially, paid("p1")).then_sends();
    after(placed, totals, granted(1, 1), partially, paid("p1"), expired)
        .then_sends(cancel, refund("p1", "The order expired before its seats were reserved"));
}

TEST_CASE("a confirmed order keeps its seats, and its clock is stopped") {
    auto const done = after(placed, totals, granted(1, 2), completed, paid("p1"), confirmed);
    done.then_sends(commit);
    CHECK(done.reaction()->cancel == std::vector<std::string>{"expiry", "ask again"});
}

TEST_CASE("who pays twice gets the second payment back") {
    after(placed, totals, granted(1, 2), completed, paid("p1"), confirmed, paid("p2"))
        .then_sends(refund("p2", "The order is paid already"));
    after(placed, totals, granted(1, 2), completed, paid("p1"), paid("p2"), confirmed)
        .then_sends(commit, refund("p2", "The order is paid already"));
    after(
        placed,
        totals,
        granted(1, 2),
        completed,
        paid("p1", {150'00}),
        paid("p2", {50'00}),
        confirmed
    )
        .then_sends(commit);
    auto const surplus = paid("p1", {500'00});
    after(placed, totals, granted(1, 2), completed, surplus, confirmed)
        .then_sends(commit, refund("p1", "The order is paid already", {500'00}));
}

TEST_CASE("seats of an expired order go back, and its clock is stopped") {
    auto const over = after(placed, totals, granted(1, 2), completed, expired);
    over.then_sends(cancel);
    CHECK(over.reaction()->cancel == std::vector<std::string>{"expiry", "ask again"});
}

TEST_CASE("S4-68 a payment after expiry asks for the same seats once more") {
    auto const late =
        diptych::given<context>(placed, totals, granted(1, 2), completed, expired, paid("p1"));
    late.reacting<registration_process>().then_sends(reserve(2, 2));
    after(placed, totals, granted(1, 2), completed, expired, paid("p1"), granted(2, 2))
        .then_sends(reinstate);
    after(placed, totals, granted(1, 2), completed, expired, paid("p1"), granted(2, 1))
        .then_sends(cancel, refund("p1", "The seats of the expired order are taken"));
    after(placed, totals, granted(1, 2), completed, expired, paid("p1"), granted(2, 2), confirmed)
        .then_sends(commit);
}

TEST_CASE("S4-68 who has paid when the order expires keeps the seats until it is known") {
    after(placed, totals, granted(1, 2), completed, paid("p1"), expired).then_sends(reserve(2, 2));
}

TEST_CASE("S4-68 seats that were held for a payment go back when that is paid back by hand") {
    after(placed, totals, granted(1, 2), completed, paid("p1"), expired, refunded)
        .then_sends(cancel);
    after(placed, totals, granted(1, 2), completed, paid("p1"), paid("p2"), expired, refunded)
        .then_sends();
}

TEST_CASE("S4-68 a payment for seats that were never reserved, or for no order, goes back") {
    after(placed, totals, expired, paid("p1"))
        .then_sends(refund("p1", "The order expired before its seats were reserved"));
    after(placed, totals, granted(1, 2), completed, updated, expired, paid("p1"))
        .then_sends(refund("p1", "The order expired before its seats were reserved"));
    after(paid("p1")).then_sends(refund("p1", "There is no such order"));
}

TEST_CASE("S4-68 who pays late twice is served once: the seats are asked for again each time") {
    after(
        placed,
        totals,
        granted(1, 2),
        completed,
        expired,
        paid("p1"),
        granted(2, 1),
        refunded,
        paid("p2")
    )
        .then_sends(reserve(3, 2));
}

TEST_CASE("S4-68 a payment that comes while seats are asked for again asks with a new number") {
    auto const taken = "The seats of the expired order are taken";
    auto const late = [](auto const&... then) {
        return after(placed, totals, granted(1, 2), completed, expired, paid("p1"), then...);
    };
    late(paid("p2")).then_sends(reserve(3, 2));
    late(paid("p2"), granted(2, 1)).then_sends();
    late(paid("p2"), granted(2, 2)).then_sends();
    late(paid("p2"), granted(2, 1), granted(3, 2)).then_sends(reinstate);
    late(granted(2, 1), paid("p2")).then_sends(reserve(3, 2));
    late(granted(2, 1), paid("p2"), granted(3, 1))
        .then_sends(cancel, refund("p1", taken), refund("p2", taken));
    late(granted(2, 1), paid("p2"), refunded, granted(3, 1))
        .then_sends(cancel, refund("p2", taken));
    late(granted(2, 1), paid("p2"), refunded, granted(3, 2)).then_sends(reinstate);
    late(granted(2, 2), paid("p2")).then_sends(reserve(3, 2));
    late(granted(2, 2), paid("p2"), confirmed)
        .then_sends(commit, refund("p2", "The order is paid already"));
}

namespace {

// A process to which this has happened.
template <class... Event>
registration_process folded(Event const&... event) {
    registration_process process;
    (process.evolve(event), ...);
    return process;
}

std::string names_in(diptych::reaction const& made) {
    std::string names;
    for (auto const& one : made.commands()) names += (names.empty() ? "" : " ") + one.name;
    return names;
}

std::string when_due(registration_process const& process, std::string timer) {
    return names_in(process.react(diptych::timer_due{.timer = std::move(timer), .due = {}}));
}

}  // namespace

TEST_CASE("when its time is over an open order is rejected, and no other") {
    CHECK(when_due(folded(placed), "expiry") == "reject_order");
    CHECK(when_due(folded(placed, partially), "expiry") == "reject_order");
    CHECK(when_due(folded(placed, completed), "expiry") == "reject_order");
    CHECK(when_due(folded(placed, completed, confirmed), "expiry").empty());
    CHECK(when_due(folded(placed, expired), "expiry").empty());
}

TEST_CASE("P4-03 seats that management has not delivered yet are asked for again a little later") {
    diptych::refused<make_seat_reservation> const no{
        .command = reserve(1, 2), .id = "", .reason = "unknown_seat_type", .detail = ""
    };
    auto const again = folded(placed).react(no).started();
    REQUIRE(again.size() == 1);
    CHECK(again[0].name == "ask again");
    CHECK(folded(placed, updated).react(no).started().empty());  // a newer one is on its way
    CHECK(when_due(folded(placed), "ask again") == "make_seat_reservation");
    CHECK(when_due(folded(placed, completed), "ask again").empty());
}

TEST_CASE("too little paid is paid back, an order that changed meanwhile is told otherwise") {
    diptych::refused<confirm_order> no{
        .command = confirm, .id = "", .reason = "not_paid", .detail = "1.00 of 200.00 are paid"
    };
    auto const process = folded(placed, totals, completed, paid("p1", {1'00}));
    auto const back = process.react(no).commands();
    REQUIRE(back.size() == 1);
    CHECK(
        back[0].json ==
        R"({"order":"o1","payment":"p1","amount":"1.00","reason":"Too little was paid: 1.00 of 200.00 are paid"})"
    );
    auto more = process;
    more.evolve(paid("p2", {199'00}));
    CHECK(names_in(more.react(no)).empty());  // together they are enough, and that is asked
    no.reason = "order_is_expired";
    CHECK(names_in(process.react(no)).empty());
}

TEST_CASE("an order that can not be reinstated gives seats and money back") {
    diptych::refused<reinstate_order> const no{
        .command = reinstate, .id = "", .reason = "not_paid", .detail = ""
    };
    auto process = folded(placed, totals, completed, expired, paid("p1", {1'00}), granted(2, 2));
    CHECK(names_in(process.react(no)) == "cancel_seat_reservation require_refund");
    process.evolve(paid("p2"));
    CHECK(names_in(process.react(no)).empty());  // its seats are asked for, and that decides
}
