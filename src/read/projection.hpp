/// @file
/// What applies events to the rows of a view: the statements of a file, or C++.
#pragma once

#include "read/event_keys.hpp"
#include "sqlite/database.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace diptych::read {

/// Bound to one connection. Not thread-safe.
class projection {
public:
    virtual ~projection() = default;

    /// Whether apply() would do anything for events of this type.
    virtual bool wants(std::string_view type) const = 0;

    /// Changes the rows, inside the caller's transaction.
    ///
    /// Fails with refused if a constraint says no, else with failed (code "event_misfit" if the
    /// event is not what the view expects), unavailable or corrupt. What has been changed then, the
    /// caller rolls back.
    virtual result<void> apply(recorded_event const& event) = 0;

    /// What the event is about; empty if apply() would do nothing for it. Two events that share a
    /// key are applied in order, or not at all. Fails as apply().
    virtual result<event_keys> keys_of(recorded_event const& event) {
        return stream_and_tags(event);
    }

    /// See key_rule() in event_keys.hpp.
    virtual std::string keyed_by() const { return {}; }
};

/// Makes a projection on a connection, whose file has the view's tables.
using make_projection =
    std::function<result<std::unique_ptr<projection>>(sqlite::database const& on)>;

}  // namespace diptych::read
