#include "log/segments/new_epoch.hpp"

#include "log/segments/copy_bytes.hpp"

#include <diptych/try.hpp>

#include <limits>
#include <string>

namespace diptych::log::segments {

namespace {

constexpr std::uint64_t step_max = 0xffff;

segment_header header_after(segment const& last, epoch next) {
    auto const extent = last.extent();
    return {
        .log_id = last.header().log_id,
        .epoch = next,
        .first = last.last() + 1,
        .previous = last.header().first,
        .chain = extent.chain,
        .recorded_at = extent.last_recorded,
    };
}

result<void> seal(storage::disk& on, segment const& last) {
    DIPTYCH_TRY(auto const file, on.open(last.path(), storage::file_mode::read_write));
    auto const trailer = last.trailer();
    auto const end = last.extent().frames_end;
    DIPTYCH_TRY(file->write(end, trailer));
    DIPTYCH_TRY(file->truncate(end + trailer.size()));
    return file->sync();
}

}  // namespace

result<epoch> epoch_after(epoch last, std::uint64_t random) {
    auto const next = std::uint64_t{last.value} + 1 + (random & step_max);
    if (next > std::numeric_limits<std::uint32_t>::max())
        return fail(errc::failed, "this log has had as many epochs as there can be");
    return epoch{static_cast<std::uint32_t>(next)};
}

result<void> begin_epoch(
    storage::disk& on, folder const& in, uuid const& log_id, inspection const& found, epoch next
) {
    auto const* const last = found.last.get();
    auto const extent = last ? last->extent() : segment_extent{};
    segment_header header{
        .log_id = log_id,
        .epoch = next,
        .first = position{1},
        .previous = {},
        .chain = {},
        .recorded_at = {},
    };
    if (extent.event_count > 0) {
        header = header_after(*last, next);
        if (!found.last_is_sealed) {
            DIPTYCH_TRY(seal(on, *last));
        }
    } else if (last) {
        header = last->header();
        header.epoch = next;
    }
    DIPTYCH_TRY(remove_if_there(on, in.next_segment(), in.log()));
    DIPTYCH_TRY(auto const made, on.open(in.next_segment(), storage::file_mode::create_new));
    DIPTYCH_TRY(made->write(0, encode(header)));
    if (last && extent.event_count == 0) {
        // Answers without events, recorded since the segment before was sealed.
        DIPTYCH_TRY(copy_bytes(last->on(), *made, segment_header_size, extent.frames_end, {}));
    }
    DIPTYCH_TRY(made->sync());
    DIPTYCH_TRY(on.rename(in.next_segment(), in.segment(header.first)));
    return on.sync_directory(in.log());
}

durable_mark mark_of(segment const& last) {
    auto const extent = last.extent();
    return {
        .log_id = last.header().log_id,
        .epoch = last.header().epoch,
        .position = last.last(),
        .segment = last.header().first,
        .offset = extent.frames_end,
        .frame_count = extent.frame_count,
        .chain = extent.chain,
        .recorded_at = extent.last_recorded,
    };
}

}  // namespace diptych::log::segments
