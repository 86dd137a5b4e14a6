/// @file
/// Messages that were taken and are not done with: in order of each key, and keys beside each
/// other.
#pragma once

#include "intake/delivery.hpp"
#include "intake/effects.hpp"

#include <diptych/clock.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace diptych::intake {

struct waiting_message {
    delivery message;
    asked what;
    version letter = {};  ///< Its number if it is one that is tried again; 0: it is none.
    int attempts = 0;     ///< That failed.
    int pauses = 0;       ///< That it was put off, in a row.
};

/// The messages of one key. Only the first is ever under way.
struct key_queue {
    std::string key;
    std::deque<waiting_message> messages = {};
};

/// Not thread-safe. A queue is there as long as it has messages; pointers are valid until then.
class waiting {
public:
    /// A message without a key stands in one order with all others that have none.
    void add(waiting_message one);

    /// A queue whose first message may be tried; it counts as under way from now on. Null if there
    /// is none.
    key_queue* next(timestamp now);

    void rest(key_queue& of, timestamp until);  ///< Its first message is tried then.
    void pop(key_queue& of);                    ///< It is done with. The queue may be gone.
    void end_rests();                           ///< Nobody waits any longer.

    std::size_t size() const { return size_; }
    std::size_t taken() const { return size_ - letters_; }  ///< From the broker.
    std::optional<timestamp> next_rest(timestamp now) const;

private:
    std::map<std::string, key_queue, std::less<>> by_key_;
    std::deque<key_queue*> ready_;
    std::multimap<timestamp, key_queue*> resting_;
    std::size_t size_ = 0;
    std::size_t letters_ = 0;  // of these
};

}  // namespace diptych::intake
