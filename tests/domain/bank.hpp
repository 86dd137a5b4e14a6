/// @file
/// Accounts: two ids of one kind in a command, events that mean another thing to each of them, and
/// one state for each id in a list.
#pragma once

#include <diptych/diptych.hpp>

#include <string>
#include <vector>

namespace bank {

using account_id = diptych::id<"account">;

struct money_deposited {
    account_id account;
    long cents;
};
struct money_moved {
    account_id from;
    account_id to;
    long cents;
};

enum class refusal { same_account, too_little };

struct account {
    using of = account_id;
    long cents = 0;
    void evolve(money_deposited const& e) { cents += e.cents; }
    void evolve(money_moved const& e, account_id const& self) {
        if (e.from == self) cents -= e.cents;
        if (e.to == self) cents += e.cents;
    }
};

struct deposit {
    account_id account;
    long cents;
    diptych::decision<money_deposited> decide() const {
        return money_deposited{.account = account, .cents = cents};
    }
};

struct transfer {
    account_id from;
    account_id to;
    long cents;
    diptych::decision<money_moved> decide(
        diptych::at<&transfer::from, account> payer, diptych::at<&transfer::to, account> payee
    ) const {
        if (from == to) return diptych::refuse(refusal::same_account);
        if (payer->cents < cents) return diptych::refuse(refusal::too_little);
        if (payee->cents > 1'000'000) throw std::out_of_range("the vault is full");
        return money_moved{.from = from, .to = to, .cents = cents};
    }
};

struct payout {
    struct line {
        account_id account;
        long cents;
    };
    std::vector<line> lines;
    diptych::decision<money_deposited> decide(diptych::each<account> const& accounts) const {
        diptych::decision<money_deposited> made;
        for (auto const& one : lines)
            if (accounts[one.account].cents >= 0)
                made += money_deposited{.account = one.account, .cents = one.cents};
        if (accounts.size() > 2) return diptych::refuse(refusal::too_little, "three or more");
        return made;
    }
};

struct context : diptych::context<diptych::commands<deposit, transfer, payout>> {
    static constexpr auto name = "money";
};

}  // namespace bank
