#include "conference/registration/context.hpp"

#include <diptych/testing.hpp>

#include <doctest/doctest.h>

using namespace conference::registration;
using conference::money;
using namespace std::chrono_literals;

namespace {

template <class... Event>
auto given(Event const&... event) {
    return diptych::given<context>(event...);
}

from_management::conference_published const published{.conference = {"c1"}};
from_management::conference_unpublished const unpublished{.conference = {"c1"}};
from_management::seat_created const full_seats{
    .conference = {"c1"}, .seat_type = {"full"}, .name = "Full", .quantity = 10, .price = {100'50}
};
from_management::seat_created const free_seats{
    .conference = {"c1"}, .seat_type = {"free"}, .name = "Free", .quantity = 10, .price = {0}
};

constexpr auto now = diptych::timestamp{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

order_line line(std::string type, int requested, int reserved = 0) {
    return {
        .seat_type = {type},
        .name = type == "full" ? "Full" : "Free",
        .unit_price = {type == "full" ? 100'50 : 0},
        .requested = requested,
        .reserved = reserved
    };
}
order_placed placed(std::vector<order_line> lines) {
    return {
        .order = {"o1"},
        .conference = {"c1"},
        .revision = 1,
        .lines = std::move(lines),
        .expires_at = now + 15min,
        .buffer = 14min,
        .access_code = conference::draw_access_code({now, 1}),
        .reservation = reservation_id{"o1"}
    };
}
order_updated updated(int revision, std::vector<order_line> lines) {
    return {.order = {"o1"}, .revision = revision, .lines = std::move(lines)};
}
order_totals_calculated totals(int full, money total, money discount = {}) {
    order_totals_calculated made{
        .order = {"o1"},
        .lines = {},
        .discount = discount,
        .total = total,
        .is_free_of_charge = false
    };
    if (full > 0)
        made.lines = {
            {.seat_type = {"full"},
             .description = "Full",
             .unit_price = {100'50},
             .quantity = full,
             .line_total = money{100'50} * full}
        };
    return made;
}
order_reservation_completed completed(std::vector<order_line> lines) {
    return {.order = {"o1"}, .revision = 1, .lines = std::move(lines)};
}
order_partially_reserved partially(std::vector<order_line> lines) {
    return {.order = {"o1"}, .revision = 1, .lines = std::move(lines)};
}
register_to_conference want(std::vector<seat_quantity> seats) {
    return {.order = {"o1"}, .conference = {"c1"}, .seats = std::move(seats)};
}
mark_seats_as_reserved mark(int revision, std::vector<seat_quantity> seats) {
    return {.order = {"o1"}, .revision = revision, .seats = std::move(seats)};
}
from_payments::payment_completed paid(money amount) {
    return {.payment = {"p1"}, .order = {"o1"}, .amount = amount};
}

seats_reserved granted(int quantity, int request = 1, std::string type = "full") {
    return {
        .conference = {"c1"},
        .reservation = {"o1"},
        .request = request,
        .granted = {{{type}, quantity}},
        .changes = {{{type}, -quantity}}
    };
}

auto const two = placed({line("full", 2)});
auto const two_cost = totals(2, {201'00});
auto const two_reserved = completed({line("full", 2, 2)});
order_confirmed const confirmed{.order = {"o1"}};
order_expired const expired{.order = {"o1"}, .promotion = {}};

}  // namespace

TEST_CASE("an order is placed at today's prices, and expires when the terms say") {
    given(published, full_seats).when(want({{{"full"}, 2}})).then(two, two_cost);
    reservation_terms_set const terms{.conference = {"c1"}, .window = 2s, .buffer = 1s};
    auto sooner = two;
    sooner.expires_at = now + 2s;
    sooner.buffer = 1s;
    given(published, full_seats, terms).when(want({{{"full"}, 2}})).then(sooner, two_cost);
}

TEST_CASE("terms are times that are not negative, and of a year at most") {
    set_reservation_terms terms{.conference = {"c1"}, .window = 2s, .buffer = 0s};
    given().when(terms).then(reservation_terms_set{.conference = {"c1"}, .window = 2s, .buffer = 0s}
    );
    terms.window = 0s;
    given().when(terms).then_refused(refusal::time_not_positive);
    terms = {.conference = {"c1"}, .window = 366 * 24h, .buffer = 0s};
    given().when(terms).then_refused(refusal::time_too_long);
    terms = {.conference = {"c1"}, .window = 1s, .buffer = 366 * 24h};
    given().when(terms).then_refused(refusal::time_too_long);
    terms = {.conference = {"c1"}, .window = 15min, .buffer = 14min};
    given().when(terms).then_nothing();
}

TEST_CASE("terms from before there was a limit count as far as it goes") {
    reservation_terms_set const endless{
        .conference = {"c1"}, .window = 200'000'000h, .buffer = 200'000'000h
    };
    auto later = two;
    later.expires_at = now + 365 * 24h;
    later.buffer = 365 * 24h;
    given(published, full_seats, endless).when(want({{{"full"}, 2}})).then(later, two_cost);
}

TEST_CASE("the id of an order is short enough for the names that are made of it") {
    auto wanted = want({{{"full"}, 2}});
    wanted.order.value = std::string(200, 'o');
    CHECK_FALSE(given(published, full_seats).when(wanted).refuses(refusal::id_too_long));
    wanted.order.value += 'o';
    given(published, full_seats).when(wanted).then_refused(refusal::id_too_long);
    auto old = two;
    old.order = wanted.order;
    CHECK_FALSE(given(published, full_seats, old).when(wanted).refuses(refusal::id_too_long));
    given(published, full_seats)
        .when(join_wait_list{wanted.order, {"c1"}, "a@b", wanted.seats})
        .then_refused(refusal::id_too_long);
}

TEST_CASE("P4-09 an unpublished conference is not sold") {
    given(full_seats).when(want({{{"full"}, 2}})).then_refused(refusal::conference_not_published);
    given(published, full_seats, unpublished)
        .when(want({{{"full"}, 2}}))
        .then_refused(refusal::conference_not_published);
    given(published, full_seats, two, two_cost, unpublished)
        .when(want({{{"full"}, 3}}))
        .then_refused(refusal::conference_not_published);
}

TEST_CASE("an order wants at least one seat, none negative, of types that there are") {
    auto const open = given(published, full_seats, free_seats);
    open.when(want({})).then_refused(refusal::no_seats_wanted);
    open.when(want({{{"full"}, 0}})).then_refused(refusal::no_seats_wanted);
    open.when(want({{{"full"}, 1}, {{"free"}, -1}})).then_refused(refusal::quantity_negative);
    open.when(want({{{"gold"}, 1}})).then_refused(refusal::unknown_seat_type);
    open.when(want({{{"full"}, 0}, {{"free"}, 1}}))
        .then(
            placed({line("free", 1)}),
            order_totals_calculated{
                .order = {"o1"},
                .lines = {{{"free"}, "Free", {0}, 1, {0}}},
                .discount = {},
                .total = {},
                .is_free_of_charge = true
            }
        );
}

TEST_CASE("an order that would cost more than money can say is refused, discounted or not") {
    auto gold = full_seats;
    gold.price = {1'000'000'00};
    auto const dear = given(published, gold);
    dear.when(want({{{"full"}, 101}})).then_refused(refusal::total_too_large);
    CHECK_FALSE(dear.when(want({{{"full"}, 100}})).refuses(refusal::total_too_large));
    auto one_cent = free_seats;
    one_cent.price = {1};
    given(published, gold, one_cent)
        .when(want({{{"full"}, 100}, {{"free"}, 1}}))
        .then_refused(refusal::total_too_large);
    given(published, gold, two, two_cost)
        .when(want({{{"full"}, 200}}))
        .then_refused(refusal::total_too_large);
    given(published, gold, two, two_cost, promotion_applied{{"o1"}, {"ALL"}, 100})
        .when(want({{{"full"}, 200}}))
        .then_refused(refusal::total_too_large);
    dear.when(join_wait_list{{"o1"}, {"c1"}, "a@b", {{{"full"}, 101}}}
    ).then_refused(refusal::total_too_large);
}

TEST_CASE("P4-05 the same order again is no second one, other seats are a revision of it") {
    auto const begun = given(published, full_seats, two, two_cost);
    begun.when(want({{{"full"}, 2}})).then_nothing();
    begun.when(want({{{"full"}, 3}})).then(updated(2, {line("full", 3)}), totals(3, {301'50}));
    given(published, full_seats, two, two_cost, partially({line("full", 2, 1)}))
        .when(want({{{"full"}, 2}}))
        .then(updated(2, {line("full", 2)}), two_cost);
    auto elsewhere = want({{{"full"}, 2}});
    elsewhere.conference = {"c2"};
    begun.when(elsewhere).then_refused(refusal::order_of_other_conference);
}

TEST_CASE("P4-11 an order that is confirmed or expired is not changed") {
    auto const over = given(published, full_seats, two, two_cost, expired);
    auto const done = given(published, full_seats, two, two_cost, two_reserved, confirmed);
    assign_registrant_details const registrant{
        .order = {"o1"}, .first_name = "A", .last_name = "B", .email = "a@b"
    };
    over.when(want({{{"full"}, 3}})).then_refused(refusal::order_is_expired);
    done.when(want({{{"full"}, 3}})).then_refused(refusal::order_is_confirmed);
    over.when(mark(1, {{{"full"}, 2}})).then_refused(refusal::order_is_expired);
    done.when(mark(1, {{{"full"}, 2}})).then_refused(refusal::order_is_confirmed);
    over.when(registrant).then_refused(refusal::order_is_expired);
    done.when(registrant).then_refused(refusal::order_is_confirmed);
    over.when(confirm_order{{"o1"}}).then_refused(refusal::order_is_expired);
    done.when(reject_order{{"o1"}}).then_refused(refusal::order_is_confirmed);
}

TEST_CASE("a reservation is complete when each line got exactly what it asked for") {
    auto const begun = given(published, full_seats, two, two_cost);
    auto const got = [](auto const&... it) {
        return given(published, full_seats, two, two_cost, it...);
    };
    got(granted(2)).when(mark(1, {{{"full"}, 2}})).then(two_reserved);
    got(granted(1))
        .when(mark(1, {{{"full"}, 1}}))
        .then(partially({line("full", 2, 1)}), totals(1, {100'50}));
    begun.when(mark(1, {{{"full"}, 2}})).then_refused(refusal::seats_not_reserved);
    got(granted(1)).when(mark(1, {{{"full"}, 2}})).then_refused(refusal::seats_not_reserved);
    got(granted(2, 0)).when(mark(1, {{{"full"}, 2}})).then_refused(refusal::seats_not_reserved);
    got(granted(2), seats_reservation_cancelled{{"c1"}, {"o1"}, {{{"full"}, 2}}})
        .when(mark(1, {{{"full"}, 2}}))
        .then_refused(refusal::seats_not_reserved);
    given().when(mark(1, {})).then_refused(refusal::unknown_order);
}

TEST_CASE("P4-14 nothing reserved is not free of charge") {
    given(published, full_seats, two, two_cost, granted(0))
        .when(mark(1, {{{"full"}, 0}}))
        .then(partially({line("full", 2, 0)}), totals(0, {}));
    given(published, full_seats, two, two_cost, partially({line("full", 2, 0)}), totals(0, {}))
        .when(confirm_order{{"o1"}})
        .then_refused(refusal::seats_not_reserved);
}

TEST_CASE("P4-02 what was reserved for an older revision, or twice, does not count") {
    auto const changed = given(published, full_seats, two, two_cost, updated(2, {line("full", 3)}));
    changed.when(mark(1, {{{"full"}, 2}})).then_nothing();
    given(two, two_cost, two_reserved).when(mark(1, {{{"full"}, 2}})).then_nothing();
}

TEST_CASE("a registrant has two names and an address") {
    assign_registrant_details asked{
        .order = {"o1"}, .first_name = "Ada", .last_name = "Byron", .email = "ada@example.org"
    };
    given(two).when(asked).then(order_registrant_assigned{
        .order = {"o1"}, .first_name = "Ada", .last_name = "Byron", .email = "ada@example.org"
    });
    asked.email = "ada";
    given(two).when(asked).then_refused(refusal::email_malformed);
    asked.first_name = "";
    given(two).when(asked).then_refused(refusal::name_empty);
    given().when(asked).then_refused(refusal::unknown_order);
}

TEST_CASE("an order is confirmed when it is reserved and paid") {
    auto const confirm = confirm_order{{"o1"}};
    given(two, two_cost, granted(2), two_reserved, paid({201'00})).when(confirm).then(confirmed);
    given(two, two_cost, two_reserved, paid({201'00}))
        .when(confirm)
        .then_refused(refusal::seats_not_reserved);
    given(two, two_cost, granted(2), two_reserved, paid({100'00}), paid({101'00}))
        .when(confirm)
        .then(confirmed);
    given(two, two_cost, granted(2), two_reserved, paid({200'99}))
        .when(confirm)
        .then_refused(refusal::not_paid);
    refund_required const back{
        .order = {"o1"}, .payment = {"p1"}, .amount = {1'00}, .reason = "too little"
    };
    given(two, two_cost, granted(2), two_reserved, paid({1'00}), back, paid({200'00}))
        .when(confirm)
        .then_refused(refusal::not_paid);
    given(two, two_cost, granted(2), two_reserved, paid({1'00}), back, paid({201'00}))
        .when(confirm)
        .then(confirmed);
    given(two, two_cost, paid({201'00})).when(confirm).then_refused(refusal::seats_not_reserved);
    given(two, two_cost, two_reserved, confirmed).when(confirm).then_nothing();
    given().when(confirm).then_refused(refusal::unknown_order);
}

TEST_CASE("S4-67 an order that costs nothing is confirmed without a payment") {
    auto const gratis = placed({line("free", 1)});
    auto const nothing = totals(0, {});
    given(gratis, nothing, granted(1, 1, "free"), completed({line("free", 1, 1)}))
        .when(confirm_order{{"o1"}})
        .then(confirmed);
}

TEST_CASE("an order expires once") {
    given(two, two_cost).when(reject_order{{"o1"}}).then(expired);
    given(two, two_cost, expired).when(reject_order{{"o1"}}).then_nothing();
    given().when(reject_order{{"o1"}}).then_refused(refusal::unknown_order);
}

TEST_CASE("S4-68 an expired order that was reserved and is paid can be reinstated") {
    reinstate_order const asked{.order = {"o1"}};
    order_reinstated const reinstated{.order = {"o1"}, .promotion = {}};
    given(two, two_cost, two_reserved, expired, paid({201'00}), granted(2, 2))
        .when(asked)
        .then(reinstated, confirmed);
    given(two, two_cost, two_reserved, expired, paid({201'00}))
        .when(asked)
        .then_refused(refusal::seats_not_reserved);
    given(two, two_cost, two_reserved, expired, paid({1'00}), granted(2, 2))
        .when(asked)
        .then_refused(refusal::not_paid);
    given(two, two_cost, expired, paid({201'00}))
        .when(asked)
        .then_refused(refusal::seats_not_reserved);
    given(two, two_cost, two_reserved, paid({201'00}))
        .when(asked)
        .then_refused(refusal::order_not_expired);
    given(two, two_cost, two_reserved, expired, reinstated, confirmed).when(asked).then_nothing();
}

TEST_CASE("an order that was recorded as paid long ago is a confirmed one") {
    auto const& context_now = diptych::context_model<context>();
    auto const is_it = [](auto const& one) { return one.type == "registration.order_confirmed"; };
    auto const found = std::ranges::find_if(context_now.events, is_it);
    REQUIRE(found != context_now.events.end());
    CHECK(found->formerly == std::vector<std::string>{"registration.order_payment_confirmed"});
}

TEST_CASE("S4-69 a promotion takes so many percent off, rounded half to even") {
    promotion_created const half{
        .promotion = {"HALF"}, .conference = {"c1"}, .percent = 50, .uses = 1, .until = {}
    };
    apply_promotion const asked{.order = {"o1"}, .promotion = {"HALF"}};
    promotion_applied const applied{.order = {"o1"}, .promotion = {"HALF"}, .percent = 50};
    auto const one = placed({line("full", 1)});
    given(one, totals(1, {100'50}), half).when(asked).then(applied, totals(1, {50'25}, {50'25}));
    given(one, half, applied).when(asked).then_nothing();
    given(one, half, applied, two_reserved)
        .when(want({{{"full"}, 3}}))
        .then_refused(refusal::conference_not_published);
    given(published, full_seats, one, half, applied)
        .when(want({{{"full"}, 3}}))
        .then(updated(2, {line("full", 3)}), totals(3, {150'75}, {150'75}));
    given(two, half, partially({line("full", 2, 1)}))
        .when(asked)
        .then(applied, totals(1, {50'25}, {50'25}));
    given(one).when(asked).then_refused(refusal::unknown_promotion);
    given(half).when(asked).then_refused(refusal::unknown_order);
}

TEST_CASE("S4-69 a promotion is of a conference, for so many orders, for so long") {
    promotion_created code{
        .promotion = {"HALF"}, .conference = {"c1"}, .percent = 50, .uses = 1, .until = {}
    };
    apply_promotion const asked{.order = {"o1"}, .promotion = {"HALF"}};
    promotion_applied const by_other{.order = {"o2"}, .promotion = {"HALF"}, .percent = 50};
    order_expired const other_expired{.order = {"o2"}, .promotion = promotion_id{"HALF"}};
    given(two, code, by_other).when(asked).then_refused(refusal::promotion_used_up);
    CHECK_FALSE(
        given(two, code, by_other, other_expired).when(asked).refuses(refusal::promotion_used_up)
    );
    given(two, code, promotion_applied{{"o1"}, {"OTHER"}, 10})
        .when(asked)
        .then_refused(refusal::one_promotion_only);
    given(two, two_reserved, confirmed, code).when(asked).then_refused(refusal::order_is_confirmed);
    given(two, expired, code).when(asked).then_refused(refusal::order_is_expired);
    code.until = now - 1s;
    given(two, code).when(asked).then_refused(refusal::promotion_over);
    code.until = now;
    CHECK_FALSE(given(two, code).when(asked).refuses(refusal::promotion_over));
    code.conference = {"c2"};
    given(two, code).when(asked).then_refused(refusal::promotion_of_other_conference);
}
