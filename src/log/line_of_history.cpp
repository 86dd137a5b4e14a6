#include "log/line_of_history.hpp"

#include <fmt/format.h>

namespace diptych::log {

token line_of_history::at(position where) const {
    token point{.epoch = epochs_.front().epoch, .position = where};
    for (auto const& one : epochs_)
        if (one.first <= where) point.epoch = one.epoch;
    return point;
}

result<void> line_of_history::check(token const& point, position end) const {
    // Every line begins with nothing; also one whose first epoch ended there.
    if (point.position.value == 0 && point.epoch <= epochs_.back().epoch) return {};
    for (std::size_t i = 0; i < epochs_.size(); ++i) {
        if (epochs_[i].epoch != point.epoch) continue;
        // What a restored log answers before its first event lies at the end of the epoch before.
        if (point.position + 1 < epochs_[i].first) break;
        auto const is_newest = i + 1 == epochs_.size();
        if (!is_newest && point.position >= epochs_[i + 1].first) break;
        if (is_newest && point.position > end)
            return fail(
                errc::invalid,
                "future_token",
                fmt::format(
                    "token {} lies beyond the end of this log, {}",
                    to_string(point),
                    to_string(at(end))
                )
            );
        return {};
    }
    return fail(
        errc::invalid,
        "foreign_token",
        fmt::format(
            "token {} is not on this log's line of history, which ends at {}",
            to_string(point),
            to_string(at(end))
        )
    );
}

}  // namespace diptych::log
