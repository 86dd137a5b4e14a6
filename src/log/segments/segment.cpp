#include "log/segments/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace diptych::log::segments {

segment::segment(
    std::filesystem::path path, segment_header const& header, std::unique_ptr<storage::file> on
)
    : path_(std::move(path)), header_(header), on_(std::move(on)) {
    extent_.chain = header.chain;
    extent_.first_recorded = header.recorded_at;
    extent_.last_recorded = header.recorded_at;
}

segment::segment(segment_entry entry, std::unique_ptr<storage::file> on, segment_tables tables)
    : path_(std::move(entry.path)),
      header_(entry.header),
      on_(std::move(on)),
      extent_(entry.extent),
      tables_(std::move(tables)) {}

segment_extent segment::extent() const {
    auto const lock = std::scoped_lock(mutex_);
    return extent_;
}

position segment::last() const { return header_.first + extent().event_count - 1; }

segment_entry segment::entry() const {
    return {.path = path_, .header = header_, .extent = extent()};
}

std::string segment::trailer() const {
    auto const lock = std::scoped_lock(mutex_);
    return encode_trailer(key(), extent_, tables_);
}

std::size_t segment::memory() const {
    auto const lock = std::scoped_lock(mutex_);
    return tables_.events.capacity() * sizeof(std::uint32_t) +
           tables_.frames.capacity() * sizeof(frame_mark);
}

void segment::extend(frame_header const& about, std::span<std::uint32_t const> events) {
    auto const lock = std::scoped_lock(mutex_);
    auto const offset = static_cast<std::uint32_t>(extent_.frames_end);
    if (tables_.frames.empty() || offset - tables_.frames.back().offset >= frame_mark_distance)
        tables_.frames.push_back({.offset = offset, .ordinal = extent_.event_count});
    tables_.events.insert(tables_.events.end(), events.begin(), events.end());
    if (extent_.frame_count == 0) extent_.first_recorded = about.recorded_at;
    extent_.frames_end += about.size();
    extent_.frame_count = about.number;
    extent_.event_count += about.event_count;
    extent_.chain = about.chain;
    extent_.last_recorded = about.recorded_at;
}

void segment::skip_to(frame_place next) {
    auto const lock = std::scoped_lock(mutex_);
    extent_.frames_end = next.offset;
    extent_.frame_count = next.frames_before;
    extent_.event_count = static_cast<std::uint32_t>(next.position.value - header_.first.value);
    tables_.events.resize(extent_.event_count, 0);
}

std::optional<segment::place> segment::find(position at) const {
    auto const lock = std::scoped_lock(mutex_);
    if (at < header_.first || at.value - header_.first.value >= tables_.events.size())
        return std::nullopt;
    auto const ordinal = at.value - header_.first.value;
    std::uint64_t const offset = tables_.events[ordinal];
    std::uint64_t end = extent_.frames_end;
    if (ordinal + 1 < tables_.events.size() && tables_.events[ordinal + 1] != 0)
        end = tables_.events[ordinal + 1];
    if (offset < segment_header_size || offset >= end) return std::nullopt;
    return place{.offset = offset, .size_max = end - offset};
}

frame_place segment::frame_before(position at) const {
    auto const lock = std::scoped_lock(mutex_);
    // Answers-only frames share the position of the frame behind them, so the mark must stand at
    // an earlier event.
    auto const ordinal = at < header_.first ? 0 : at.value - header_.first.value;
    auto const is_before = [ordinal](frame_mark const& mark) { return mark.ordinal < ordinal; };
    auto const behind = std::ranges::partition_point(tables_.frames, is_before);
    if (behind == tables_.frames.begin())
        return {.offset = segment_header_size, .position = header_.first};
    auto const mark = *std::prev(behind);
    return {.offset = mark.offset, .position = header_.first + mark.ordinal};
}

std::unexpected<error> corrupt_at(
    segment const& in, std::uint64_t offset, position at, std::string_view why
) {
    auto failure = fail(
        errc::corrupt,
        "corrupt_frame",
        fmt::format("{} at offset {}, position {}: {}", in.path().native(), offset, at.value, why)
    );
    failure.error().facts = {
        {"position", fmt::to_string(at.value)},
        {"offset", fmt::to_string(offset)},
    };
    return failure;
}

result<void> read_exactly(
    storage::file const& from,
    std::filesystem::path const& path,
    std::uint64_t offset,
    std::span<char> into
) {
    DIPTYCH_TRY(auto const size, from.read(offset, into));
    if (size == into.size()) return {};
    return fail(
        errc::corrupt,
        fmt::format(
            "{} ends at {}, before the {} bytes at {}",
            path.native(),
            offset + size,
            into.size(),
            offset
        )
    );
}

result<segment_header> read_segment_header(
    storage::file const& from, std::filesystem::path const& path, segment_key const& named
) {
    std::array<char, segment_header_size> bytes;
    DIPTYCH_TRY(read_exactly(from, path, 0, bytes));
    auto header = decode_segment_header({bytes.data(), bytes.size()});
    auto why = header ? std::string{} : header.error().message;
    if (header && header->log_id != named.log_id)
        why = fmt::format("it belongs to log {}", to_string(header->log_id));
    else if (header && header->first != named.first)
        why = fmt::format("it begins with position {}", header->first.value);
    if (why.empty()) return *header;
    auto failure = fail(
        header ? errc::corrupt : header.error().kind,
        header ? "corrupt_segment" : header.error().code,
        fmt::format("{}: {}", path.native(), why)
    );
    failure.error().facts.emplace_back("position", fmt::to_string(named.first.value));
    return failure;
}

result<std::optional<segment_footer>> read_segment_footer(
    storage::file const& from, segment_key const& named
) {
    DIPTYCH_TRY(auto const size, from.size());
    if (size < segment_header_size + segment_footer_size) return std::optional<segment_footer>{};
    std::array<char, segment_footer_size> bytes;
    DIPTYCH_TRY(auto const read, from.read(size - segment_footer_size, bytes));
    auto footer = decode_segment_footer({bytes.data(), read}, named);
    if (footer && footer->file_size() != size) footer.reset();
    return footer;
}

}  // namespace diptych::log::segments
