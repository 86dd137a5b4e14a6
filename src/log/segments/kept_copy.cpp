#include "log/segments/kept_copy.hpp"

#include "log/segments/home.hpp"
#include "log/segments/new_epoch.hpp"
#include "log/segments/recovery.hpp"
#include "log/segments/segment_scan.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <string>
#include <utility>

namespace diptych::log::segments {

result<std::unique_ptr<kept_copy>> kept_copy::open(
    storage::disk& on, folder const& in, uuid const& log_id
) {
    auto made = std::unique_ptr<kept_copy>(new kept_copy(on, in, log_id));
    DIPTYCH_TRY(auto known, read_format(on, in));
    if (known && *known != log_id)
        return fail(
            errc::invalid,
            "foreign_folder",
            in.root.native() + " is of another log: name a folder that does not exist yet"
        );
    DIPTYCH_TRY(on.make_directories(in.root));
    DIPTYCH_TRY(made->lock_, on.lock(in.lock()));
    if (!known) {
        DIPTYCH_TRY(create_format(on, in, log_id));
    }
    DIPTYCH_TRY(auto const segments, list_segments(on, in));
    DIPTYCH_TRY(auto const where, look_for_home(on, in));
    if (segments.empty() && where == home::unknown) {
        DIPTYCH_TRY(make_homeless(on, in));
    }
    DIPTYCH_TRY(auto const is_copy, is_backup(on, in));
    if (!is_copy)
        return fail(
            errc::conflict,
            "not_a_copy",
            in.root.native() + " is a log that is written to, not a copy of one"
        );
    DIPTYCH_TRY(made->load());
    return made;
}

result<void> kept_copy::load() {
    DIPTYCH_TRY(auto page, on_.share(in_.watermark(), true));
    mark_.emplace(std::move(page));
    DIPTYCH_TRY(cut_unsynced());
    segment_cache cache(on_, {});
    DIPTYCH_TRY(auto const found, inspect(on_, in_, log_id_, {}, cache));
    if (!found.last) return {};
    DIPTYCH_TRY(repair(on_, in_, found));
    auto const& entry = found.last->entry();
    DIPTYCH_TRY(auto file, on_.open(entry.path, storage::file_mode::read_write));
    last_ = std::make_unique<segment>(entry.path, entry.header, std::move(file));
    wanted_.segment = entry.first();
    // What is sealed is whole: the next piece says what comes behind it.
    DIPTYCH_TRY(auto const footer, read_segment_footer(last_->on(), last_->key()));
    DIPTYCH_TRY(auto const stopped, scan(*last_, entry.extent.frames_end));
    if (stopped) return std::unexpected(*stopped);
    wanted_.offset = footer ? footer->file_size() : entry.extent.frames_end;
    return show();
}

// A piece has many frames and one sync: after a power cut any of them may be damaged while others
// behind it are whole. What was not synced was not shown, and comes again.
result<void> kept_copy::cut_unsynced() {
    DIPTYCH_TRY(auto const segments, list_segments(on_, in_));
    if (segments.empty()) return {};
    auto const path = in_.segment(segments.back());
    segment_key const named{.log_id = log_id_, .first = segments.back()};
    DIPTYCH_TRY(auto file, on_.open(path, storage::file_mode::read_write));
    DIPTYCH_TRY(auto const header, read_segment_header(*file, path, named));
    DIPTYCH_TRY(auto const footer, read_segment_footer(*file, named));
    DIPTYCH_TRY(auto const size, file->size());
    segment last(path, header, std::move(file));
    auto const reach = footer ? footer->extent.frames_end : size;
    DIPTYCH_TRY(scan(last, reach));
    auto const end = last.extent().frames_end;
    if (end == (footer ? reach : size)) return {};
    DIPTYCH_TRY(last.on().truncate(end));
    return last.on().sync();
}

// Moves the mark that readers go by behind what has been checked.
result<void> kept_copy::show() {
    wanted_.epoch = last_->header().epoch;
    wanted_.at = last_->last();
    wanted_.chain = last_->extent().chain;
    mark_->store(mark_of(*last_));
    return {};
}

// No frame is written before the header, the name and the directory entry are durable.
result<void> kept_copy::begin_segment(stored_piece const& piece) {
    auto const path = in_.segment(piece.segment);
    segment_key const named{.log_id = log_id_, .first = piece.segment};
    auto const next = in_.next_segment();
    DIPTYCH_TRY(remove_if_there(on_, next, in_.log()));
    DIPTYCH_TRY(auto file, on_.open(next, storage::file_mode::create_new));
    DIPTYCH_TRY(file->write(0, std::string_view(piece.bytes).substr(0, segment_header_size)));
    DIPTYCH_TRY(auto const header, read_segment_header(*file, path, named));
    auto const is_behind = last_ ? header.previous == last_->header().first : true;
    if (!is_behind || (wanted_.at.value > 0 && header.chain != wanted_.chain))
        return fail(
            errc::corrupt,
            fmt::format(
                "the segment of position {} does not follow on what is here", piece.segment.value
            )
        );
    DIPTYCH_TRY(file->sync());
    DIPTYCH_TRY(on_.rename(next, path));
    DIPTYCH_TRY(on_.sync_directory(in_.log()));
    last_ = std::make_unique<segment>(path, header, std::move(file));
    wanted_.segment = piece.segment;
    wanted_.offset = segment_header_size;
    return {};
}

result<void> kept_copy::check_whole(stored_piece const& piece) const {
    auto const end = last_->extent().frames_end;
    auto const trailer = last_->trailer();
    std::string found(trailer.size(), '\0');
    if (end + trailer.size() == piece.size) {
        DIPTYCH_TRY(read_exactly(last_->on(), last_->path(), end, found));
        if (found == trailer) return {};
    }
    return corrupt_at(*last_, end, last_->last() + 1, "what was sent is not what its trailer says");
}

result<bool> kept_copy::take(stored_piece const& piece) {
    if (piece.log_id != log_id_)
        return fail(errc::conflict, "other_history", "what was sent is of another log");
    auto const is_asked = piece.offset == wanted_.offset &&
                          (piece.segment == wanted_.segment || wanted_.segment.value == 0);
    if (!is_asked) return fail(errc::invalid, "wrong_piece", "what was sent was not asked for");
    auto bytes = std::string_view(piece.bytes);
    if (piece.offset == 0) {
        if (bytes.size() < segment_header_size) return true;  // nothing is there yet
        DIPTYCH_TRY(begin_segment(piece));
        bytes.remove_prefix(segment_header_size);
    }
    if (!bytes.empty()) {
        DIPTYCH_TRY(last_->on().write(wanted_.offset, bytes));
        DIPTYCH_TRY(last_->on().sync());
    }
    wanted_.offset += bytes.size();
    // The last frame may have come in part, and behind them all comes the trailer.
    DIPTYCH_TRY(auto const stopped, scan(*last_, wanted_.offset));
    DIPTYCH_TRY(show());
    if (wanted_.offset < piece.size) return false;
    auto whole = result<void>{};
    if (piece.is_sealed)
        whole = check_whole(piece);
    else if (stopped)
        whole = std::unexpected(*stopped);
    if (!whole) {
        wanted_.offset = last_->extent().frames_end;
        return std::unexpected(whole.error());
    }
    if (!piece.is_sealed || piece.next.value == 0) return true;
    wanted_.segment = piece.next;
    wanted_.offset = 0;
    return false;
}

}  // namespace diptych::log::segments
