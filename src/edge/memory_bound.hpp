/// @file
/// How much memory all connections of a server may take together. It is counted here alone.
///
/// Nothing more is begun when it is full; what comes last may go beyond by its own size. An eighth
/// is kept for what is vital, and is all that it gets.
#pragma once

#include <diptych/http.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace diptych::edge {

enum class need : std::uint8_t {
    ordinary,
    vital,  ///< What tells how the server is.
};

/// See the file comment. Thread-safe.
class memory_bound {
public:
    explicit memory_bound(std::size_t most) : most_(most) {}

    std::size_t held() const { return ordinary_ + vital_; }

    bool is_full(need who = need::ordinary) const {
        auto const kept = most_ / 8;
        return who == need::vital ? vital_ >= kept : ordinary_ >= most_ - kept;
    }

private:
    friend class memory_share;

    std::size_t const most_;
    std::atomic<std::size_t> ordinary_ = 0;  // held
    std::atomic<std::size_t> vital_ = 0;     // held
};

/// What one owner holds; given back with it. One thread at a time.
class memory_share {
public:
    explicit memory_share(memory_bound& of, need who = need::ordinary) : of_(of), who_(who) {}
    memory_share(memory_share const&) = delete;
    memory_share& operator=(memory_share const&) = delete;
    ~memory_share() { hold(0); }

    /// From now on it is so much, whatever the bound says.
    void hold(std::size_t bytes);

    /// The same, unless it is more and the bound is full. Whether it is so.
    bool try_hold(std::size_t bytes);

    std::size_t bytes() const { return bytes_; }

private:
    memory_bound& of_;
    need const who_;
    std::size_t bytes_ = 0;
};

/// The answer to whoever needs more than there is: 503.
http::response too_busy();

}  // namespace diptych::edge
