#include "log/segments/inspected_engine.hpp"

#include <diptych/assert.hpp>

#include <utility>

namespace diptych::log::segments {

namespace {

std::unexpected<error> not_to_write() {
    return fail(errc::denied, "read_only", "the log is only looked at");
}

}  // namespace

inspected_engine::inspected_engine(
    storage::disk& on, folder in, uuid const& log_id, inspection const& found
)
    : segment_engine(on, std::move(in), log_id, {.indexed = false}),
      now_{.list = list_of(found), .end = {}} {
    DIPTYCH_ASSERT(found.last != nullptr, "what is inspected has a segment");
    auto const extent = found.last->extent();
    now_.end = {
        .log_id = log_id,
        .epoch = found.last->header().epoch,
        .position = found.last->last(),
        .chain = extent.chain,
        .recorded_at = extent.last_recorded,
    };
}

result<void> inspected_engine::writable() const { return not_to_write(); }
result<void> inspected_engine::write(frame&) { return not_to_write(); }
result<void> inspected_engine::merge(std::span<frame_ptr const>) { return not_to_write(); }
result<void> inspected_engine::save_state(std::string_view, std::string_view) { return {}; }
result<bool> inspected_engine::maintain(timestamp) { return false; }

}  // namespace diptych::log::segments
