/// @file
/// The index: which positions every id, type and category has. A SQLite file, derived from the
/// segments: it may lag, it never leads, and deleting it loses nothing.
#pragma once

#include "log/frame.hpp"
#include "log/postings.hpp"

#include <diptych/error.hpp>

#include <chrono>
#include <filesystem>
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

/// The index of one log. One thread calls merge, maintain and close; the rest is thread-safe.
class index {
public:
    enum class mode { writer, reader };

    /// Opens or (writer) creates. A file of another log or an unknown format is thrown away and
    /// begun anew by a writer. Fails with not_found (reader), denied, unavailable or corrupt.
    static result<std::unique_ptr<index>> open(
        std::filesystem::path const& file, uuid const& log_id, mode how
    );

    virtual ~index() = default;

    virtual index_checkpoint checkpoint() const = 0;

    /// The postings of 1..checkpoint, frozen; holds a read transaction until released. Connections
    /// are pooled.
    virtual result<std::shared_ptr<postings const>> snapshot() const = 0;

    /// Takes consecutive frames, the first event at checkpoint + 1, in one transaction.
    virtual result<void> merge(std::span<frame_ptr const> frames) = 0;

    /// Moves the WAL into the file and forgets answers recorded before `now - keep`. Whether there
    /// is more to do.
    virtual result<bool> maintain(timestamp now, std::chrono::microseconds keep) = 0;

    /// A stored state: opaque bytes under a name, for snapshots of folds. The newest wins.
    virtual result<void> save_state(std::string_view name, std::string_view bytes) = 0;
    virtual result<std::optional<std::string>> load_state(std::string_view name) const = 0;

    virtual result<void> close() = 0;
};

}  // namespace diptych::log::segments
