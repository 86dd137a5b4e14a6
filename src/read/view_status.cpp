#include "read/view_status.hpp"

namespace diptych::read {

std::string_view to_string(view_state state) {
    switch (state) {
        case view_state::running:
            return "running";
        case view_state::paused:
            return "paused";
        case view_state::failed:
            return "failed";
        case view_state::detached:
            return "detached";
    }
    return "unknown";
}

std::string_view to_string(version_standing standing) {
    switch (standing) {
        case version_standing::served:
            return "served";
        case version_standing::building:
            return "building";
        case version_standing::kept:
            return "kept";
        case version_standing::resting:
            return "resting";
    }
    return "unknown";
}

void build_rate::went(position from, position to, timestamp now) {
    using namespace std::chrono_literals;
    if (!has_begun_ || now < since_) {
        has_begun_ = true;
        since_ = now;
        events_ = 0;
        return;
    }
    events_ += to.value - from.value;
    auto const took = std::chrono::duration<double>(now - since_);
    if (took < 500ms) return;
    auto const seen = static_cast<double>(events_) / took.count();
    per_second_ = per_second_ > 0 ? 0.7 * per_second_ + 0.3 * seen : seen;
    since_ = now;
    events_ = 0;
}

}  // namespace diptych::read
