/// @file
/// A process with its tables written by hand: of an account, it answers each deposit according to
/// its amount.
///
/// Inputs: `bank.deposited` and `bank.paid` of accounts that do not begin with 'x' (`bank.paid`
/// lacks the account among its ids), the answers, and `$timer_due`. Its state counts its inputs.
///
/// | deposited | reaction |
/// |---|---|
/// | 1 | deposit into the account `x...` as much as there were inputs |
/// | 2 | start `expiry`, 60 s |
/// | 3 | cancel `expiry` |
/// | 4 | withdraw a million from `x...`, which is refused |
/// | 5 | a command that does not exist |
/// | 6 | two deposits of 1 into `x...` |
/// | 7 | a command of two megabytes |
/// | 8 | a command whose body is no JSON |
/// | else | nothing |
///
/// When `expiry` is due it deposits 100 into `x...`.
#pragma once

#include <diptych/model.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <string>

namespace bank {

diptych::model::process const& echo();

struct echo_hooks {
    std::atomic<int> reactions = 0;
    std::atomic<bool> react_throws = false;
    std::string throws_for = {};  ///< An instance for which react throws.
    std::atomic<bool> does_nothing = false;
    std::optional<diptych::error> key_fault = {};   ///< Of inputs of account "k".
    std::optional<diptych::error> fold_fault = {};  ///< Of every input.
    std::function<void()> during_react = nullptr;   ///< Called once.
};
echo_hooks& echo_in_use();

}  // namespace bank
