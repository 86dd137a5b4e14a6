/// @file
/// The messages of one source that wait, and what for.
#pragma once

#include "inbox/message.hpp"

#include <diptych/clock.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace diptych::inbox {

/// A message that waits.
struct held {
    std::shared_ptr<message const> what;
    std::uint64_t arrival = 0;  ///< In the order they were held.
    timestamp since = {};
    std::string failure = {};  ///< Not empty: it was to pass, and could not for this reason.
    bool is_dropped = false;   ///< Only its version still waits, to be passed over.
    bool is_known = false;     ///< What it waits for has been recorded.
    bool is_durable = false;   ///< That it waits has been recorded.
    /// Of a dropped one, whose data is not kept: the same message comes again as a duplicate.
    std::array<std::uint8_t, 32> digest = {};

    bool is_same(message const& other) const;
    void drop();  ///< Forgets what is not needed any more.
    bool waits_for_id() const { return !what->waits_for.empty() && !is_known && !is_dropped; }
};

/// Where a message stands in the list of those that wait the longest first.
struct held_place {
    timestamp since;
    std::uint64_t arrival;

    auto operator<=>(held_place const&) const = default;
};

/// Bounded by its owner. Not thread-safe; pointers into it are valid until it is changed.
class holding_area {
public:
    explicit holding_area(std::chrono::microseconds wait_max) : wait_max_(wait_max) {}

    void add(held one);
    void take(std::string_view message_id);
    void drop(std::string_view message_id);
    void fail(std::string_view message_id, std::string why);
    void settle(std::string_view message_id);  ///< It is durable.
    void know(std::string_view message_id);
    void unknow(std::string_view message_id);  ///< It waits for its id again.

    held const* find(std::string_view message_id) const;

    /// The one of a source stream with the lowest version; null if none waits.
    held const* first_of(std::string_view stream) const;

    /// One of this version of a source stream; null if none waits.
    held const* find_version(std::string_view stream, std::uint64_t version) const;

    /// Of a source stream, from the lowest version on.
    std::vector<held const*> all_of(std::string_view stream) const;

    /// Those that wait for this id, in order of their arrival.
    std::vector<held const*> waiting_for(std::string_view tag) const;
    bool has_waits() const { return !by_tag_.empty(); }

    /// From `now` on, those held for as long as the source allows are dead letters.
    void advance(timestamp now);
    bool is_dead(held const& one) const;

    std::size_t held_count() const { return fresh_.size(); }  ///< Dead letters apart.
    std::size_t dead_count() const { return dead_.size(); }
    std::size_t size() const { return by_id_.size(); }  ///< Dropped ones, too.
    std::size_t bytes() const { return bytes_; }

    /// By how long they wait, the longest first; beginning behind a place, if given.
    std::vector<held const*> page(
        bool dead, std::optional<held_place> const& after, std::size_t limit
    ) const;

    /// The source streams of those that wait.
    std::vector<std::string_view> streams() const;
    std::vector<std::string> ids() const;

private:
    using by_place = std::map<held_place, held const*>;
    static held_place place_of(held const& one) { return {one.since, one.arrival}; }
    void leave_lists(held const& one);
    void forget_wait(held const& one);
    held* find_to_change(std::string_view message_id);

    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    std::chrono::microseconds wait_max_;
    std::unordered_map<std::string, held, text_hash, std::equal_to<>> by_id_;
    std::map<
        std::string,
        std::map<std::pair<std::uint64_t, std::uint64_t>, held const*>,
        std::less<>>
        by_stream_;  // by version, arrival
    std::map<std::string, std::map<std::uint64_t, held const*>, std::less<>> by_tag_;  // by arrival
    by_place fresh_;
    by_place dead_;
    std::size_t bytes_ = 0;
};

}  // namespace diptych::inbox
