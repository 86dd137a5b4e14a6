/// @file
/// A block: consecutive frames in memory with their own postings.
///
/// The newest block is open: the commit step adds to it while others read what is committed. Once
/// sealed it never changes, and the index takes it as a whole.
#pragma once

#include "log/frame.hpp"
#include "log/number_table.hpp"

#include <diptych/event.hpp>

#include <atomic>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string_view>
#include <vector>

namespace diptych::log {

/// Events by their place in a block: 0 is its first.
using offsets = std::vector<std::uint32_t>;

/// Where a name occurs in a block.
struct name_entry {
    std::string_view text;
    offsets home = {};        ///< Events of the stream with this name.
    offsets tagged = {};      ///< Events of other streams that carry it.
    version first_version{};  ///< Of the first of `home`; the others follow densely.
};

/// One thread adds; any thread reads under a guard. Frames and events beyond the reader's watermark
/// are there too and are the reader's to leave out.
class block {
public:
    /// `frames_before` counts the frames since the log was opened.
    block(position first, std::uint64_t frames_before)
        : first_(first), frames_before_(frames_before) {}

    block(block const&) = delete;
    block& operator=(block const&) = delete;

    /// Goes on in this frame, whose records are then taken in little by little. It is not looked at
    /// before they are.
    void begin(frame_ptr next);
    void take_events(std::size_t count);  ///< The next events of the frame begun last.
    void take_answer();                   ///< Its next answer.
    void add(frame_ptr whole);
    void committed(std::size_t bytes) { bytes_ += bytes; }  ///< Of the frame begun last.
    void seal() { sealed_.store(true, std::memory_order_release); }

    /// Protects reading from the thread that adds. That thread itself needs none.
    using guard = std::shared_lock<std::shared_mutex>;
    guard read() const { return is_sealed() ? guard{} : guard{mutex_}; }

    bool is_sealed() const { return sealed_.load(std::memory_order_acquire); }
    position first() const { return first_; }
    std::uint64_t frames_before() const { return frames_before_; }
    std::size_t bytes() const { return bytes_; }  ///< Of committed frames.

    // What follows needs a guard.

    std::size_t size() const { return places_.size(); }
    position last() const { return first_ + size() - 1; }
    std::span<frame_ptr const> frames() const { return frames_; }
    recorded_event const& event(std::uint32_t offset) const {
        auto const& at = places_[offset];
        return frames_[at.frame]->events[at.record];
    }
    frame_ptr const& frame_of(std::uint32_t offset) const { return frames_[places_[offset].frame]; }
    position position_of(std::uint32_t offset) const { return first_ + offset; }
    std::uint32_t offset_of(position at) const {
        return static_cast<std::uint32_t>(at.value - first_.value);
    }

    name_entry const* name(std::string_view text) const;
    std::span<std::uint32_t const> type(std::string_view text) const;
    std::span<std::uint32_t const> category(std::string_view text) const;

    /// An event of this id up to position `last`.
    std::optional<std::uint32_t> find(std::string_view stream, uuid const& id, position last) const;

    /// The answer to a command in the frames before the `frames_end`th since the log was opened.
    answer const* find_answer(
        std::string_view caller, std::string_view id, std::uint64_t frames_end
    ) const;

private:
    struct place {
        std::uint32_t frame;
        std::uint32_t record;
    };
    struct plain_entry {
        std::string_view text;
        offsets at = {};
    };
    template <class Entry>
    struct directory {
        std::vector<Entry> entries = {};
        number_table by_text = {};

        Entry const* find(std::string_view text) const;
        Entry& find_or_add(std::string_view text, std::pmr::memory_resource& names);
    };

    void index_event(recorded_event const& event);
    void index_answer(std::uint32_t record);

    position const first_;
    std::uint64_t const frames_before_;
    std::atomic<bool> sealed_ = false;
    std::atomic<std::size_t> bytes_ = 0;

    std::shared_mutex mutable mutex_;  // guards everything below while the block is open
    std::vector<frame_ptr> frames_;
    std::vector<place> places_;
    std::vector<place> answer_places_;
    std::pmr::monotonic_buffer_resource names_memory_;  // frames may move while they are staged
    directory<name_entry> names_;
    directory<plain_entry> types_;
    directory<plain_entry> categories_;
    number_table ids_;      // places of events
    number_table answers_;  // places in answer_places_
    std::size_t answers_of_newest_ = 0;
    std::size_t events_of_newest_ = 0;
};

}  // namespace diptych::log
