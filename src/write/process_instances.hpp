/// @file
/// The states of a process's instances: each the fold of its inputs, derived from the log.
#pragma once

#include "log/sequenced_log.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/model.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <set>
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

    /// The instance that an event is an input of; nullopt if it is none.
    result<std::optional<std::string>> instance_of_input(recorded_event const& event) const;

    /// Whether the input can be found in the log under its instance's names.
    bool is_found_by_name(std::string const& instance, recorded_event const& input) const;

    /// The state after `input`, which must come next: each input of an instance is given once, in
    /// order, or the instance is forgotten in between.
    result<void const*> after(std::string const& instance, recorded_event const& input);

    /// It is folded again from the log when next asked for.
    void forget(std::string const& instance);
    void clear();

private:
    using order = std::list<std::pair<std::string, model::erased>>;

    result<model::erased> refold(std::string const& instance, recorded_event const& up_to) const;
    result<void> read_named(std::string const& instance, position before, std::vector<page>& pages)
        const;
    result<void> read_foreign(
        std::string const& instance,
        position before,
        std::set<position> const& known,
        std::vector<page>& pages
    ) const;
    result<void> fold_own(
        model::erased const& into, std::string const& instance, recorded_event const& input
    ) const;

    model::process const& process_;
    log::sequenced_log const& log_;
    std::size_t const kept_max_;
    order newest_first_;
    std::unordered_map<std::string, order::iterator> by_instance_;
};

}  // namespace diptych::write
