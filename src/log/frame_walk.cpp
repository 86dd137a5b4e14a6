#include "log/frame_walk.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::log {

std::vector<frame_ptr> frame_walk::fresh(std::vector<frame_ptr> frames) {
    std::vector<frame_ptr> some;
    auto known_without_events = without_events_;
    for (auto& one : frames) {
        if (one->event_count > 0) {
            if (one->last() <= last_) continue;
            last_ = one->last();
            without_events_ = 0;
            known_without_events = 0;
        } else {
            if (one->first <= last_) continue;
            if (known_without_events > 0) {
                --known_without_events;
                continue;
            }
            ++without_events_;
        }
        some.push_back(std::move(one));
    }
    return some;
}

result<std::vector<frame_ptr>> frame_walk::next() {
    DIPTYCH_TRY(auto from_last, engine_.frames(last_, bytes_max));
    auto some = fresh(std::move(from_last));
    if (!some.empty()) return some;
    // That may have been one frame as large as a piece: look beyond it.
    DIPTYCH_TRY(auto larger, engine_.frames(last_, frame_bytes_max + bytes_max));
    return fresh(std::move(larger));
}

}  // namespace diptych::log
