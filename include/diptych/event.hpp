/// @file
/// An event before and after it is recorded.
///
/// An event is numbered in one stream, its home, and can also be found under its tags: the other
/// ids it carries. Ids are written `kind-value` ("course-c1"); the part before the first '-' is the
/// category.
#pragma once

#include <diptych/clock.hpp>
#include <diptych/position.hpp>
#include <diptych/uuid.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych {

inline constexpr std::size_t name_size_max = 255;  ///< Bytes of a stream, type or tag.
inline constexpr std::size_t tags_max = 64;        ///< Tags of one event.
inline constexpr std::size_t append_events_max = 10'000;
inline constexpr std::size_t append_bytes_max = 8u << 20;  ///< Data and metadata of one append.

/// An event to be recorded.
struct event_data {
    std::string stream;                  ///< Home stream, for example "account-a1".
    std::string type;                    ///< For example "bank.money_deposited".
    std::vector<std::string> tags = {};  ///< Further ids it can be found under.
    std::string data = "{}";             ///< JSON.
    std::string metadata = "{}";         ///< JSON object.
    uuid id = {};  ///< Nil: one is made. Given: unique for ever in its stream.
};

/// The tags of a recorded event, read from its encoded form. Thread-compatible.
class tag_list {
public:
    class iterator {
    public:
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::forward_iterator_tag;

        iterator() = default;
        explicit iterator(char const* at) : at_(at) {}
        std::string_view operator*() const { return {at_ + 1, size()}; }
        iterator& operator++() {
            at_ += 1 + size();
            return *this;
        }
        iterator operator++(int) {
            auto const before = *this;
            ++*this;
            return before;
        }
        bool operator==(iterator const&) const = default;

    private:
        std::size_t size() const { return static_cast<unsigned char>(*at_); }
        char const* at_ = nullptr;
    };

    tag_list() = default;

    /// `encoded` holds each tag as one byte of length and its bytes; it must outlive the list.
    tag_list(std::string_view encoded, std::size_t count) : encoded_(encoded), count_(count) {}

    iterator begin() const { return iterator{encoded_.data()}; }
    iterator end() const { return iterator{encoded_.data() + encoded_.size()}; }
    std::size_t size() const { return count_; }
    bool empty() const { return count_ == 0; }
    bool contains(std::string_view tag) const {
        for (auto const one : *this)
            if (one == tag) return true;
        return false;
    }

private:
    std::string_view encoded_;
    std::size_t count_ = 0;
};

/// An event as it stands in the log.
///
/// The views are valid as long as the page (or the frame) that the event came in.
struct recorded_event {
    diptych::position position;
    diptych::epoch epoch;
    diptych::version version;
    uuid id;
    timestamp recorded_at;  ///< Never earlier than the event before it.
    std::string_view stream;
    std::string_view type;
    tag_list tags;
    std::string_view data;
    std::string_view metadata;
    bool erased = false;  ///< Its data was erased; `data` is then empty.

    /// Whether it can be found under this id: its home stream or one of its tags.
    bool carries(std::string_view id_name) const {
        return stream == id_name || tags.contains(id_name);
    }
};

/// Whether a type is the engine's own (`$timer_due`, ...), shown only to readers who ask.
constexpr bool is_engine_type(std::string_view type) { return type.starts_with('$'); }

/// The part of a stream's name before the first '-', or all of it.
constexpr std::string_view category_of(std::string_view stream) {
    return stream.substr(0, stream.find('-'));
}

/// Some events in order, and how far the reader has come with them.
///
/// Keeps the memory of its events. Thread-compatible.
class page {
public:
    page() = default;
    page(
        std::vector<recorded_event> events,
        std::vector<std::shared_ptr<void const>> memory,
        token seen,
        bool at_end
    )
        : events_(std::move(events)), memory_(std::move(memory)), seen_(seen), at_end_(at_end) {}

    auto begin() const { return events_.begin(); }
    auto end() const { return events_.end(); }
    std::size_t size() const { return events_.size(); }
    bool empty() const { return events_.empty(); }
    recorded_event const& operator[](std::size_t i) const { return events_[i]; }
    std::span<recorded_event const> events() const { return events_; }

    /// Forward: every matching event up to here is in this page or was in one before; read on after
    /// it, or use it in a condition. Backward: the end of the log when the page was read, which is
    /// good for a condition only once a page is at_end(): that of the first page, read from there.
    token seen() const { return seen_; }

    /// Whether the read came to the end of what there was.
    bool at_end() const { return at_end_; }

    /// What keeps the events alive; a copy of it lets an event outlive the page.
    std::span<std::shared_ptr<void const> const> memory() const { return memory_; }

private:
    std::vector<recorded_event> events_;
    std::vector<std::shared_ptr<void const>> memory_;
    token seen_;
    bool at_end_ = true;
};

}  // namespace diptych
