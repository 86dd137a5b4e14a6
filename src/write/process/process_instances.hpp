/// @file
/// The states of a process's instances: each the fold of its inputs, derived from the log.
#pragma once

#include "log/sequenced_log.hpp"
#include "write/process/instance_history.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/model.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace diptych::write {

/// Keeps the instances used last; others are folded again from the log. Not thread-safe.
class process_instances {
public:
    process_instances(
        model::process const& process, log::sequenced_log const& log, std::size_t kept_max
    )
        : process_(process), log_(log), kept_max_(kept_max) {}

    /// What an event belongs to: an instance, or an id of another kind that one has correlated
    /// with; nullopt if it is no input.
    result<std::optional<std::string>> key_of(recorded_event const& event) const;

    /// Whether a key names an instance itself.
    bool is_instance(std::string_view key) const { return category_of(key) == process_.id_kind; }

    /// The state after `input`, which must come next: each input of an instance is given once, in
    /// order, or the instance is forgotten in between. What was before `first` is none.
    result<void const*> after(
        std::string const& instance, position first, recorded_event const& input
    );

    /// The state after all that has been reacted to before a position, as JSON; nothing if it can
    /// not be written down.
    result<std::optional<std::string>> describe(
        std::string const& instance, position first, position before
    ) const;

    /// It is folded again from the log when next asked for.
    void forget(std::string const& instance);
    void clear();

private:
    using order = std::list<std::pair<std::string, model::erased>>;

    result<model::erased> refold(std::string const& instance, position first, position before)
        const;
    result<std::vector<page>> read_named(
        std::string const& instance, position first, position before
    ) const;
    result<page> read_one(position at) const;
    result<bool> is_its_own(
        std::string const& instance, recorded_event const& event, instance_history const& history
    ) const;

    model::process const& process_;
    log::sequenced_log const& log_;
    std::size_t const kept_max_;
    order newest_first_;
    std::unordered_map<std::string, order::iterator> by_instance_;
};

}  // namespace diptych::write
