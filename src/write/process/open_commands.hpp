/// @file
/// Commands of a process that have no answer yet, in lanes: of each lane the oldest may be sent.
///
/// The commands of an instance are one lane. One that is to be sent later is a lane of its own, so
/// that nothing waits for it.
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
class open_commands {
public:
    /// Counts what is there: at first, and when a transaction was rolled back.
    result<void> load(ledger_file& in);

    result<void> add(ledger_file& in, sent_command const& command);

    /// The command has been answered; nothing if it is not open.
    result<void> remove(ledger_file& in, std::string_view id);

    /// Those that may be sent now, oldest first.
    result<std::vector<sent_command>> ready(ledger_file& in, timestamp now, std::size_t limit)
        const;

    /// When the next one may be sent; nothing if none waits for time to pass.
    result<std::optional<timestamp>> next_ready(ledger_file& in) const;

    /// The command is not ready before; `attempts` have failed so far.
    result<void> hold(ledger_file& in, std::string_view id, timestamp until, int attempts) const;

    /// Those that failed are ready again.
    result<void> hurry(ledger_file& in) const;

    result<bool> contains(ledger_file& in, std::string_view id) const;

    /// Of one instance, oldest first.
    result<std::vector<sent_command>> of(
        ledger_file& in, std::string_view instance, std::size_t limit
    ) const;

    std::uint64_t size() const { return size_; }

    /// Those of them that are not to be sent later.
    std::uint64_t undelayed() const { return size_ - delayed_; }

private:
    std::uint64_t size_ = 0;
    std::uint64_t delayed_ = 0;
};

}  // namespace diptych::write
