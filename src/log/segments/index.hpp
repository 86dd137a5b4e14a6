/// @file
/// The index: which positions every id, type and category has. A SQLite file, derived from the
/// segments: it may lag, it never leads, and deleting it loses nothing.
#pragma once

#include "log/frame.hpp"
#include "log/postings.hpp"
#include "sqlite/location.hpp"

#include <diptych/error.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace diptych::log::segments {

/// How far an index has come: a position and the hash chain there.
struct index_checkpoint {
    diptych::position position{};
    hash256 chain{};
};

/// Bounds of an index, and how much it does at once.
struct index_limits {
    std::int64_t recent_rows_max = 256 * 1024;  ///< Rows that wait to be settled.
    std::int64_t settle_rows = 4096;            ///< Rows settled at once.
    std::int64_t wal_pages = 4096;   ///< Written before maintain() moves the WAL into the file.
    std::size_t expire_max = 2'000;  ///< Answers that one maintain() forgets.
    std::size_t states_bytes_max = 16u << 20;  ///< States that wait for the next transaction.
};

/// The index of one log. One thread calls merge, maintain, is_distrusted, replace and close; the
/// rest is thread-safe.
class index {
public:
    enum class mode { writer, reader };

    /// Opens or (writer) creates. A file of another log or an unknown format is thrown away and
    /// begun anew by a writer. Fails with not_found (reader), denied, unavailable or corrupt.
    static result<std::unique_ptr<index>> open(
        sqlite::location const& file, uuid const& log_id, mode how, index_limits const& limits = {}
    );

    virtual ~index() = default;

    /// How far merge has come; of a reader, the newest checkpoint that a snapshot of its has seen.
    /// The chain is that after the last event: answers in frames of their own do not change it.
    virtual index_checkpoint checkpoint() const = 0;

    /// The postings of 1..checkpoint, frozen; holds a read transaction until released. Connections
    /// are pooled.
    virtual result<std::shared_ptr<postings const>> snapshot() const = 0;

    /// Takes consecutive frames, the first event at checkpoint + 1, in one transaction. Answers
    /// that it has already may come again. Fails with unavailable (no room), denied or corrupt;
    /// then nothing has changed. Blocking.
    virtual result<void> merge(std::span<frame_ptr const> frames) = 0;

    /// Moves the WAL into the file and forgets answers recorded before `now - keep`. Whether there
    /// is more to do.
    virtual result<bool> maintain(timestamp now, std::chrono::microseconds keep) = 0;

    /// A stored state: opaque bytes under a name, for snapshots of folds. The newest wins. Returns
    /// at once: it is written with the next merge, maintain or close, and forgotten if that fails.
    /// Fails with unavailable if too much is waiting, denied for a reader.
    virtual result<void> save_state(std::string_view name, std::string_view bytes) = 0;
    virtual result<std::optional<std::string>> load_state(std::string_view name) const = 0;

    /// Whether a sync of its file has failed: nothing is moved into it any more, and its WAL grows,
    /// until replace().
    virtual bool is_distrusted() const = 0;

    /// Takes a file that is whole, closed, and has come to the same checkpoint in the place of its
    /// own, for good. Snapshots of the old one stay as they are. If it fails, merge and maintain
    /// try to go on with it first, and fail until that is done; states that were stored are
    /// forgotten.
    virtual result<void> replace(sqlite::location const& with) = 0;

    virtual result<void> close() = 0;
};

}  // namespace diptych::log::segments
