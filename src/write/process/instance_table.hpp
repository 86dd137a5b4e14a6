/// @file
/// The instances of a process that have left a record, the ids they have correlated with and the
/// names they have sent commands under.
#pragma once

#include "write/ledger_file.hpp"
#include "write/process/process_records.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

struct process_instance {
    std::string name;                       ///< "order-o1".
    std::optional<position> started = {};   ///< Its first input with a reaction on record.
    position last{};                        ///< Its last record.
    std::uint64_t reactions = 0;            ///< On record.
    std::optional<position> finished = {};  ///< The input that finished it.
};

/// Not thread-safe.
class instance_table {
public:
    /// Counts what is there: at first, and when a transaction was rolled back.
    result<void> load(ledger_file& in);

    /// The instance has left a record.
    result<void> note_record(ledger_file& in, std::string_view instance, position at);

    result<void> note_reaction(
        ledger_file& in, std::string_view instance, reaction_record const& what, position at
    );

    result<std::optional<process_instance>> find(ledger_file& in, std::string_view instance) const;

    /// The instance that an id ("payment-p1") leads to.
    result<std::optional<std::string>> correlated(ledger_file& in, std::string_view id) const;

    /// The id of the command sent last under a name.
    result<std::optional<std::string>> latest(
        ledger_file& in, std::string_view instance, std::string_view slot
    ) const;

    enum class filter : std::uint8_t { all, running, finished, parked };

    /// By name, after one.
    result<std::vector<process_instance>> list(
        ledger_file& in, filter which, std::string_view after, std::size_t limit
    ) const;

    std::uint64_t size() const { return size_; }
    std::uint64_t finished() const { return finished_; }

private:
    std::uint64_t size_ = 0;
    std::uint64_t finished_ = 0;
};

}  // namespace diptych::write
