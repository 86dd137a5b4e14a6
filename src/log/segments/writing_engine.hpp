/// @file
/// The engine of the one process that writes a folder.
#pragma once

#include "log/segments/index_renewal.hpp"
#include "log/segments/room.hpp"
#include "log/segments/segment_engine.hpp"
#include "log/segments/segment_writer.hpp"
#include "log/segments/watermark.hpp"

#include <mutex>
#include <optional>

namespace diptych::log::segments {

class writing_engine final : public segment_engine {
public:
    /// As segment_engine::open.
    static result<std::unique_ptr<segment_engine>> open(
        storage::disk& on,
        folder const& in,
        clock& time,
        random_source& random,
        segment_options options
    );

    writing_engine(
        storage::disk& on,
        folder in,
        uuid const& log_id,
        segment_options options,
        storage::file_lock lock
    );

    log_end end() const override;
    result<void> writable() const override;
    result<void> has_room() const override { return room_.check(); }
    void ran_out(error const& why) override { room_.ran_out(why); }
    result<void> write(frame& next) override;
    result<void> reopen() override;
    result<void> merge(std::span<frame_ptr const> frames) override;
    result<void> save_state(std::string_view name, std::string_view bytes) override;
    result<bool> maintain(timestamp now) override;
    result<void> close() override;
    result<moment> now() const override;

private:
    result<void> open_index();
    result<std::vector<checkpoint>> checkpoints() const;
    result<void> recover();
    result<void> recover_once();
    result<void> leave_index_of_another_line();
    result<void> start_writing(inspection const& found);
    result<void> begin_segment(segment_list list, log_end const& after);
    result<void> make_room(std::size_t frame_size);
    result<void> write_to_disk(frame& next);
    result<bool> prepare_blocks(timestamp now);
    result<bool> write_blocks(segment_writer& writer);
    durable_mark mark() const;

    storage::file_lock lock_;
    next_segment next_;
    room room_;
    std::optional<watermark> watermark_;
    std::mutex housekeeping_;             // held while maintain() uses the segment files
    std::optional<timestamp> blocks_at_;  // by housekeeping_: there was no room for them until then
    index_renewal renewal_;               // by housekeeping_
    mutable std::mutex mutex_;            // guards everything below
    std::optional<error> stopped_;        // why nothing may be written
    std::shared_ptr<segment_writer> writer_;
    segment_list list_;
    log_end end_;
};

}  // namespace diptych::log::segments
