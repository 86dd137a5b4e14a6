/// @file
/// The engine of a process that only reads, beside a writer or without one.
#pragma once

#include "log/segments/segment_engine.hpp"
#include "log/segments/watermark.hpp"

#include <mutex>
#include <optional>

namespace diptych::log::segments {

/// Takes no lock and writes nothing. Steps over damage: only what is damaged cannot be read. Looks
/// for the index again until it is there.
///
/// Ends where the writer says, or has said. After a power cut, and before the next start of one,
/// that may be before the last acknowledged event: standing_log.hpp finds that.
class reading_engine final : public segment_engine {
public:
    /// As segment_engine::open.
    static result<std::unique_ptr<segment_engine>> open(
        storage::disk& on, folder const& in, segment_options options
    );

    reading_engine(
        storage::disk& on,
        folder in,
        uuid const& log_id,
        segment_options options,
        std::optional<durable_mark> closed
    );

    std::vector<epoch_start> epochs() const override;
    log_end end() const override;
    result<void> writable() const override;
    result<void> write(frame& next) override;
    result<void> reopen() override;
    result<void> merge(std::span<frame_ptr const> frames) override;
    result<void> save_state(std::string_view name, std::string_view bytes) override;
    result<bool> maintain(timestamp now) override;
    result<void> close() override;
    result<moment> now() const override;

protected:
    segments::index const* usable_index() const override;

private:
    std::optional<durable_mark> limit() const;
    result<void> refresh(std::optional<durable_mark> const& limit) const;
    result<void> load(std::optional<durable_mark> const& limit) const;
    result<segment_entry> read_entry(
        position first, segment_entry const* before, bool must_be_sealed
    ) const;

    std::optional<durable_mark> const closed_;
    mutable std::mutex opening_index_;  // guards what follows
    mutable std::unique_ptr<segments::index> found_index_;
    mutable std::mutex mutex_;  // guards everything below
    mutable std::optional<watermark> watermark_;
    mutable segment_list list_;
    mutable log_end end_;  // of list_
};

}  // namespace diptych::log::segments
