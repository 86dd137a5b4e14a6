/// @file
/// The commit step: judges, stages, writes, syncs and answers one group.
#pragma once

#include "log/frame_builder.hpp"
#include "log/growing_pause.hpp"
#include "log/inline_views.hpp"
#include "log/log_core.hpp"
#include "log/proposal_queue.hpp"
#include "log/staged_view.hpp"

#include <diptych/error.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

namespace diptych::log {

/// The leader's, but for what is marked thread-safe. Keeps a reference to the core.
class committer {
public:
    explicit committer(log_core& core) : core_(core), can_write_(core.behind->writable()) {}

    /// Commits and answers a group, which keeps its memory. What did not fit into one frame is
    /// moved out of it and comes back.
    group run(group& taken);

    /// Opens the log again if something other than a commit has stopped it.
    void reopen_if_stopped();

    /// If opening it again has failed, tries that once more from time to time, so that the log goes
    /// on without a person as soon as it can; not one of which acknowledged events are missing or
    /// damaged. Whether it goes on now. Fails with why not, the first time.
    result<bool> try_again();

    /// Why nothing can be appended just now, if so. Thread-safe.
    result<void> writable() const;  ///< The log itself.
    result<void> accepts() const;   ///< The log and its inline views.

    inline_views& views() { return views_; }
    inline_views const& views() const { return views_; }

private:
    using verdict = std::optional<result<appended>>;

    // nullopt: there is no room left in the frame.
    verdict judge(queued& one, frame_builder& frame, staged_view& view);
    verdict decide_again(queued& one, frame_builder& frame, staged_view& view);
    verdict accept(prepared const& what, frame_builder& frame, staged_view& view);
    result<void> check_condition(prepared const& what, staged_view& view) const;
    result<prepared> ask_again(queued& one, staged_view const& view);

    void commit(frame& next, group& judged);
    log_end end_behind(frame const& next) const;
    void recover(group& judged, error const& why);
    result<void> go_on(result<void> opened);
    result<void> reread_open_block();
    void answer(group& judged);

    log_core& core_;
    inline_views views_;
    bool may_try_again_ = false;
    growing_pause before_trying_;
    std::string told_;          // why trying again has failed
    std::mutex mutable mutex_;  // guards can_write_
    result<void> can_write_;
};

}  // namespace diptych::log
