/// @file
/// What lies where in a data folder, and whether a folder is one.
#pragma once

#include "log/segments/watermark.hpp"
#include "storage/disk.hpp"

#include <diptych/position.hpp>
#include <diptych/uuid.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log::segments {

/// Stands in a folder while a copy of a log is being made in it, and FORMAT not yet.
inline constexpr std::string_view unfinished_name = "UNFINISHED-COPY-OF-A-DIPTYCH-LOG";

/// The names in a data folder.
struct folder {
    std::filesystem::path root;

    std::filesystem::path format() const { return root / "FORMAT"; }
    std::filesystem::path lock() const { return root / "LOCK"; }
    std::filesystem::path closed() const { return root / "CLOSED"; }
    std::filesystem::path home() const { return root / "HOME"; }
    std::filesystem::path reserve() const { return root / "RESERVE"; }
    std::filesystem::path unfinished() const { return root / unfinished_name; }
    std::filesystem::path index() const { return root / "index.db"; }
    std::filesystem::path next_index() const { return root / "index.next.db"; }
    std::filesystem::path log() const { return root / "log"; }
    std::filesystem::path watermark() const { return log() / "WATERMARK"; }
    std::filesystem::path next_segment() const { return log() / "next.tmp"; }
    std::filesystem::path segment(position first) const;  ///< log/<20 digits>.seg
};

/// The log id in FORMAT; nullopt if the folder is missing or still empty. Nothing is touched.
///
/// Fails with invalid (code foreign_folder or newer_format) if the folder holds something else, or
/// (unfinished_copy) if a backup or restore to it was broken off.
result<std::optional<uuid>> read_format(storage::disk& on, folder const& in);

/// Makes log/ and FORMAT, durably, in an empty folder that the caller has locked.
result<void> create_format(storage::disk& on, folder const& in, uuid const& log_id);

/// Makes the names on the way to a folder durable: without them a power loss takes the folder
/// along. Not everyone may look at all of those, and who can not has not made them.
result<void> sync_way_to(storage::disk& on, std::filesystem::path const& folder);

/// First positions of the segments, ascending. Fails with corrupt if log/ is missing.
result<std::vector<position>> list_segments(storage::disk& on, folder const& in);

/// The mark of the last clean close; nullopt if there is none of this log.
result<std::optional<durable_mark>> read_closed(
    storage::disk& on, folder const& in, uuid const& log_id
);
result<void> write_closed(storage::disk& on, folder const& in, durable_mark const& mark);

/// Removes a file, if it is there, durably.
result<void> remove_if_there(
    storage::disk& on, std::filesystem::path const& path, std::filesystem::path const& parent
);

}  // namespace diptych::log::segments
