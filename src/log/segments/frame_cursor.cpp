#include "log/segments/frame_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace diptych::log::segments {

namespace {

constexpr std::size_t chunk_size = 256 * 1024;
constexpr std::size_t search_size = 1024 * 1024;

bool all_zero(std::string_view bytes) {
    return bytes.empty() ||
           (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

frame_place place_behind(found_frame const& found) {
    return {
        .offset = found.offset + found.about.size(),
        .position = found.about.next(),
        .frames_before = found.about.number,
    };
}

}  // namespace

result<std::string_view> frame_cursor::bytes_at(std::uint64_t offset, std::size_t size) {
    if (offset < chunk_at_ || offset + size > chunk_at_ + chunk_.size()) {
        auto const wanted = std::min<std::uint64_t>(end_ - offset, std::max(size, chunk_size));
        // What is left of the last chunk is read again: simpler than moving it, and rare.
        chunk_.reserve(wanted + parser_slack);
        chunk_.resize(wanted);
        chunk_at_ = offset;
        DIPTYCH_TRY(auto const got, in_.on().read(offset, chunk_));
        chunk_.resize(got);
    }
    return std::string_view(chunk_).substr(offset - chunk_at_, size);
}

result<std::optional<frame_header>> frame_cursor::header_here() {
    if (at_.offset >= end_) return std::optional<frame_header>{};
    auto const size = std::min<std::uint64_t>(frame_header_size, end_ - at_.offset);
    DIPTYCH_TRY(auto const bytes, bytes_at(at_.offset, size));
    auto const about = load_frame_header(bytes, in_.key());
    if (!about) return corrupt_at(in_, at_.offset, at_.position, "no frame begins here");
    if (about->first != at_.position)
        return corrupt_at(
            in_,
            at_.offset,
            at_.position,
            fmt::format("the frame here begins with position {}", about->first.value)
        );
    if (at_.frames_before != 0 && about->number != at_.frames_before + 1)
        return corrupt_at(
            in_,
            at_.offset,
            at_.position,
            fmt::format("frame {} stands behind frame {}", about->number, at_.frames_before)
        );
    if (about->body_size > frame_bytes_max || about->size() > end_ - at_.offset)
        return corrupt_at(in_, at_.offset, at_.position, "the frame is longer than the segment");
    auto const records = std::uint64_t{about->event_count} + about->answer_count;
    if (records * smallest_record > about->body_size)
        return corrupt_at(in_, at_.offset, at_.position, "the frame is too short for its records");
    return about;
}

result<std::optional<found_frame>> frame_cursor::next() {
    DIPTYCH_TRY(auto const about, header_here());
    if (!about) return std::optional<found_frame>{};
    DIPTYCH_TRY(auto const bytes, bytes_at(at_.offset, about->size()));
    if (bytes.size() < about->size() ||
        !body_passes(bytes.substr(frame_header_size), *about, in_.key()))
        return corrupt_at(in_, at_.offset, about->first, "the frame does not match its checksum");
    found_frame const found{.about = *about, .offset = at_.offset, .bytes = bytes};
    at_ = place_behind(found);
    return std::optional{found};
}

result<std::optional<found_frame>> frame_cursor::next_header() {
    DIPTYCH_TRY(auto const about, header_here());
    if (!about) return std::optional<found_frame>{};
    found_frame const found{.about = *about, .offset = at_.offset, .bytes = {}};
    at_ = place_behind(found);
    return std::optional{found};
}

result<bool> frame_cursor::resume() {
    auto const behind = frame_place{at_.offset + 1, at_.position, at_.frames_before};
    DIPTYCH_TRY(auto const rest, search(in_, behind, end_));
    if (!rest.frame) return false;
    at_ = *rest.frame;
    return true;
}

result<rest_of_segment> search(segment const& in, frame_place place, std::uint64_t end) {
    rest_of_segment rest;
    std::string chunk;
    for (auto at = place.offset; at < end; at += search_size) {
        // Chunks overlap, so that a header across two of them is whole in one.
        chunk.resize(std::min<std::uint64_t>(end - at, search_size + frame_header_size - 1));
        DIPTYCH_TRY(auto const got, in.on().read(at, chunk));
        chunk.resize(got);
        if (all_zero(chunk)) continue;
        rest.is_zero = false;
        std::string_view const bytes = chunk;
        for (auto i = bytes.find(frame_magic); i < search_size;
             i = bytes.find(frame_magic, i + 1)) {
            auto const about = load_frame_header(bytes.substr(i), in.key());
            if (!about || about->number <= place.frames_before || about->first < place.position)
                continue;
            // The events between must have had room.
            auto const between = about->first.value - place.position.value;
            if (between > (at + i - place.offset) / smallest_record) continue;
            rest.frame = {at + i, about->first, about->number - 1};
            return rest;
        }
    }
    return rest;
}

}  // namespace diptych::log::segments
