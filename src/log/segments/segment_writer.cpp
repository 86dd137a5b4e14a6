#include "log/segments/segment_writer.hpp"

#include "base/planted_bug.hpp"
#include "log/segments/frame_decode.hpp"

#include <diptych/assert.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>

namespace diptych::log::segments {

namespace {

constexpr std::uint64_t ahead_min = 256 * 1024;
constexpr std::uint64_t ahead_max = 8 * 1024 * 1024;
constexpr auto offset_max = std::uint64_t{std::numeric_limits<std::uint32_t>::max()};

}  // namespace

result<void> write_zeros(storage::file& to, std::uint64_t begin, std::uint64_t end) {
    std::string const zeros(std::min<std::uint64_t>(end - begin, 1 << 20), '\0');
    for (auto at = begin; at < end; at += zeros.size())
        DIPTYCH_TRY(to.write(
            at, std::string_view(zeros).substr(0, std::min<std::uint64_t>(end - at, zeros.size()))
        ));
    return to.sync();
}

std::uint64_t ahead_size(std::uint64_t file_size) {
    return std::clamp(file_size, ahead_min, ahead_max);
}

result<void> next_segment::make(std::uint64_t zeros) {
    ready_.reset();
    auto const path = folder_.next_segment();
    DIPTYCH_TRY(auto const left_over, disk_.exists(path));
    if (left_over) {
        DIPTYCH_TRY(disk_.remove(path));
    }
    DIPTYCH_TRY(auto made, disk_.open(path, storage::file_mode::create_new));
    if (auto written = write_zeros(*made, 0, zeros); !written) {
        (void)disk_.remove(path);  // its room is of use to others; recovery removes it, too
        return written;
    }
    ready_ = std::move(made);
    zeros_ = zeros;
    return {};
}

result<bool> next_segment::prepare(std::uint64_t zeros, std::uint64_t zeros_min) {
    auto const lock = std::scoped_lock(mutex_);
    if (ready_ && zeros_ >= zeros_min) return false;
    DIPTYCH_TRY(make(std::max(zeros, zeros_min)));
    return true;
}

result<std::shared_ptr<segment>> next_segment::begin(segment_header const& header) {
    auto const lock = std::scoped_lock(mutex_);
    if (!ready_) {
        DIPTYCH_TRY(make(ahead_min));
    }
    auto on = std::move(ready_);
    DIPTYCH_TRY(on->write(0, encode(header)));
    DIPTYCH_TRY(on->sync());
    auto const name = folder_.segment(header.first);
    DIPTYCH_TRY(disk_.rename(folder_.next_segment(), name));
    if (!is_planted(bug::name_not_synced)) {
        DIPTYCH_TRY(disk_.sync_directory(folder_.log()));
    }
    return std::make_shared<segment>(name, header, std::move(on));
}

void next_segment::forget() {
    auto const lock = std::scoped_lock(mutex_);
    ready_.reset();
}

segment_writer::segment_writer(
    std::shared_ptr<segment> to, std::unique_ptr<storage::file> ahead, std::uint64_t zeros_end
)
    : to_(std::move(to)),
      ahead_file_(std::move(ahead)),
      ahead_(to_->extent().frames_end, std::max(zeros_end, to_->extent().frames_end)) {}

bool segment_writer::has_room(std::size_t size, std::uint64_t bytes_max) const {
    auto const extent = to_->extent();
    auto const trailer = extent.event_count * std::uint64_t{5} + segment_footer_size;
    return extent.event_count == 0 || extent.frames_end + size + trailer <= bytes_max;
}

result<void> segment_writer::make_room(std::uint64_t size) {
    auto const begin = to_->extent().frames_end;
    auto const end = begin + size;
    if (!ahead_.begin_growing(end)) return {};
    auto made = to_->on().allocate(begin, end);
    ahead_.end_zeroing(made ? end : 0);
    return made;
}

result<void> segment_writer::make_room_for_trailer() { return make_room(to_->trailer().size()); }

result<void> segment_writer::write(frame& next) {
    auto const extent = to_->extent();
    auto const end = extent.frames_end + next.bytes.size();
    if (end > offset_max)
        return fail(
            errc::unavailable,
            fmt::format("{} holds as many answers as it can", to_->path().native())
        );
    frame_header const about{
        .number = extent.frame_count + 1,
        .body_size = static_cast<std::uint32_t>(next.bytes.size() - frame_header_size),
        .event_count = next.event_count,
        .answer_count = next.answer_count,
        .first = next.first,
        .recorded_at = next.recorded_at,
        .chain = next.chain,
        .body_checksum = 0,
    };
    store_frame_header(next.bytes, about, to_->key());
    auto const events = event_offsets(next.bytes, about, extent.frames_end);
    DIPTYCH_ASSERT(events.size() == next.event_count, "a frame holds as many events as it says");
    ahead_.take(end);
    if (is_planted(bug::synced_late)) {
        DIPTYCH_TRY(to_->on().sync());
    }
    DIPTYCH_TRY(to_->on().write(extent.frames_end, next.bytes));
    auto synced = is_planted(bug::no_sync) || is_planted(bug::synced_late) ? result<void>{}
                                                                           : to_->on().sync();
    if (!synced && is_planted(bug::failed_sync_retried)) synced = to_->on().sync();
    DIPTYCH_TRY(std::move(synced));
    to_->extend(about, events);
    return {};
}

result<void> segment_writer::seal() {
    ahead_.take(offset_max);  // from here on nobody writes zeros here
    auto const trailer = to_->trailer();
    auto const end = to_->extent().frames_end;
    DIPTYCH_TRY(to_->on().write(end, trailer));
    DIPTYCH_TRY(to_->on().truncate(end + trailer.size()));
    return to_->on().sync();
}

result<bool> segment_writer::write_ahead(std::uint64_t bytes_max) {
    auto const zeros =
        ahead_.begin_zeroing(ahead_size(to_->extent().frames_end), std::min(bytes_max, offset_max));
    if (!zeros) return false;
    auto const written = write_zeros(*ahead_file_, zeros->begin, zeros->end);
    ahead_.end_zeroing(written ? zeros->end : zeros->begin);
    if (written) return true;
    return std::unexpected(written.error());
}

}  // namespace diptych::log::segments
