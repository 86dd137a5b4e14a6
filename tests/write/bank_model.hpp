/// @file
/// A small bank with its tables written by hand, so that the write leaf is tested without the
/// templates that usually make them.
#pragma once

#include <diptych/model.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace bank {

/// Sum of what was deposited and withdrawn.
struct balance {
    std::int64_t amount = 0;
};

/// What tests change while commands run. Reset by the constructor of each bank.
struct hooks {
    std::function<void()> before_decide = {};
    std::atomic<bool> is_interrupted = false;
    std::atomic<int> decisions = 0;
    std::atomic<int> folds = 0;
    std::atomic<bool> decide_throws = false;
    std::atomic<bool> evolve_throws = false;
    std::atomic<bool> reads_nothing = false;  ///< No command is of its form any more.
};

/// The hooks of the bank in use.
hooks& in_use();

/// Does something within the next decision, before it looks at its states.
void interrupt(std::function<void()> what);

/// The tables. Events `bank.deposited`, `bank.withdrawn` (account, amount), `bank.card_linked`
/// (card, account), `bank.drawn` (number). Commands:
/// - deposit {account, amount}: no states
/// - withdraw {account, amount}: balance; refuses with `insufficient`; nothing for amount 0
/// - transfer {account, to, amount}: balance of both
/// - link {card, account}: no states
/// - charge {card, amount}: the card, and the balance of the account it is linked to
/// - draw {account}: its balance and the environment
/// - audit {}: the sum over all accounts, a state of the whole log; always refuses with the sum
diptych::model::context const& context();

/// The same with variations: fingerprint and revision of `balance`, and whether it is state-stored.
diptych::model::context make_context();
diptych::model::state& balance_state();

std::string account(std::string const& id);                     ///< {"account":id}
std::string money(std::string const& id, std::int64_t amount);  ///< {"account":id,"amount":amount}
std::string transfer(std::string const& from, std::string const& to, std::int64_t amount);
std::string linked(std::string const& card, std::string const& to);
std::string charge(std::string const& card, std::int64_t amount);

}  // namespace bank
