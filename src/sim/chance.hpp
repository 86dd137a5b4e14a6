/// @file
/// Numbers that look random and are the same for the same seed, on every machine.
#pragma once

#include <diptych/clock.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

namespace diptych::sim {

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
class chance final : public random_source {
public:
    explicit chance(std::uint64_t seed) : state_(seed) {}

    /// The n-th series of a seed.
    chance(std::uint64_t seed, std::uint64_t n) : state_(chance{seed}.next() + n) {
        state_ = next();
    }

    std::uint64_t next() override {
        auto z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// 0 to n - 1.
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + below(most - least + 1);
    }

    template <class T>
    T const& one_of(std::vector<T> const& all) {
        return all[below(all.size())];
    }

    /// Another series that does not move this one: seed it from here once.
    chance fork() { return chance{next()}; }

private:
    std::uint64_t state_;
};

/// A clock that stands until it is moved.
class virtual_clock final : public clock {
public:
    timestamp now() override { return now_.load(); }
    void advance(std::chrono::microseconds by) {
        now_ = now_.load() + by;
        highest_ = std::max(highest_, now_.load());
    }

    /// The latest that it has shown: it may have been set back since.
    timestamp highest() const { return highest_; }

private:
    // 2026-07-25, some time.
    std::atomic<timestamp> now_ = timestamp{std::chrono::microseconds{1'785'000'000'000'000}};
    timestamp highest_ = now_.load();
};

}  // namespace diptych::sim
