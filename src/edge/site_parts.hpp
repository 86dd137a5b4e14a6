/// @file
/// What the routes of one site share.
#pragma once

#include "edge/event_feed.hpp"
#include "edge/live_queries.hpp"
#include "edge/memory_bound.hpp"
#include "edge/replays.hpp"
#include "edge/server.hpp"
#include "edge/services.hpp"
#include "edge/shadows.hpp"
#include "edge/view_waits.hpp"
#include "edge/worker_pool.hpp"

#include <diptych/http.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace diptych::edge {

class metrics;
class router;

/// See the file comment.
struct site_parts {
    services& of;
    worker_pool& pool;
    event_feed& feed;
    view_waits& waits;
    live_queries& live;
    edge::metrics& metrics;
    edge::router const& router;
    edge::server const& server;
    std::string title;
    bool needs_token;
    std::function<void(std::string_view)> complain;
    edge::shadows& shadows;
    edge::replays& replays;
    edge::replays& hashes;  ///< Minutes, and so apart from replays, which may take hours.

    /// Tells whoever runs the server of a defect; what a client did wrong is nobody else's matter.
    void note(std::string_view where, error const& what) const {
        bool const is_defect = what.kind == errc::failed || what.kind == errc::corrupt ||
                               what.kind == errc::outcome_unknown;
        if (is_defect && complain) complain(std::string(where) + ": " + what.message);
    }
};

/// Runs a task on the pool; answers 503 if that is full, or when its turn has come and there is no
/// memory for an answer.
template <class Task>
void run_or_refuse(
    worker_pool& pool, server const& on, http::request asked, http::responder to, Task task
) {
    if (!pool.reserve())
        return to.answer(http::problem(503, "overloaded", "too many requests are waiting"));
    pool.run([&on, asked = std::move(asked), to = std::move(to), task = std::move(task)]() mutable {
        if (on.is_full_for(asked)) return to.answer(too_busy());
        task(std::move(asked), std::move(to));
    });
}

}  // namespace diptych::edge
