/// @file
/// What a caller brings to the commit step: an append, perhaps with the means to decide it again.
#pragma once

#include <diptych/append.hpp>
#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/query.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace diptych::log {

/// What deciding again may look at: the newest events, those just staged included.
class stage {
public:
    virtual ~stage() = default;

    /// The last event recorded or staged.
    virtual token end() const = 0;

    /// All events that `what` matches after `after`, oldest first; nullopt if they are not all in
    /// memory or more than `limit`. Their memory lives until the call of redecide returns.
    virtual std::optional<std::vector<recorded_event>> since(
        query const& what, position after, std::size_t limit
    ) const = 0;
};

/// Decides again inside the commit step. nullopt: what it needs is not in memory; the caller gets
/// conflict with code "cold", reads on his own thread and proposes again. An error is the caller's
/// answer.
using redecide = std::move_only_function<result<std::optional<append_request>>(stage const&)>;

struct proposal {
    append_request request = {};
    redecide again = {};        ///< Called if the condition does not hold.
    bool decide_first = false;  ///< Pessimistic: call `again` without judging `request` first.
    std::move_only_function<void(result<appended>)> done;
};

}  // namespace diptych::log
