/// @file
/// Views as they were: rows as of an earlier position, built aside and kept for a while.
///
/// A passive object: whoever asks builds, a piece of the log at a time, and is told to ask again if
/// that takes long. The files live no longer than the process.
#pragma once

#include "read/live_view.hpp"
#include "read/query_answer.hpp"
#include "read/view_plan.hpp"

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace diptych::read {

/// Thread-safe. Keeps references: what the surroundings name must outlive it.
class past_views {
public:
    /// Keeps files in a folder of its own in the views' folder.
    explicit past_views(view_surroundings const& of);
    past_views(past_views const&) = delete;
    past_views& operator=(past_views const&) = delete;
    ~past_views();  ///< Removes the files.

    /// Removes what an earlier process has left of this, and of comparisons. Before anything else.
    void clear();

    /// As live_view::query() on a view with this plan that shows everything up to `at`, which lies
    /// on the log, and nothing behind it. Blocking: builds for a while if need be.
    ///
    /// Fails also with unavailable: code "past_not_built", with the position as fact "as_of", it is
    /// on its way or waits for another one's turn; or "too_many_pasts", all that there is room for
    /// are asked for; or with what the view fails on.
    result<query_answer> query(
        view_plan const& plan,
        position at,
        url_query_parameters const& parameters,
        query_options const& how
    );

private:
    struct past;
    using past_ptr = std::shared_ptr<past>;

    result<past_ptr> find(view_plan const& plan, position at);
    result<void> build(past& one);
    std::unexpected<error> not_built(past const& one) const;

    view_surroundings const in_;
    std::mutex building_;          // held by who builds
    std::mutex mutex_;             // guards what follows
    std::vector<past_ptr> built_;  // those asked for last at the end
    std::uint64_t made_ = 0;
};

}  // namespace diptych::read
