/// @file
/// Building an index again while the one that is not trusted any more still answers: nobody could
/// read by name, or append, without.
#pragma once

#include "log/frame_walk.hpp"
#include "log/growing_pause.hpp"
#include "log/segments/index_writer.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace diptych::log::segments {

/// Builds it beside the other one and then puts it in its place. Not thread-safe. Keeps a
/// reference: the engine, of which it needs the frames alone, must outlive it.
class index_renewal {
public:
    index_renewal(
        engine const& of, sqlite::location beside, uuid const& log_id, index_limits const& limits
    )
        : engine_(of), file_(std::move(beside)), log_id_(log_id), limits_(limits) {}

    /// Nothing if `old` is trusted; else takes a bounded piece of the frames, and when it has what
    /// the old one has, replaces it. Whether there is more to do at once. Blocking.
    ///
    /// If it fails, it begins again after a pause that grows; of minutes, if there was no room.
    result<bool> step(index& old, timestamp now, std::chrono::microseconds keep_answers);

    bool is_begun() const { return now_.has_value(); }

    /// Removes what was begun, also by a process before this one. Quick if there is nothing.
    result<void> give_up();

private:
    struct attempt {
        frame_walk walk;
        std::unique_ptr<index_writer> into;
        index_checkpoint at;
    };

    bool rests(timestamp now);
    result<void> begin();
    result<bool> take_frames(position goal, timestamp kept_from);
    result<void> finish(position goal);

    engine const& engine_;
    sqlite::location file_;
    uuid log_id_;
    index_limits limits_;
    std::optional<attempt> now_;
    growing_pause pause_;
    std::optional<timestamp> full_since_ = {};
};

}  // namespace diptych::log::segments
