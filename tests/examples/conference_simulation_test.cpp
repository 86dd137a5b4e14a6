// The conference on a disk that lies: however registrants, organisers and payments come together
// and whenever the power fails, seats and money are accounted for.
#include "conference/management/conferences.hpp"
#include "conference/payments/payments.hpp"
#include "conference/registration/context.hpp"

#include <diptych/simulation.hpp>

#include <doctest/doctest.h>

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

struct reservation {
    registration::conference_id conference;
    seats held;
};

/// Each seat is free, or somebody's; and at rest it is somebody's only if the order is confirmed,
/// and money is kept only for such an order.
struct every_seat_and_payment_is_accounted_for {
    std::map<registration::conference_id, seats> supplied;
    std::map<registration::conference_id, seats> free;
    std::map<std::string, reservation> reserved;  // by reservation
    std::set<std::string> confirmed;              // orders
    std::map<std::string, std::string> kept;      // payments, by whose order they were
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
        auto& mine = reserved[e.reservation.value] = {e.conference, {}};
        for (auto const& one : e.granted) mine.held[one.seat_type] = one.quantity;
    }
    void evolve(registration::seats_reservation_cancelled const& e) {
        for (auto const& one : e.changes) free[e.conference][one.seat_type] += one.quantity;
        reserved.erase(e.reservation.value);
    }
    void evolve(registration::order_confirmed const& e) { confirmed.insert(e.order.value); }
    void evolve(registration::from_payments::payment_completed const& e) {
        kept[e.payment.value] = e.order.value;
    }
    void evolve(registration::refund_required const& e) { kept.erase(e.payment.value); }

    std::optional<std::string> broken() const {
        if (oversold) return oversold;
        auto all = free;
        for (auto const& [name, one] : reserved)
            for (auto const& [type, count] : one.held) all[one.conference][type] += count;
        for (auto const& [where, types] : supplied)
            for (auto const& [type, count] : types)
                if (all[where][type] != count)
                    return type.value + " has " + std::to_string(count) + " seats, of which " +
                           std::to_string(all[where][type]) + " are somewhere";
        return {};
    }

    std::optional<std::string> broken_at_rest() const {
        for (auto const& [name, one] : reserved)
            if (!confirmed.contains(name)) return "order " + name + " keeps seats";
        for (auto const& [payment, order] : kept)
            if (!confirmed.contains(order))
                return payment + " was paid for order " + order + " and is not paid back";
        return {};
    }
};

management::seat_type_id seat_type(diptych::simulated_client& of) { return {of.one_of("t", 2)}; }

void organise(diptych::simulated_client& of) {
    management::conference_id const which{"c1"};
    switch (of.below(5)) {
        case 0:
            return of.execute(management::create_conference{
                .conference = which,
                .slug = {"c1"},
                .name = "C1",
                .description = {},
                .location = {},
                .starts = std::chrono::sys_days{2027y / 9 / 1},
                .ends = std::chrono::sys_days{2027y / 9 / 3},
                .owner_name = "Ada",
                .owner_email = "ada@example.org"
            });
        case 1:
            return of.execute(management::publish_conference{.conference = which});
        case 2:
            return of.execute(registration::set_reservation_terms{
                .conference = {"c1"}, .window = 1min, .buffer = of.one_in(2) ? 0min : 1min
            });
        case 3:
            return of.execute(management::create_seat{
                .conference = which,
                .seat_type = seat_type(of),
                .name = "Full",
                .description = {},
                .quantity = static_cast<int>(of.between(2, 12)),
                .price = money{of.one_in(4) ? 0 : 10'00}
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
    auto const order = of.one_of("o", 8);
    auto const payment = of.one_of("p", 12);
    std::vector<registration::seat_quantity> const wanted{
        {{of.one_of("t", 2)}, static_cast<int>(of.between(1, 4))}
    };
    switch (of.below(9)) {
        case 0:
        case 1:
        case 2:
        case 3:
            return of.execute(registration::register_to_conference{
                .order = {order}, .conference = {"c1"}, .seats = wanted
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
        default:
            return of.execute(registration::join_wait_list{
                .order = {of.one_of("w", 3)},
                .conference = {"c1"},
                .email = "w@example.org",
                .seats = wanted
            });
    }
}

diptych::simulation conferences() {
    diptych::simulation all;
    all.add<management::context>().add<registration::context>().add<payments::context>();
    all.rule<registration::context, every_seat_and_payment_is_accounted_for>();
    all.client(organise).client(take_part).client(take_part);
    return all;
}

}  // namespace

TEST_CASE("seats and payments of a conference are accounted for, also when the power fails") {
    auto const report = conferences().run({.seeds = 20, .steps = 200}).or_throw();
    CHECK_MESSAGE(!report.broken, report.text);
    CHECK(report.events > 1'000);
    CHECK(report.crashes > 20);
}
