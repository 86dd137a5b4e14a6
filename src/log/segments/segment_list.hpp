/// @file
/// The segments of a log in order, and reading across them.
#pragma once

#include "log/engine.hpp"
#include "log/segments/segment.hpp"
#include "log/segments/segment_reading.hpp"

#include <diptych/event.hpp>

#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace diptych::log::segments {

/// Open sealed segments, the ones used last, within a bound. Thread-safe.
///
/// Keeps a reference: the disk must outlive it.
class segment_cache {
public:
    struct bounds {
        std::size_t bytes_max = 64u << 20;  ///< Of offset tables.
        std::size_t segments_max = 128;     ///< Open files.
    };

    segment_cache(storage::disk& on, bounds most) : disk_(on), most_(most) {}

    /// The segment with its tables; if they are damaged, worked out again from its frames.
    result<std::shared_ptr<segment const>> open(segment_entry const& entry);

private:
    storage::disk& disk_;
    bounds most_;
    std::mutex mutex_;  // guards everything below
    std::list<std::shared_ptr<segment const>> newest_first_;
    std::size_t bytes_ = 0;
};

/// The segments at a moment. Cheap to copy.
struct segment_list {
    std::shared_ptr<std::vector<segment_entry> const> sealed;  ///< Oldest first. Never null.
    std::shared_ptr<segment> open;  ///< The last one, not sealed; null: there is none.
    position last{};                ///< The last event that may be read, damaged or not.
    std::uint64_t open_end = 0;     ///< Offset up to which `open` may be read.
};

/// Reads what a list holds. For one call; thread-compatible.
///
/// Keeps references: list and cache must outlive it.
class log_reader {
public:
    log_reader(segment_list const& list, segment_cache& cache) : list_(list), cache_(cache) {}

    std::vector<epoch_start> epochs() const;

    /// As engine::frames.
    result<std::vector<frame_ptr>> frames(position from, std::size_t bytes_max) const;

    /// As engine::visit.
    result<position> visit(stretch const& of, std::size_t bytes_max, event_visitor const& visit)
        const;

    /// As engine::fetch, but for the page around it.
    struct events {
        std::vector<recorded_event> list;
        std::vector<std::shared_ptr<void const>> memory;
    };
    result<events> fetch(std::span<position const> positions) const;

    result<position> position_at(timestamp when) const;
    result<hash256> chain_at(position at) const;

    /// Whether the chain had this value at this position: after the event, after its frame, or
    /// after one of the answers-only frames that follow. False beyond the end.
    result<bool> passed(position at, hash256 const& chain) const;

private:
    struct piece {
        std::shared_ptr<segment const> of;
        std::uint64_t end;
    };
    std::size_t count() const { return list_.sealed->size() + (list_.open ? 1 : 0); }
    position first_of(std::size_t i) const;
    position last_of(std::size_t i) const;
    std::size_t holder_of(position at) const;  // the last segment that begins at or before `at`
    result<piece> open(std::size_t i) const;
    result<void> each_frame(
        position from, position up_to, std::size_t bytes_max, frame_taker const& take
    ) const;
    std::unexpected<error> missing_before(std::size_t i) const;
    result<std::vector<hash256>> chains_at(position at) const;

    segment_list const& list_;
    segment_cache& cache_;
};

}  // namespace diptych::log::segments
