/// @file
/// What an engine is: a place that makes frames durable, gives them back and keeps an index of what
/// is past.
///
/// The tail in front of it, the commit step and all reading are the same for every engine.
#pragma once

#include "log/frame.hpp"
#include "log/postings.hpp"
#include "log/stored.hpp"

#include <diptych/error.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log {

/// Events behind `after`, up to and with `up_to`.
struct stretch {
    position after;
    position up_to;
};

/// Takes one event. What it fails with ends the visit.
using event_visitor = std::function<result<void>(recorded_event const& event)>;

/// Keeps frames. One thread writes; reading is thread-safe and never blocks it.
class engine {
public:
    virtual ~engine() = default;

    /// The last durable frame's end. Thread-safe. For a reader beside a writing process: as far as
    /// that shares.
    virtual log_end end() const = 0;

    /// All epochs, oldest first. Thread-safe.
    virtual std::vector<epoch_start> epochs() const = 0;

    /// Whether this process may write; if not, why not.
    virtual result<void> writable() const = 0;

    /// Whether there is room for more. Fails with unavailable (disk_full) from the moment that a
    /// write found none until maintain() has found some. Thread-safe and cheap.
    virtual result<void> has_room() const { return {}; }

    /// Somebody whose files lie beside the log's found no room, as `why` says (other errors are
    /// ignored): has_room() fails from now on, and what is kept in reserve is free. Thread-safe.
    virtual void ran_out(error const& why) { static_cast<void>(why); }

    /// Makes the frame durable: fills in its header, writes and syncs. Then end() includes it.
    ///
    /// Fails with unavailable (disk_full) if there is no room for it: nothing has been written, and
    /// writable() is as before. Fails with outcome_unknown after a failed write or sync, and from
    /// then on with unavailable until reopen().
    virtual result<void> write(frame& next) = 0;

    /// Closes and opens again through recovery, after a failed write.
    virtual result<void> reopen() = 0;

    /// Whole frames in order, from the one that holds position `from` (or the first one after it),
    /// up to about `bytes_max` (at least one frame), never beyond end(). Empty at the end.
    /// Answers-only frames are included: frames(p) for an event at p gives its frame and then all
    /// that were committed after it; frames(0) begins with the very first frame.
    virtual result<std::vector<frame_ptr>> frames(position from, std::size_t bytes_max) const = 0;

    /// Visits events in order, of about `bytes_max` of frames (at least one), and says which was
    /// the last; of.after if there is none. Their memory lives until the visitor returns.
    /// Thread-safe.
    ///
    /// Fails as frames() does, and with what the visitor says.
    virtual result<position> visit(
        stretch const& of, std::size_t bytes_max, event_visitor const& visit
    ) const;

    /// Single events by ascending position, with the memory that holds them. All must lie within
    /// end().
    virtual result<page> fetch(std::span<position const> positions) const = 0;

    /// The log as it is stored, from there on, up to about `bytes_max`. Thread-safe.
    ///
    /// Fails with conflict (other_history) if what is there already is not the log's, invalid
    /// (not_stored) if it is in memory only, corrupt.
    virtual result<stored_piece> stored(stored_place const& from, std::size_t bytes_max) const {
        static_cast<void>(from), static_cast<void>(bytes_max);
        return fail(errc::invalid, "not_stored", "this log is in memory only");
    }

    /// Frames as of a time: the last position recorded at or before it.
    virtual result<position> position_at(timestamp when) const = 0;

    /// The hash chain after position `at`, which must lie within end(). For checking checkpoints.
    /// After the last event of a frame this is frame::chain, the frame's answers included; answers
    /// in frames of their own that follow do not change it. All zero at 0.
    virtual result<hash256> chain_at(position at) const = 0;

    /// The index as it is now: postings of 1..checkpoint, frozen until released. An engine without
    /// an index returns an empty one (last() = 0) and everything stays in the tail.
    virtual result<std::shared_ptr<postings const>> index() const = 0;

    /// Takes consecutive frames, the first starting at index()->last() + 1, into the index in one
    /// transaction. Answers that it has already may come again, the same, after a crash.
    virtual result<void> merge(std::span<frame_ptr const> frames) = 0;

    /// Whether it keeps an index at all. Without one, the tail is not bounded and never dropped.
    virtual bool is_indexed() const { return true; }

    /// How far merge has come. Thread-safe and cheap.
    virtual position merged_to() const = 0;

    /// A stored state: opaque bytes under a name, for snapshots of folds. Only ever an
    /// optimisation: it may be forgotten. Thread-safe.
    virtual result<void> save_state(std::string_view name, std::string_view bytes) = 0;
    virtual result<std::optional<std::string>> load_state(std::string_view name) const = 0;

    /// Housekeeping off the commit path: writes blocks ahead, checkpoints the index, expires
    /// answers, looks whether there is room again. Returns whether there may be more to do at once.
    virtual result<bool> maintain(timestamp now) = 0;

    /// Marks a clean close and releases the files. Nothing else may be called afterwards.
    virtual result<void> close() = 0;
};

}  // namespace diptych::log
