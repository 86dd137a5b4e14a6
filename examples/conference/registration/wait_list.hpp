/// @file
/// The wait-list of a conference: who asked for seats when there were none.
///
/// Whoever waits has chosen the id of the order that is to be placed. When seats come back, the
/// first for whom there are enough is called: the seats are reserved for that order in the same
/// moment, and it is placed. From then on it is an order as any other, and expires like one. At
/// most so many are called at once; who waits behind them is called when they are.
///
/// Giving seats back and calling are two steps. What comes in between them leaves to those who wait
/// what is theirs: see seats_availability.hpp.
///
/// Under one id there is one wait, at one conference, and it ends when an order of that id is
/// placed, by whomever: an order that is placed has a reservation of its own, and no call may take
/// seats for it besides.
#pragma once

#include "registration/foreign_events.hpp"
#include "registration/orders.hpp"
#include "registration/seats_availability.hpp"
#include "registration/waiting.hpp"

namespace conference::registration {

// What may be asked. The rules are in wait_list.cpp.

struct join_wait_list {
    order_id order;
    conference_id conference;
    std::string email;
    std::vector<seat_quantity> seats;
    using refusals = refusal;
    static constexpr auto location = "/views/wait_list?order_id=eq.{order}";

    diptych::decision<wait_list_joined> decide(
        order_state const& known, waiter_state const& before, offer_state const& offer
    ) const;
};

/// Who was called already gives the seats back in the same moment, unless the order is placed.
struct leave_wait_list {
    order_id order;
    conference_id conference;
    using refusals = refusal;

    diptych::decision<wait_list_left, seats_reservation_cancelled> decide(
        waiter_state const& waiter, reservation_state const& kept, order_state const& known
    ) const;
};

inline constexpr std::size_t called_at_once_max = 200;

/// Calls the first for whom there are enough seats now, so many at once.
struct call_wait_list {
    conference_id conference;

    diptych::decision<wait_list_called, seats_reserved> decide(
        wait_list_state const& list, seats_availability const& free, offer_state const& offer
    ) const;
};

/// Places the order of who was called, unless its registrant has done so meanwhile. If it can not
/// be placed any more, the seats go back in the same moment: nobody may come in between and build
/// on them.
struct place_called_order {
    using outcome = diptych::decision<
        order_placed,
        order_totals_calculated,
        seats_reservation_cancelled,
        wait_list_left>;
    order_id order;
    conference_id conference;

    outcome decide(
        waiter_state const& waiter,
        reservation_state const& kept,
        order_state const& known,
        offer_state const& offer,
        terms_state const& terms,
        diptych::environment const& surroundings
    ) const;
};

}  // namespace conference::registration
