/// @file
/// What takes part in a commit besides the log: a view that is updated before the answer.
#pragma once

#include "log/frame.hpp"

#include <diptych/error.hpp>
#include <diptych/event.hpp>

#include <span>
#include <string_view>

namespace diptych::log {

/// Called by the commit step only, on its thread, in this order for each group:
/// (apply, then keep or drop) for each append, then commit or abandon once.
class inline_view {
public:
    virtual ~inline_view() = default;

    virtual std::string_view name() const = 0;

    /// Applies an append's events within a savepoint that stays open until keep() or drop().
    ///
    /// Fails with refused if a constraint says no. Any other failure is the view's own trouble.
    /// After either the savepoint is already rolled back: nothing of these events is left.
    virtual result<void> apply(std::span<recorded_event const> events) = 0;
    virtual void keep() = 0;  ///< Releases the savepoint.
    virtual void drop() = 0;  ///< Rolls it back: another view refused.

    /// The group's frame is durable, or the group has recorded nothing: commits rows and
    /// checkpoint. After a failure the view is detached, and nobody calls it any more.
    virtual result<void> commit(log_end const& checkpoint) = 0;

    /// The group's frame could not be written: rolls everything since the last commit back.
    virtual void abandon() = 0;
};

}  // namespace diptych::log
