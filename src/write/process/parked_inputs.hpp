/// @file
/// Inputs that a process has not reacted to while it goes on with other instances: of each instance
/// the oldest is tried again, the others wait behind it.
#pragma once

#include "write/ledger_file.hpp"
#include "write/process/process_records.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace diptych::write {

/// Not thread-safe.
class parked_inputs {
public:
    /// Counts what is there: at first, and when a transaction was rolled back.
    result<void> load(ledger_file& in);

    /// Adds it, or says anew of one how it went.
    result<void> put(ledger_file& in, parked_input const& what);

    /// It has been reacted to or dropped; nothing if it was not parked.
    result<void> remove(ledger_file& in, position input);

    /// The one to try next, if it is time for one.
    result<std::optional<parked_input>> next(ledger_file& in, timestamp now) const;

    /// When the next one is tried again.
    result<std::optional<timestamp>> next_ready(ledger_file& in) const;

    /// It is not tried before; `attempts` have failed so far.
    result<void> hold(ledger_file& in, position input, timestamp until, int attempts) const;

    /// The first of the instance (empty: of each) is tried again at once, also if it was given up.
    /// Of how many instances.
    result<std::uint64_t> hurry(ledger_file& in, std::string_view instance);

    /// All that are not given up are tried again at once.
    result<void> hurry_waiting(ledger_file& in) const;

    result<std::optional<parked_input>> find(ledger_file& in, position input) const;
    result<bool> has_any(ledger_file& in, std::string_view instance) const;

    /// Oldest first, after one; of an instance, or of all if it is empty.
    result<std::vector<parked_input>> list(
        ledger_file& in, std::string_view instance, position after, std::size_t limit
    ) const;

    std::uint64_t size() const { return size_; }
    std::uint64_t dead() const { return dead_; }

private:
    result<void> count(ledger_file& in);

    std::uint64_t size_ = 0;
    std::uint64_t dead_ = 0;
};

}  // namespace diptych::write
