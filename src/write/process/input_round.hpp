/// @file
/// Looks at inputs of a process, one after the other, and says what is to be recorded of them: what
/// it asks for, or that an input waits because it can not be reacted to now.
#pragma once

#include "write/process/process_instances.hpp"
#include "write/process/process_ledger.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/model.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diptych::write {

/// One round, whose records are appended at once. Not thread-safe. Keeps references: all of them
/// must outlive it, and nobody else may change them meanwhile.
class input_round {
public:
    input_round(
        model::process const& process,
        process_ledger& ledger,
        process_instances& instances,
        clock& time,
        random_source& random,
        bool parks_damage = false
    )
        : process_(process),
          ledger_(ledger),
          instances_(instances),
          time_(time),
          random_(random),
          parks_damage_(parks_damage) {}

    /// Inputs come in order. Fails only with what passes by itself: a fault of the input or of user
    /// code is on record as parked; and so is, if damage is to be parked, what can not be read.
    result<void> look_at(recorded_event const& input);

    /// As look_at, of the first that is parked of its instance, and fails with what it fails on.
    result<void> try_again(parked_input const& what, recorded_event const& input);

    std::vector<event_data> const& records() const { return records_; }
    std::size_t bytes() const { return bytes_; }
    std::size_t inputs() const { return inputs_; }        ///< That belong to an instance.
    std::size_t reactions() const { return reactions_; }  ///< Among the records.
    /// Those that were parked because of what is wrong with them.
    std::vector<position> const& faulty() const { return faulty_; }
    std::optional<error> const& last_fault() const { return last_fault_; }

private:
    /// How an instance stands, with what this round has added.
    struct standing {
        std::optional<position> started = {};
        bool is_finished = false;
        bool is_parked = false;
    };
    struct owner {
        std::string instance;
        bool is_named = false;  ///< The input can be found under the instance's name.
    };

    result<standing*> standing_of(std::string const& instance);
    result<std::optional<owner>> owner_of(recorded_event const& input);
    result<bool> is_stale(std::string const& instance, recorded_event const& input);
    result<void> take(owner const& whose, recorded_event const& input, standing& now);
    result<reaction_record> react(
        std::string const& instance,
        standing const& now,
        recorded_event const& input,
        std::string& metadata
    );
    result<void> check(reaction_record const& wanted, std::string const& instance);
    void add(std::string const& instance, reaction_record const& what, std::string metadata);
    void park(parked_input what, recorded_event const& input);
    void put(event_data record);
    bool is_start(recorded_event const& input) const;
    bool is_to_be_awaited(error const& what) const;
    std::string instance_by_tags(recorded_event const& input) const;

    model::process const& process_;
    process_ledger& ledger_;
    process_instances& instances_;
    clock& time_;
    random_source& random_;
    bool const parks_damage_;

    std::vector<event_data> records_;
    std::size_t bytes_ = 0;
    std::size_t inputs_ = 0;
    std::size_t reactions_ = 0;
    std::vector<position> faulty_;
    std::optional<error> last_fault_;
    std::map<std::string, standing, std::less<>> standings_;
    std::map<std::string, std::string, std::less<>> correlated_;         // id, instance
    std::map<std::pair<std::string, std::string>, std::string> latest_;  // instance, slot: id
};

}  // namespace diptych::write
