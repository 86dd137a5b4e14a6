// The conference on a disk that lies: however registrants, organisers and payments come together
// and whenever the power fails, seats and money are accounted for.
#include "conference/management/conferences.hpp"
#include "conference/payments/payments.hpp"
#include "conference/registration/context.hpp"

#include <diptych/simulation.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

using namespace std::chrono_literals;
using conference::money;

namespace {

namespace management = conference::management;
namespace payments = conference::payments;
namespace registration = conference::registration;

using seats = std::map<registration::seat_type_id, int>;

seats positive(seats all) {
    std::erase_if(all, [](auto const& one) { return one.second == 0; });
    return all;
}

/// Each seat is free, or somebody's; and at rest it is somebody's only if it is of a confirmed
/// order, which has all that it was confirmed with, nobody waits for what is free, there are as
/// many seats as were announced, and of money just what such an order costs is kept.
struct every_seat_and_payment_is_accounted_for {
    std::map<registration::conference_id, seats> supplied;
    std::map<registration::conference_id, seats> free;
    std::map<registration::conference_id, std::map<std::string, seats>> reserved;  // for orders
    std::map<std::string, registration::conference_id> placed;  // orders, and where
    std::map<std::string, seats> promised;                      // of orders
    std::set<std::string> confirmed;                            // orders
    std::map<std::string, std::string> kept;  // payments, by whose order they were
    std::map<std::string, money> amounts;     // of payments, that are kept
    std::map<std::string, money> totals;      // of orders
    std::map<registration::conference_id, seats> announced;
    std::map<registration::conference_id, std::map<std::string, seats>> waiting;  // for orders
    std::set<registration::conference_id> published;
    std::optional<std::string> oversold;

    void evolve(registration::available_seats_changed const& e) {
        for (auto const& one : e.seats) {
            supplied[e.conference][one.seat_type] += one.quantity;
            free[e.conference][one.seat_type] += one.quantity;
        }
    }
    void evolve(registration::seats_reserved const& e) {
        for (auto const& one : e.changes) {
            auto& left = free[e.conference][one.seat_type] += one.quantity;
            if (one.quantity < 0 && left < 0) oversold = one.seat_type.value + " is oversold";
        }
        auto& mine = reserved[e.conference][e.reservation.value];
        for (auto const& one : e.changes) mine[one.seat_type] -= one.quantity;
    }
    void evolve(registration::seats_reservation_cancelled const& e) {
        for (auto const& one : e.changes) free[e.conference][one.seat_type] += one.quantity;
        reserved[e.conference].erase(e.reservation.value);
    }
    void evolve(registration::from_management::seat_created const& e) {
        announced[e.conference][e.seat_type] = e.quantity;
    }
    void evolve(registration::from_management::seat_updated const& e) {
        announced[e.conference][e.seat_type] = e.quantity;
    }
    void evolve(registration::order_totals_calculated const& e) { totals[e.order.value] = e.total; }
    void evolve(registration::from_management::conference_published const& e) {
        published.insert(e.conference);
    }
    void evolve(registration::from_management::conference_unpublished const& e) {
        published.erase(e.conference);
    }
    void evolve(registration::wait_list_joined const& e) {
        for (auto const& one : e.seats)
            waiting[e.conference][e.order.value][one.seat_type] = one.quantity;
    }
    void evolve(registration::wait_list_left const& e) {
        waiting[e.conference].erase(e.order.value);
    }
    void evolve(registration::wait_list_called const& e) {
        waiting[e.conference].erase(e.order.value);
    }
    void evolve(registration::order_placed const& e) {
        placed[e.order.value] = e.conference;
        waiting[e.conference].erase(e.order.value);
    }
    void evolve(registration::order_reservation_completed const& e) {
        auto& all = promised[e.order.value];
        all.clear();
        for (auto const& line : e.lines) all[line.seat_type] = line.reserved;
    }
    void evolve(registration::order_confirmed const& e) { confirmed.insert(e.order.value); }
    void evolve(registration::from_payments::payment_completed const& e) {
        kept[e.payment.value] = e.order.value;
        amounts[e.payment.value] = e.amount;
    }
    void evolve(registration::refund_required const& e) {
        auto& left = amounts[e.payment.value];
        left = left - e.amount;
        if (left == money{}) kept.erase(e.payment.value);
    }

    bool are_free(registration::conference_id const& where, seats const& wanted) const {
        auto const there = free.find(where);
        return there != free.end() && std::ranges::all_of(wanted, [&](auto const& one) {
                   auto const found = there->second.find(one.first);
                   return one.second == 0 ||
                          (found != there->second.end() && found->second >= one.second);
               });
    }

    std::optional<std::string> broken() const {
        if (oversold) return oversold;
        auto all = free;
        for (auto const& [where, orders] : reserved)
            for (auto const& [order, mine] : orders)
                for (auto const& [type, count] : mine) all[where][type] += count;
        for (auto const& [where, types] : supplied)
            for (auto const& [type, count] : types)
                if (all[where][type] != count)
                    return type.value + " has " + std::to_string(count) + " seats, of which " +
                           std::to_string(all[where][type]) + " are somewhere";
        return {};
    }

    std::optional<std::string> broken_at_rest() const {
        for (auto const& [where, orders] : reserved)
            for (auto const& [order, mine] : orders)
                if (!confirmed.contains(order) || placed.at(order) != where)
                    return "order " + order + " keeps seats of " + where.value;
        for (auto const& order : confirmed) {
            auto const& those = reserved.at(placed.at(order));
            auto const mine = those.find(order);
            if (mine == those.end() || positive(mine->second) != promised.at(order))
                return "order " + order + " has other seats than it was confirmed with";
        }
        for (auto const& [where, orders] : waiting)
            for (auto const& [order, wanted] : orders)
                if (published.contains(where) && are_free(where, wanted))
                    return "order " + order + " waits for seats that are free";
        for (auto const& [payment, order] : kept)
            if (!confirmed.contains(order))
                return payment + " was paid for order " + order + " and is not paid back";
        auto costs = totals;
        for (auto const& [payment, order] : kept) costs[order] = costs[order] - amounts.at(payment);
        for (auto const& order : confirmed)
            if (costs[order] != money{})
                return "order " + order + " has " + to_text(costs[order]) + " to pay or get back";
        for (auto const& [where, types] : announced)
            if (supplied.contains(where) ? supplied.at(where) != types : !types.empty())
                return "there are other seats than those of " + where.value + " that are announced";
        return {};
    }
};

std::string a_conference(diptych::simulated_client& of) { return of.one_in(4) ? "c2" : "c1"; }

// Of those who register and those who wait: some do both, in whatever order.
std::string an_order(diptych::simulated_client& of) {
    return of.one_in(3) ? of.one_of("w", 3) : of.one_of("o", 8);
}

management::seat_type_id seat_type(diptych::simulated_client& of) { return {of.one_of("t", 2)}; }

void organise(diptych::simulated_client& of) {
    auto const name = a_conference(of);
    management::conference_id const which{name};
    switch (of.below(8)) {
        case 0:
            return of.execute(management::create_conference{
                .conference = which,
                .slug = {name},
                .name = "C",
                .description = {},
                .location = {},
                .starts = std::chrono::sys_days{2027y / 9 / 1},
                .ends = std::chrono::sys_days{2027y / 9 / 3},
                .owner_name = "Ada",
                .owner_email = "ada@example.org"
            });
        case 1:
        case 2:
            if (of.one_in(4))
                return of.execute(management::unpublish_conference{.conference = which});
            return of.execute(management::publish_conference{.conference = which});
        case 3:
            return of.execute(registration::set_reservation_terms{
                .conference = {name},
                .window = of.one_in(8) ? 200'000'000h : 1h / 60,
                .buffer = of.one_in(2) ? 0min : 1min
            });
        case 4:
            return of.execute(management::create_seat{
                .conference = which,
                .seat_type = seat_type(of),
                .name = "Full",
                .description = {},
                .quantity = static_cast<int>(of.between(2, 12)),
                .price = money{of.one_in(4) ? 0 : 10'00}
            });
        case 5:
            return of.execute(registration::create_promotion{
                .promotion = {"half"}, .conference = {"c1"}, .percent = 50, .uses = 2, .until = {}
            });
        default:
            return of.execute(management::update_seat{
                .conference = which,
                .seat_type = seat_type(of),
                .name = "Full",
                .description = {},
                .quantity = static_cast<int>(of.between(0, 12)),
                .price = money{10'00}
            });
    }
}

void take_part(diptych::simulated_client& of) {
    auto const order = an_order(of);
    auto const where = a_conference(of);
    auto const payment = of.one_of("p", 12);
    std::vector<registration::seat_quantity> wanted{{{"t1"}, 0}, {{"t2"}, 0}};
    if (of.one_in(2)) std::ranges::reverse(wanted);
    if (!of.one_in(4)) wanted.pop_back();
    wanted[0].quantity = static_cast<int>(of.between(1, 4));
    switch (of.below(13)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return of.execute(registration::register_to_conference{
                .order = {order}, .conference = {where}, .seats = wanted
            });
        case 4:
            return of.execute(payments::initiate_third_party_processor_payment{
                .payment = {payment},
                .order = {order},
                .description = {},
                .amount = money{static_cast<std::int64_t>(of.between(1, 4)) * 10'00}
            });
        case 5:
        case 6:
            return of.execute(payments::complete_third_party_processor_payment{.payment = {payment}}
            );
        case 7:
            return of.execute(registration::reject_order{.order = {order}});
        case 8:
            return of.execute(registration::confirm_order{.order = {order}});
        case 9:
            return of.execute(registration::apply_promotion{.order = {order}, .promotion = {"half"}}
            );
        case 10:
            return of.execute(registration::leave_wait_list{.order = {order}, .conference = {where}}
            );
        default:
            return of.execute(registration::join_wait_list{
                .order = {of.one_in(2) ? order : of.one_of("w", 3)},
                .conference = {where},
                .email = "w@example.org",
                .seats = wanted
            });
    }
}

// What processes send, by hand: whenever, and for whatever order.
void meddle(diptych::simulated_client& of) {
    auto const order = an_order(of);
    auto const where = a_conference(of);
    auto const number = static_cast<int>(of.between(1, 3));
    auto const type = of.one_of("t", 2);
    std::vector<registration::seat_quantity> const some{{{type}, static_cast<int>(of.below(4))}};
    switch (of.below(10)) {
        case 0:
        case 1:
            return of.execute(registration::make_seat_reservation{
                .reservation = {order}, .conference = {where}, .request = number, .seats = some
            });
        case 2:
            return of.execute(
                registration::cancel_seat_reservation{.reservation = {order}, .conference = {where}}
            );
        case 3:
            return of.execute(
                registration::commit_seat_reservation{.reservation = {order}, .conference = {where}}
            );
        case 4:
            return of.execute(registration::mark_seats_as_reserved{
                .order = {order}, .revision = number, .seats = some
            });
        case 5:
            return of.execute(registration::require_refund{
                .order = {order},
                .payment = {of.one_of("p", 12)},
                .amount = money{number * 10'00},
                .reason = {}
            });
        case 6:
            return of.execute(registration::reinstate_order{.order = {order}});
        case 7:
            return of.execute(
                registration::place_called_order{.order = {order}, .conference = {where}}
            );
        case 8:
            return of.execute(registration::call_wait_list{.conference = {where}});
        default:
            return of.execute(registration::add_seats{
                .conference = {where},
                .seat_type = {type},
                .quantity = number,
                .supply = {where + "/" + type + "/" + std::to_string(number)}
            });
    }
}

diptych::simulation conferences() {
    diptych::simulation all;
    all.add<management::context>().add<registration::context>().add<payments::context>();
    all.rule<registration::context, every_seat_and_payment_is_accounted_for>();
    all.client(organise).client(take_part).client(take_part).client(meddle);
    return all;
}

}  // namespace

TEST_CASE("seats and payments of a conference are accounted for, also when the power fails") {
    auto const report = conferences().run({.seeds = 30, .steps = 400}).or_throw();
    CHECK_MESSAGE(!report.broken, report.text);
    CHECK(report.events > 1'000);
    CHECK(report.crashes > 20);
}
