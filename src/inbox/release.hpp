/// @file
/// One append of the inbox: a message that passes, what it makes pass, and the record of that.
#pragma once

#include "inbox/memory.hpp"
#include "inbox/message.hpp"
#include "inbox/source.hpp"

#include <diptych/append.hpp>
#include <diptych/error.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace diptych::inbox {

/// Changes the memory as it goes: if the append fails, what it has assumed is to be taken back.
/// Keeps references: source and memory must outlive it. Not thread-safe.
class release {
public:
    release(source const& of, memory& in) : source_(of), memory_(in) {}

    /// A message that has just come. Fails, as what follows, with what reading the log fails with.
    result<void> pass(message const& what);

    /// One that is held, whatever it waits for, and before it those of its stream with lower
    /// versions, as far as there is room in one append. Whether it came to the one itself.
    result<bool> force(std::string message_id);

    /// One that is held will never pass; its version counts as passed when its turn comes.
    void drop(std::string const& message_id);

    /// All that can pass now, as far as there is room in one append. Those in `alone` are taken one
    /// at a time.
    result<void> follow(std::set<std::string> const& alone);

    bool is_full() const;
    bool is_empty() const { return request_.events.empty() && assumed_.taken.empty(); }
    assumption const& assumed() const { return assumed_; }
    std::size_t stale() const { return stale_; }  ///< Of those, too old to be recorded.

    /// What is to be appended. Those that wait for an id of this append and found no room in it
    /// wait until that is recorded.
    append_request take();

private:
    result<void> take_held(std::string const& message_id);
    result<void> record(message const& what, bool is_dropped);

    source const& source_;
    memory& memory_;
    append_request request_;
    assumption assumed_;
    std::vector<std::string> noted_;  // messages that wait for an id of this append
    std::size_t stale_ = 0;
    std::size_t bytes_ = 0;
    bool is_alone_ = false;
};

}  // namespace diptych::inbox
