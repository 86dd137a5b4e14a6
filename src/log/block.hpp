/// @file
/// A block: consecutive frames in memory with their own postings.
///
/// The newest block is open: the commit step adds to it while others read what is committed,
/// without a lock. An older one never changes, and the index takes it as a whole.
#pragma once

#include "log/append_only.hpp"
#include "log/frame.hpp"
#include "log/number_table.hpp"

#include <diptych/event.hpp>

#include <atomic>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log {

/// Events by their place in a block, ascending: 0 is its first.
using offsets = std::span<std::uint32_t const>;

/// Where a name occurs in a block.
struct name_entry {
    explicit name_entry(std::string_view name) : text(name) {}

    offsets home() const { return home_list.now(); }   ///< Events of the stream with this name.
    offsets tagged() const { return tag_list.now(); }  ///< Events of other streams that carry it.

    std::string_view text;
    version first_version{
    };  ///< Of the first of home(); the others follow densely. Only if there is one.
    offset_list home_list = {};
    offset_list tag_list = {};
};

/// One thread adds; any thread reads. Frames and events beyond the reader's watermark are there too
/// and are the reader's to leave out.
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

    position first() const { return first_; }
    std::uint64_t frames_before() const { return frames_before_; }
    std::size_t bytes() const { return bytes_; }  ///< Of committed frames.

    std::size_t size() const { return places_.size(); }
    position last() const { return first_ + size() - 1; }
    std::size_t frame_count() const { return frames_.size(); }
    frame_ptr const& frame(std::size_t i) const { return frames_[i]; }
    std::vector<frame_ptr> frames() const;  ///< All of them.
    recorded_event const& event(std::uint32_t offset) const {
        auto const& at = places_[offset];
        return frames_[at.frame]->events[at.record];
    }
    /// Which of the frames holds an event.
    std::size_t frame_of(std::uint32_t offset) const { return places_[offset].frame; }
    position position_of(std::uint32_t offset) const { return first_ + offset; }
    std::uint32_t offset_of(position at) const {
        return static_cast<std::uint32_t>(at.value - first_.value);
    }

    name_entry const* name(std::string_view text) const;
    offsets type(std::string_view text) const;
    offsets category(std::string_view text) const;

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
        explicit plain_entry(std::string_view name) : text(name) {}

        std::string_view text;
        offset_list at = {};
    };
    template <class Entry>
    struct directory {
        append_only<Entry> entries = {};
        number_table by_text = {};

        Entry const* find(std::string_view text) const;
        Entry& find_or_add(std::string_view text, std::pmr::memory_resource& memory);
    };

    void index_event(recorded_event const& event);
    void index_answer(std::uint32_t record);

    position const first_;
    std::uint64_t const frames_before_;
    std::atomic<std::size_t> bytes_ = 0;

    append_only<frame_ptr> frames_;
    append_only<place> places_;
    append_only<place> answer_places_;
    // Of names, since frames may move while they are staged, and of lists of offsets.
    std::pmr::monotonic_buffer_resource memory_;
    directory<name_entry> names_;
    directory<plain_entry> types_;
    directory<plain_entry> categories_;
    number_table ids_;      // places of events
    number_table answers_;  // places in answer_places_
    std::size_t answers_of_newest_ = 0;
    std::size_t events_of_newest_ = 0;
};

}  // namespace diptych::log
