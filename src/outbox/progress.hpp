/// @file
/// How far a channel has come in the log, and what it has done beyond.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace diptych::outbox {

/// Events are taken in the order of the log and settled in any. Not thread-safe.
class progress {
public:
    progress() = default;

    /// Everything up to `up_to` is settled, and those of `beyond`.
    progress(position up_to, std::vector<position> const& beyond)
        : read_(up_to), beyond_(beyond.begin(), beyond.end()) {}

    /// Everything up to here has been looked at.
    void look(position at) {
        read_ = at;
        trim();
    }

    bool is_settled(position at) const { return beyond_.contains(at) || at <= up_to(); }

    /// It is to be settled.
    void take(position at, timestamp recorded_at) {
        open_.emplace(at, recorded_at);
        read_ = at;
    }

    void settle(position at) {
        open_.erase(at);
        beyond_.insert(at);
        trim();
    }

    position looked_at() const { return read_; }

    /// Whether something is settled that has yet to be looked at: by an earlier life.
    bool is_behind() const { return !beyond_.empty() && *beyond_.rbegin() > read_; }

    /// Those that have been looked at, of open and settled ones behind up_to().
    std::size_t window() const {
        auto const ahead = is_behind() ? std::distance(beyond_.upper_bound(read_), beyond_.end())
                                       : std::ptrdiff_t{0};
        return open_.size() + beyond_.size() - static_cast<std::size_t>(ahead);
    }

    /// Nothing up to here is open.
    position up_to() const { return open_.empty() ? read_ : open_.begin()->first - 1; }

    /// Settled ones behind that.
    std::set<position> const& beyond() const { return beyond_; }

    std::size_t open_count() const { return open_.size(); }

    /// When the oldest open one was recorded.
    std::optional<timestamp> oldest() const {
        if (open_.empty()) return {};
        return open_.begin()->second;
    }

private:
    void trim() { beyond_.erase(beyond_.begin(), beyond_.upper_bound(up_to())); }

    position read_{};
    std::map<position, timestamp> open_;
    std::set<position> beyond_;
};

}  // namespace diptych::outbox
