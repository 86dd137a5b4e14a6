#include "log/segments/segment_scan.hpp"

#include "log/segments/frame_cursor.hpp"
#include "log/segments/frame_decode.hpp"

#include <string>
namespace diptych::log::segments {

namespace {

frame_place end_of(segment const& in) {
    auto const extent = in.extent();
    return {extent.frames_end, in.header().first + extent.event_count, extent.frame_count};
}

// What is wrong with a frame that passes its checksums.
std::optional<std::string_view> misfit(
    segment const& in, frame_header const& about, std::size_t events
) {
    auto const extent = in.extent();
    if (about.number != extent.frame_count + 1) return "the segment's first frame is not here";
    if (about.recorded_at < extent.last_recorded) return "it is older than the frame before it";
    if (events < about.event_count) return "a record's length does not fit";
    return std::nullopt;
}

}  // namespace

result<std::optional<error>> scan(segment& into, std::uint64_t end) {
    frame_cursor cursor(into, end_of(into), end);
    while (true) {
        auto const found = cursor.next();
        if (!found && found.error().kind == errc::corrupt) return std::optional{found.error()};
        if (!found) return std::unexpected(found.error());
        if (!*found) return std::optional<error>{};
        auto const& about = (*found)->about;
        auto const events = event_offsets((*found)->bytes, about, (*found)->offset);
        if (auto const why = misfit(into, about, events.size()))
            return std::optional{corrupt_at(into, (*found)->offset, about.first, *why).error()};
        into.extend(about, events);
    }
}

result<void> scan_over_damage(segment& into, std::uint64_t end) {
    while (true) {
        DIPTYCH_TRY(auto const stopped, scan(into, end));
        if (!stopped) return {};
        frame_cursor cursor(into, end_of(into), end);
        auto const header = cursor.next_header();
        if (header && *header) {
            // Only the body is damaged: as many of its records as their lengths lead to.
            auto const& about = (*header)->about;
            std::string bytes(about.size(), '\0');
            DIPTYCH_TRY(read_exactly(into.on(), into.path(), (*header)->offset, bytes));
            auto events = event_offsets(bytes, about, (*header)->offset);
            events.resize(about.event_count, 0);
            into.extend(about, events);
            continue;
        }
        DIPTYCH_TRY(auto const more, cursor.resume());
        if (!more) return {};
        into.skip_to(cursor.place());
    }
}

}  // namespace diptych::log::segments
