#include "log/segments/frame_decode.hpp"

#include <algorithm>
#include <cstring>

namespace diptych::log::segments {

namespace {

// The next record of `rest`; empty if its length does not fit.
std::string_view take_record(std::string_view& rest) {
    auto const size = record_size(rest);
    if (size < smallest_record || size > rest.size()) return {};
    auto const record = rest.substr(0, size);
    rest.remove_prefix(size);
    return record;
}

// Gives the events whose records stand at the beginning of `rest`, and takes these off.
template <class Take>
result<void> take_events(
    found_frame const& found, segment const& in, std::string_view& rest, Take const& take
) {
    for (auto at = found.about.first; at < found.about.next(); ++at) {
        auto const record = take_record(rest);
        if (record.empty())
            return corrupt_at(in, found.offset, at, "a record's length does not fit");
        auto const event = decode(record, at, in.header().epoch, std::nullopt);
        if (!event) return std::unexpected(event.error());
        DIPTYCH_TRY(take(*event));
    }
    return {};
}

}  // namespace

std::vector<std::uint32_t> event_offsets(
    std::string_view frame, frame_header const& about, std::uint64_t offset
) {
    std::vector<std::uint32_t> offsets;
    offsets.reserve(std::min<std::size_t>(about.event_count, frame.size() / smallest_record));
    auto rest = frame.substr(std::min(frame.size(), frame_header_size));
    while (offsets.size() < about.event_count) {
        auto const at = offset + frame.size() - rest.size();
        if (take_record(rest).empty()) break;
        offsets.push_back(static_cast<std::uint32_t>(at));
    }
    return offsets;
}

result<void> visit_events(found_frame const& found, segment const& in, event_visitor const& visit) {
    auto rest = found.bytes.substr(frame_header_size);
    return take_events(found, in, rest, visit);
}

result<frame_ptr> decode_frame(found_frame const& found, segment const& in) {
    auto const& about = found.about;
    auto const broken = [&](position at, std::string_view why) {
        return corrupt_at(in, found.offset, at, why);
    };
    auto whole = std::make_shared<frame>();
    whole->first = about.first;
    whole->event_count = about.event_count;
    whole->answer_count = about.answer_count;
    whole->chain = about.chain;
    whole->recorded_at = about.recorded_at;
    whole->bytes.reserve(found.bytes.size() + parser_slack);
    whole->bytes = found.bytes;
    whole->events.reserve(about.event_count);
    whole->answers.reserve(about.answer_count);

    auto rest = std::string_view(whole->bytes).substr(frame_header_size);
    DIPTYCH_TRY(take_events(found, in, rest, [&](recorded_event const& event) -> result<void> {
        whole->events.push_back(event);
        return {};
    }));
    for (std::uint32_t i = 0; i < about.answer_count; ++i) {
        auto const record = take_record(rest);
        if (record.empty()) return broken(about.next(), "an answer's length does not fit");
        DIPTYCH_TRY(auto one, decode_answer(record, std::nullopt));
        whole->answers.push_back(std::move(one));
    }
    if (!rest.empty()) return broken(about.next(), "more bytes than records");
    return frame_ptr{std::move(whole)};
}

}  // namespace diptych::log::segments
