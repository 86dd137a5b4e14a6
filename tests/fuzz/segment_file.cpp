// A segment file as it may come back from a damaged disk: what passes is what was written.
#include "fuzz/memory_file.hpp"
#include "fuzz/target.hpp"
#include "log/little_endian.hpp"
#include "log/segments/frame_cursor.hpp"
#include "log/segments/frame_decode.hpp"
#include "log/segments/segment_scan.hpp"

#include <vector>

namespace diptych::fuzz {

namespace {

using namespace diptych::log;
using namespace diptych::log::segments;

/// Makes checksums right, so that what lies behind them is reached.
void put_right(std::string& bytes) {
    if (bytes.size() < segment_header_size) return;
    store(bytes.data() + 124, crc32c(0, std::string_view(bytes).substr(0, 124)));
    auto const header = decode_segment_header(bytes);
    if (!header) return;
    for (std::size_t at = segment_header_size; bytes.size() - at >= frame_header_size;) {
        auto* const frame = bytes.data() + at;
        auto const number = load<std::uint32_t>(frame + 4);
        auto const seed = frame_seed(header->key(), number);
        auto const room = bytes.size() - at - frame_header_size;
        auto const size = std::min<std::size_t>(load<std::uint32_t>(frame + 8), room);
        store(frame + 72, crc32c(seed, {frame + frame_header_size, size}));
        store(frame + 76, crc32c(seed, {frame, 76}));
        at += frame_header_size + size;
    }
    if (bytes.size() < segment_header_size + segment_footer_size) return;
    auto* const footer = bytes.data() + bytes.size() - segment_footer_size;
    store(footer + 124, crc32c(0, {footer, 124}));
}

void check_frame(segment const& in, found_frame const& found) {
    std::vector<recorded_event> visited;
    auto const visiting = visit_events(found, in, [&](recorded_event const& event) -> result<void> {
        visited.push_back(event);
        return {};
    });
    auto const whole = decode_frame(found, in);
    if (!whole) return require(whole.error().kind == errc::corrupt, "a bad frame is corrupt");
    require(visiting.has_value(), "a frame that decodes can be visited");
    require((*whole)->events.size() == found.about.event_count, "a frame has all its events");
    require((*whole)->answers.size() == found.about.answer_count, "a frame has all its answers");
    require(visited.size() == (*whole)->events.size(), "visiting sees all events");
    for (std::size_t i = 0; i < visited.size(); ++i) {
        require(visited[i].position == found.about.first + i, "positions are dense");
        require(visited[i].data == (*whole)->events[i].data, "both ways of reading agree");
    }
    auto copy = std::string(found.bytes);
    store_frame_header(copy, found.about, in.key());
    // But for the reserved bytes, and the checksum over them.
    auto const rest = std::string_view(copy).substr(24, 52);
    require(rest == found.bytes.substr(24, 52), "a header is written as it was read");
}

void check_positions(segment const& in) {
    auto const extent = in.extent();
    for (auto at = in.header().first; at <= in.last(); ++at) {
        auto const place = in.find(at);
        if (!place) continue;
        require(place->offset >= segment_header_size, "an event stands behind the header");
        require(place->offset + place->size_max <= extent.frames_end, "and before the end");
        require(in.frame_before(at).offset <= place->offset, "its frame begins before it");
    }
}

}  // namespace

void segment_file(std::string_view input) {
    auto bytes = std::string(input.substr(std::min<std::size_t>(1, input.size())));
    if (pieces{input}.byte() % 2 == 1) put_right(bytes);
    auto const header = decode_segment_header(bytes);
    if (!header || header->first.value > 1u << 30) return;
    require(decode_segment_header(encode(*header)).has_value(), "a header can be written again");
    segment file("s.seg", *header, std::make_unique<memory_file>(bytes));
    auto const scanned = scan_over_damage(file, bytes.size());
    require(scanned || scanned.error().kind == errc::corrupt, "what can not be read is corrupt");
    if (file.last() < file.header().first + 100'000) check_positions(file);

    frame_cursor cursor(file, {segment_header_size, header->first}, bytes.size());
    while (true) {
        auto const found = cursor.next();
        if (found && !*found) break;
        if (found)
            check_frame(file, **found);
        else
            require(found.error().kind == errc::corrupt, "what is no frame is corrupt");
        if (!found && !cursor.resume().or_throw()) break;
    }
    auto const footer = read_segment_footer(file.on(), header->key());
    if (!footer || !*footer) return;
    auto const& extent = (*footer)->extent;
    auto const tables = bytes.substr(extent.frames_end, (*footer)->tables_size());
    if (auto const read = decode_tables(tables, **footer))
        require(
            encode_trailer(header->key(), extent, *read).starts_with(tables),
            "tables are written as they were read"
        );
}

}  // namespace diptych::fuzz
