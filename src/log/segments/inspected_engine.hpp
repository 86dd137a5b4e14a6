/// @file
/// The engine of a folder that nobody writes to: as far as there are whole frames, whatever was
/// told of how far it is durable.
#pragma once

#include "log/segments/recovery.hpp"
#include "log/segments/segment_engine.hpp"

namespace diptych::log::segments {

/// Takes no lock and writes nothing; has no index.
class inspected_engine final : public segment_engine {
public:
    /// Of what inspect() has found, which must have a last segment. Keeps a reference: the disk
    /// must outlive it.
    inspected_engine(storage::disk& on, folder in, uuid const& log_id, inspection const& found);

    log_end end() const override { return now_.end; }
    result<void> writable() const override;
    result<void> write(frame& next) override;
    result<void> reopen() override { return {}; }
    result<void> merge(std::span<frame_ptr const> frames) override;
    result<void> save_state(std::string_view name, std::string_view bytes) override;
    result<bool> maintain(timestamp now) override;
    result<void> close() override { return {}; }
    result<moment> now() const override { return now_; }

private:
    moment now_;
};

}  // namespace diptych::log::segments
