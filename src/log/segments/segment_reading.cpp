#include "log/segments/segment_reading.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace diptych::log::segments {

namespace {

constexpr std::uint64_t gap_max = 4 * 1024;      // Bytes read for nothing rather than read twice.
constexpr std::uint64_t together_max = 1 << 20;  // Bytes of one read.
constexpr std::uint64_t guess = 4 * 1024;        // For a record whose end is not known.

// The record at `place` may be followed by answers and a frame header: where does it end?
result<std::uint64_t> size_of(segment const& in, position at, segment::place const& place) {
    if (place.size_max <= guess) return place.size_max;
    std::array<char, 4> bytes;
    DIPTYCH_TRY(read_exactly(in.on(), in.path(), place.offset, bytes));
    auto const size = record_size({bytes.data(), bytes.size()});
    if (size > place.size_max)
        return corrupt_at(in, place.offset, at, "the event's record is longer than its frame");
    return size;
}

struct located {
    position at;
    std::uint64_t offset;
    std::uint64_t size;
};

result<located> locate(segment const& in, position at) {
    auto const place = in.find(at);
    if (!place) return corrupt_at(in, 0, at, "the event's frame is damaged");
    DIPTYCH_TRY(auto const size, size_of(in, at, *place));
    return located{.at = at, .offset = place->offset, .size = size};
}

result<recorded_event> event_in(segment const& in, std::string_view bytes, located const& one) {
    auto const size = record_size(bytes);
    auto event = size > bytes.size()
                     ? fail(errc::corrupt, "corrupt_event", "the record's length does not fit")
                     : decode(
                           bytes.substr(0, size),
                           one.at,
                           in.header().epoch,
                           record_seed(in.header().log_id, one.at)
                       );
    if (event) return event;
    return corrupt_at(in, one.offset, one.at, event.error().message);
}

}  // namespace

result<void> seek(frame_cursor& cursor, segment const& in, position at) {
    while (true) {
        auto const before = cursor.place();
        auto const found = cursor.next_header();
        if (found && !*found)
            return corrupt_at(in, before.offset, at, "the segment ends before this event");
        if (found && (*found)->about.next() > at) {
            cursor.move_to(before);
            return {};
        }
        if (found) continue;
        if (found.error().kind != errc::corrupt) return std::unexpected(found.error());
        DIPTYCH_TRY(auto const more, cursor.resume());
        if (!more || cursor.place().position > at)
            return corrupt_at(in, before.offset, at, "the frame that holds it is damaged");
    }
}

result<void> take_frames(frame_cursor& cursor, segment const& in, frames_to_take& wanted) {
    while (wanted.bytes > 0) {
        DIPTYCH_TRY(auto const found, cursor.next());
        if (!found) return {};
        auto const size = found->bytes.size();
        auto const is_enough = size > wanted.bytes && wanted.taken > 0;
        if (is_enough || found->about.first > wanted.up_to) {
            wanted.bytes = 0;
            return {};
        }
        DIPTYCH_TRY(wanted.take(*found, in));
        ++wanted.taken;
        wanted.bytes -= std::min(size, wanted.bytes);
    }
    return {};
}

result<void> read_events(
    segment const& in,
    std::span<position const> positions,
    std::vector<recorded_event>& into,
    std::vector<std::shared_ptr<void const>>& memory
) {
    std::vector<located> places;
    places.reserve(positions.size());
    for (auto const at : positions) {
        DIPTYCH_TRY(auto const place, locate(in, at));
        places.push_back(place);
    }
    for (std::size_t i = 0; i < places.size();) {
        auto const begin = places[i].offset;
        auto end = begin + places[i].size;
        auto next = i + 1;
        for (; next < places.size() && places[next].offset <= end + gap_max &&
               places[next].offset + places[next].size - begin <= together_max;
             ++next)
            end = std::max(end, places[next].offset + places[next].size);
        auto const size = static_cast<std::size_t>(end - begin);
        auto block = std::make_shared_for_overwrite<char[]>(size + parser_slack);
        DIPTYCH_TRY(read_exactly(in.on(), in.path(), begin, {block.get(), size}));
        for (; i < next; ++i) {
            auto const at = static_cast<std::size_t>(places[i].offset - begin);
            auto const bytes =
                std::string_view{block.get() + at, static_cast<std::size_t>(places[i].size)};
            DIPTYCH_TRY(auto const event, event_in(in, bytes, places[i]));
            into.push_back(event);
        }
        memory.push_back(std::move(block));
    }
    return {};
}

}  // namespace diptych::log::segments
