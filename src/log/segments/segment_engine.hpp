/// @file
/// The embedded engine: segment files are the log, a SQLite index follows.
///
/// One process writes a folder, others may read it at the same time: they follow the watermark that
/// the writer shares, so they never see what is not durable. docs/reference/segment-format.md
/// describes the files.
#pragma once

#include "log/engine.hpp"
#include "log/segments/index.hpp"
#include "log/segments/recovery.hpp"
#include "log/segments/segment_list.hpp"
#include "storage/disk.hpp"

#include <diptych/clock.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace diptych::log::segments {

/// What may differ from folder to folder.
struct segment_options {
    std::uint64_t segment_bytes = 64u << 20;     ///< A segment is sealed before it grows beyond.
    std::uint64_t reserve_bytes = 0;             ///< Kept free for a full disk; see room.hpp.
    bool indexed = true;                         ///< False: no index.db.
    sqlite::disk_vfs const* index_on = nullptr;  ///< For the index, if not the machine's disk.
    std::chrono::microseconds keep_answers = std::chrono::hours{24 * 7};
    /// How far views have come: what they cover is not cut from the tail, and if they are ahead of
    /// the log, or of another line, it opens read-only.
    std::vector<checkpoint> covered_by = {};
    segment_cache::bounds cache = {};
    index_limits index = {};
};

/// An engine on a folder. See log::engine for threads.
class segment_engine : public engine {
public:
    enum class mode { writer, reader };

    /// Opens a folder; a writer creates it if it is missing or empty, and recovers it.
    ///
    /// Fails with invalid (foreign_folder, newer_format) if it is not a folder of ours, unavailable
    /// (locked) if another process writes to it, not_found (reader) if there is none, denied if
    /// files may not be opened, corrupt if the log has damage that is no torn end. Then nothing is
    /// changed. Keeps a reference: the disk must outlive it.
    static result<std::unique_ptr<segment_engine>> open(
        std::filesystem::path const& directory,
        mode how,
        storage::disk& on,
        clock& time,
        random_source& random,
        segment_options options = {}
    );

    std::vector<epoch_start> epochs() const override;
    result<std::vector<frame_ptr>> frames(position from, std::size_t bytes_max) const override;
    result<position> visit(stretch const& of, std::size_t bytes_max, event_visitor const& visit)
        const override;
    result<page> fetch(std::span<position const> positions) const override;
    result<stored_piece> stored(stored_place const& from, std::size_t bytes_max) const override;
    result<position> position_at(timestamp when) const override;
    result<hash256> chain_at(position at) const override;
    result<std::shared_ptr<postings const>> index() const override;
    bool is_indexed() const override { return usable_index() != nullptr; }
    position merged_to() const override;
    result<std::optional<std::string>> load_state(std::string_view name) const override;

    /// Whether a checkpoint lies on this line: the chain had this value at this position. False
    /// beyond end().
    result<bool> passed(position at, hash256 const& chain) const;

    /// Whether a writer found a copy of the folder that the log was written to, and so began a new
    /// epoch.
    bool is_copy() const { return is_copy_; }

    /// The segments as they are, and the end that goes with them. For a reader beside a writer, as
    /// far as that shares.
    struct moment {
        segment_list list;
        log_end end;
    };
    virtual result<moment> now() const = 0;

protected:
    segment_engine(storage::disk& on, folder in, uuid const& log_id, segment_options options);

    /// The index if there is one now; it stays until close().
    virtual segments::index const* usable_index() const { return index_.get(); }

    storage::disk& disk_;
    folder const folder_;
    uuid const log_id_;
    segment_options const options_;
    mutable segment_cache cache_;
    std::unique_ptr<segments::index> index_;  // null: none
    bool is_copy_ = false;
};

}  // namespace diptych::log::segments
