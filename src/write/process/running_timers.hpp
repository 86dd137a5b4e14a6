/// @file
/// The timers of a process that run, by when they are due.
#pragma once

#include "write/ledger_file.hpp"
#include "write/process/process_records.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace diptych::write {

/// Not thread-safe.
class running_timers {
public:
    /// Counts what is there: at first, and when a transaction was rolled back.
    result<void> load(ledger_file& in);

    /// One of the same instance and name is replaced.
    result<void> start(ledger_file& in, running_timer const& timer);
    result<void> stop(ledger_file& in, std::string_view instance, std::string_view name);
    result<void> stop_all(ledger_file& in, std::string_view instance);

    /// As stop(), if it is still the one that was started there.
    result<void> fired(ledger_file& in, running_timer const& timer);

    /// Those due at `now`, first ones first.
    result<std::vector<running_timer>> due(ledger_file& in, timestamp now, std::size_t limit) const;

    /// When the first one is due.
    result<std::optional<timestamp>> next(ledger_file& in) const;

    /// Of one instance, first ones first.
    result<std::vector<running_timer>> of(
        ledger_file& in, std::string_view instance, std::size_t limit
    ) const;

    std::uint64_t size() const { return size_; }

private:
    result<void> count_removed(ledger_file& in, sqlite::statement& remove);

    std::uint64_t size_ = 0;
};

}  // namespace diptych::write
