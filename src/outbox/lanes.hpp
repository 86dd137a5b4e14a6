/// @file
/// Messages that wait to be delivered: in order in each stream, and the streams beside each other.
#pragma once

#include "outbox/message.hpp"

#include <diptych/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace diptych::outbox {

/// The messages of one stream. Only the first is ever sent.
struct lane {
    enum class standing : std::uint8_t {
        ready,    ///< Its first message may be sent.
        resting,  ///< Not before `until`.
        sent,     ///< Its first message is.
        held,     ///< Whoever holds it says when it goes on.
    };

    std::string stream;
    std::deque<message> queue = {};
    standing at = standing::held;
    timestamp until = {};
    int refusals = 0;        ///< Of its first message.
    int failures = 0;        ///< As above, of other kinds, in a row.
    bool is_letter = false;  ///< They are dead letters that are tried again.
};

/// Not thread-safe. A lane is there as long as it has messages; pointers are valid until then.
class lanes {
public:
    void add(message what, bool is_letter = false);

    /// A lane whose first message may be sent; it counts as sent from now on. Null if there is
    /// none.
    lane* next(timestamp now);

    void again(lane& of);                  ///< The first message is to be sent again.
    void rest(lane& of, timestamp until);  ///< As above, but not before.
    void hold(lane& of);                   ///< Until one of these is called.
    void pop(lane& of);                    ///< The first message is done. The lane may be gone.
    void remove(lane& of);                 ///< All of its messages are. It is gone.
    void end_rests();                      ///< Nobody rests any longer.

    lane* find(std::string_view stream);

    std::size_t waiting() const { return messages_; }  ///< Messages, those sent included.
    std::size_t bytes() const { return bytes_; }
    std::optional<timestamp> next_rest() const;  ///< When the first of those who rest may go on.

private:
    void leave_list(lane& of);

    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    std::unordered_map<std::string, lane, text_hash, std::equal_to<>> by_stream_;
    std::deque<lane*> ready_;
    std::multimap<timestamp, lane*> resting_;
    std::size_t messages_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace diptych::outbox
