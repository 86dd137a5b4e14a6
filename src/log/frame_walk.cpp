#include "log/frame_walk.hpp"

#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
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
    for (auto size = bytes_max;; size = 2 * std::max(size, frame_bytes_max)) {
        DIPTYCH_TRY(auto some, engine_.frames(last_, size));
        std::size_t bytes = 0;
        for (auto const& one : some) bytes += one->bytes.size();
        auto next = fresh(std::move(some));
        // Nothing new may mean that what has been given fills the piece: then look beyond it.
        auto const has_room_for_one_more = bytes + frame_bytes_max <= size;
        if (!next.empty() || has_room_for_one_more) return next;
    }
}

result<void> frame_walk::check_reached(position end) const {
    if (last_ >= end) return {};
    return fail(
        errc::corrupt,
        fmt::format(
            "the frames can be read up to position {}, but the log ends at {}",
            last_.value,
            end.value
        )
    );
}

}  // namespace diptych::log
