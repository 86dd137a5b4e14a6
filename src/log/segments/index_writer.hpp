/// @file
/// The one connection that writes the index.
#pragma once

#include "log/segments/index.hpp"
#include "log/segments/index_answers.hpp"
#include "log/segments/index_ids.hpp"
#include "log/segments/index_lists.hpp"
#include "log/segments/index_schema.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace diptych::log::segments {

/// States that wait to be written with the next transaction. Not thread-safe.
class pending_states {
public:
    /// Fails with unavailable if they were then more than `bytes_max`; one alone always fits.
    result<void> add(std::string_view name, std::string_view bytes, std::size_t bytes_max);

    /// The newest under this name, or null.
    std::string const* find(std::string_view name) const;

    auto begin() const { return by_name_.begin(); }
    auto end() const { return by_name_.end(); }

private:
    std::map<std::string, std::string, std::less<>> by_name_;
    std::size_t bytes_ = 0;
};

/// Not thread-safe.
class index_writer {
public:
    static result<std::unique_ptr<index_writer>> open(
        sqlite::location const& file, uuid const& log_id, index_limits const& limits
    );

    result<index_checkpoint> checkpoint();

    /// Writes frames and states in one transaction. The checkpoint it has come to.
    result<index_checkpoint> merge(
        std::span<frame_ptr const> frames,
        index_checkpoint const& from,
        pending_states const& states
    );

    /// Writes states, forgets answers recorded before `end`, moves the WAL into the file when it
    /// has become long. Whether there are more answers to forget. That a sync has failed is told
    /// once.
    result<bool> maintain(timestamp end, pending_states const& states);

    /// Whether a sync has failed, or there was no room when it was opened: the WAL is not moved any
    /// more, and grows.
    bool is_distrusted() const { return database_.is_distrusted(); }

    /// Writes states and moves the WAL into the file.
    result<void> close(pending_states const& states);

private:
    result<void> write(
        std::span<frame_ptr const> frames, index_checkpoint const& to, pending_states const& states
    );
    result<void> save(pending_states const& states);

    index_limits limits_;
    sqlite::database database_;
    checkpoint_reader read_checkpoint_;
    checkpoint_writer write_checkpoint_;
    list_writer lists_;
    id_writer ids_;
    answer_writer answers_;
    sqlite::statement save_state_;
    std::int64_t pages_moved_ = 0;  // database_.pages_written() when the WAL was last moved.
};

}  // namespace diptych::log::segments
