// However payments, the expiry of their order and the answers to what the process asks follow each
// other: each payment buys the order or goes back, and only who has paid has seats.
#include "conference/registration/context.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <variant>
#include <vector>

using namespace conference::registration;
using conference::money;

namespace {

using what_happened = std::variant<
    order_placed,
    order_totals_calculated,
    order_partially_reserved,
    order_reservation_completed,
    order_expired,
    order_reinstated,
    order_confirmed,
    refund_required,
    available_seats_changed,
    seats_reserved,
    seats_reservation_cancelled,
    seats_reservation_committed,
    from_payments::payment_completed,
    diptych::refused<make_seat_reservation>,
    diptych::refused<confirm_order>,
    diptych::refused<reinstate_order>>;

/// One order, its reservation and its process, which sees what has happened later than it happens.
struct registering {
    std::deque<what_happened> unseen;
    std::deque<diptych::reaction::command> unsent;
    registration_process process;
    order_state order;
    paid_state paid;
    order_progress progress;
    seats_availability free;
    reservation_state reservation;
    std::vector<from_payments::payment_completed> kept;

    template <class Event>
    void happen(Event const& e) {
        auto const fold = [&](auto& state) {
            if constexpr (requires { state.evolve(e); }) state.evolve(e);
        };
        fold(order);
        fold(paid);
        fold(progress);
        fold(free);
        fold(reservation);
        if constexpr (std::same_as<Event, from_payments::payment_completed>) kept.push_back(e);
        if constexpr (std::same_as<Event, refund_required>)
            std::erase_if(kept, [&](auto& one) {
                one.amount = one.amount - (one.payment == e.payment ? e.amount : money{});
                return one.amount == money{};
            });
        unseen.push_back(e);
    }

    void see() {
        auto const next = unseen.front();
        unseen.pop_front();
        std::visit([&](auto const& e) { see(e); }, next);
    }

    void see(auto const& e) {
        if constexpr (requires { process.evolve(e); }) process.evolve(e);
        diptych::reaction made;
        if constexpr (requires { process.react(e, diptych::environment{{}, 1}); })
            made = process.react(e, diptych::environment{{}, 1});
        else if constexpr (requires { process.react(e); })
            made = process.react(e);
        for (auto const& one : made.commands()) unsent.push_back(one);
    }

    void send() {
        auto const next = unsent.front();
        unsent.pop_front();
        carry_out<make_seat_reservation>(
            next, free, reservation, progress, wait_list_state{}, offer_state{}
        );
        carry_out<cancel_seat_reservation>(next, reservation, progress);
        carry_out<commit_seat_reservation>(next, reservation, progress);
        carry_out<mark_seats_as_reserved>(next, order, reservation);
        carry_out<confirm_order>(next, order, reservation, paid);
        carry_out<reject_order>(next, order);
        carry_out<reinstate_order>(next, order, reservation, paid);
        carry_out<require_refund>(next, order, paid);
    }

    template <class Command, class... State>
    void carry_out(diptych::reaction::command const& asked, State const&... known) {
        if (asked.name != diptych::command_name<Command>) return;
        auto const command = diptych::json::read<Command>(asked.json).or_throw();
        record(command, command.decide(known...));
    }

    template <class Command, class... Event>
    void record(Command const& command, diptych::decision<Event...> const& made) {
        (std::ranges::for_each(made.template all<Event>(), [&](auto const& e) { happen(e); }), ...);
        using no = diptych::refused<Command>;
        if constexpr (std::is_constructible_v<what_happened, no>)
            if (made.refused())
                happen(
                    no{.command = command,
                       .id = {},
                       .reason = made.refusal()->reason,
                       .detail = made.refusal()->detail}
                );
    }

    // What the process might send, now.
    void by_hand(std::mt19937& random) {
        reservation_id const its{"o1"};
        std::vector<seat_quantity> const seats{{{"full"}, static_cast<int>(random() % 3)}};
        auto const number = static_cast<int>(random() % 4) + 1;
        auto const send = [&](auto const& command) {
            unsent.push_front(
                {std::string{diptych::command_name_of<std::remove_cvref_t<decltype(command)>>()},
                 "",
                 diptych::json::write(command)}
            );
        };
        switch (random() % 6) {
            case 0:
                return send(make_seat_reservation{its, {"c1"}, number, seats});
            case 1:
                return send(commit_seat_reservation{its, {"c1"}});
            case 2:
                return send(mark_seats_as_reserved{{"o1"}, number, seats});
            case 3:
                return send(reinstate_order{{"o1"}});
            case 4:
                return send(require_refund{{"o1"}, {"p1"}, {100'00}, ""});
            default:
                return send(cancel_seat_reservation{its, {"c1"}});
        }
    }

    void expire() {
        reject_order const reject{{"o1"}};
        record(reject, reject.decide(order));
    }

    std::string fault() const {
        auto sum = money{};
        for (auto const& one : kept) sum += one.amount;
        if (order.status != order_status::confirmed) {
            if (!kept.empty()) return kept.front().payment.value + " is kept for nothing";
            if (reservation.status == reservation_status::held) return "seats are held for nothing";
            return {};
        }
        if (reservation.status != reservation_status::committed) return "confirmed without seats";
        if (sum < order.total) return "confirmed, and not paid";
        if (sum > order.total) return "paid, and too much is kept";
        return {};
    }
};

constexpr auto in_time = diptych::timestamp{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

std::vector<seat_quantity> both() { return {{{"full"}, 2}}; }

registering begun() {
    registering one;
    one.happen(available_seats_changed{{"c1"}, {"s"}, both()});
    one.happen(order_placed{
        .order = {"o1"},
        .conference = {"c1"},
        .revision = 1,
        .lines = {{{"full"}, "Full", {100'00}, 2, 0}},
        .expires_at = in_time,
        .buffer = {},
        .access_code = "ABCDEF"
    });
    one.happen(order_totals_calculated{{"o1"}, {}, {}, {200'00}, false});
    return one;
}

using draw = std::mt19937;

std::string one_way(draw& random) {
    auto one = begun();
    std::vector<std::function<void()>> still{
        [&] { one.expire(); },
        [&] { one.happen(available_seats_changed{{"c1"}, {"other"}, {{{"full"}, -1}}}); },
        [&] { one.happen(available_seats_changed{{"c1"}, {"back"}, {{{"full"}, 1}}}); },
        [&] { one.by_hand(random); },
        [&] { one.by_hand(random); }
    };
    for (auto const* const name : {"p1", "p2", "p3"})
        still.push_back(
            [&one, name, amount = money{static_cast<std::int64_t>(random() % 3 + 1) * 100'00}] {
                one.happen(from_payments::payment_completed{{name}, {"o1"}, amount});
            }
        );
    std::ranges::shuffle(still, random);
    while (true) {
        auto const is_over = still.empty() && one.unseen.empty() && one.unsent.empty();
        if (is_over && one.order.status < order_status::expired) one.expire();
        if (is_over && one.unseen.empty()) return one.fault();
        switch (random() % 3) {
            case 0:
                if (still.empty() || random() % 2 == 0) break;
                still.back()();
                still.pop_back();
                break;
            case 1:
                if (!one.unseen.empty()) one.see();
                break;
            default:
                if (!one.unsent.empty()) one.send();
        }
    }
}

}  // namespace

TEST_CASE("S4-68 each payment of an order that expires ends, whatever comes before what") {
    for (unsigned way = 0; way < 5'000; ++way) {
        draw random{way};
        auto const fault = one_way(random);
        CHECK_MESSAGE(fault.empty(), "way ", way, ": ", fault);
        if (!fault.empty()) return;
    }
}
