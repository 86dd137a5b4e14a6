/// @file
/// A small domain in order, which each of the tests breaks in one way.
#pragma once

#include <diptych/diptych.hpp>

namespace bank {

using account_id = diptych::id<"account">;
using branch_id = diptych::id<"branch">;

struct money_moved {
    account_id from;
    account_id to;
    int cents;
};
struct account_closed {
    account_id account;
};

struct account {
    using of = account_id;
    int cents = 0;
    void evolve(money_moved const& e, account_id const& self) {
        cents += e.to == self ? e.cents : -e.cents;
    }
};

struct transfer {
    account_id from;
    account_id to;
    int cents;
    diptych::decision<money_moved> decide(diptych::at<&transfer::from, account> payer) const {
        if (payer->cents < cents) return diptych::no_events;
        return money_moved{.from = from, .to = to, .cents = cents};
    }
};

}  // namespace bank
