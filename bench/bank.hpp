/// @file
/// The domain of the benchmarks: deposits to accounts, recorded as the same events that
/// sample_event() makes.
#pragma once

#include <diptych/diptych.hpp>

#include <cstdint>
#include <string>

namespace diptych::bench::bank {

using account_id = diptych::id<"account">;

struct deposited {
    account_id account;
    int amount;
    std::string note;
};

enum class refusal { nothing_given, too_rich };

/// Of one account.
struct balance {
    using of = account_id;
    std::int64_t amount = 0;
    std::int64_t deposits = 0;
    void evolve(deposited const& e) {
        amount += e.amount;
        ++deposits;
    }
};

/// Of all accounts together.
struct total {
    std::int64_t amount = 0;
    std::int64_t deposits = 0;
    void evolve(deposited const& e) {
        amount += e.amount;
        ++deposits;
    }
};

struct deposit {
    account_id account;
    int amount;
    std::string note;
    diptych::decision<deposited> decide(balance const& now) const {
        if (amount <= 0) return diptych::refuse(refusal::nothing_given);
        if (now.amount > 1'000'000'000'000) return diptych::refuse(refusal::too_rich);
        return deposited{.account = account, .amount = amount, .note = note};
    }
};

struct deposit_if_poor {
    account_id account;
    int amount;
    diptych::decision<deposited> decide(total const& all) const {
        if (all.amount > 0) return diptych::no_events;
        return deposited{.account = account, .amount = amount, .note = {}};
    }
};

struct context : diptych::context<diptych::commands<deposit, deposit_if_poor>> {
    static constexpr auto name = "bank";
};

}  // namespace diptych::bench::bank
