/// @file
/// Lists that one thread makes longer while others read them, without a lock.
///
/// What a reader has seen the size of stays where it is, and only the thread that adds may change
/// it: in parts that readers do not look at yet.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <memory_resource>
#include <span>
#include <utility>

namespace diptych::log {

/// Elements never move: pieces of 64, 64, 128, 256 ... elements. One thread adds; any thread reads.
template <class T>
class append_only {
public:
    append_only() = default;
    append_only(append_only const&) = delete;
    append_only& operator=(append_only const&) = delete;
    ~append_only() {
        auto left = size();
        for (std::size_t i = 0; i < pieces_.size() && pieces_[i].load() != nullptr; ++i) {
            auto* const piece = pieces_[i].load();
            std::destroy_n(piece, std::min(left, size_of(i)));
            left -= std::min(left, size_of(i));
            std::allocator<T>{}.deallocate(piece, size_of(i));
        }
    }

    std::size_t size() const { return size_.load(std::memory_order_acquire); }
    T const& operator[](std::size_t i) const { return *place_of(i); }

    /// The adding thread's.
    T& changeable(std::size_t i) { return *place_of(i); }
    T& last() { return *place_of(size_.load(std::memory_order_relaxed) - 1); }

    template <class... Parts>
    T& emplace_back(Parts&&... parts) {
        auto const count = size_.load(std::memory_order_relaxed);
        auto const [number, offset] = split(count);
        auto* piece = pieces_[number].load(std::memory_order_relaxed);
        if (piece == nullptr) {
            piece = std::allocator<T>{}.allocate(size_of(number));
            pieces_[number].store(piece, std::memory_order_release);
        }
        auto* const made = std::construct_at(piece + offset, std::forward<Parts>(parts)...);
        size_.store(count + 1, std::memory_order_release);
        return *made;
    }

private:
    static constexpr std::size_t first_size = 64;
    struct place {
        std::size_t piece;
        std::size_t offset;
    };

    static std::size_t size_of(std::size_t piece) {
        return piece == 0 ? first_size : first_size << (piece - 1);
    }
    static place split(std::size_t i) {
        auto const piece = static_cast<std::size_t>(std::bit_width(i / first_size));
        return {.piece = piece, .offset = piece == 0 ? i : i - size_of(piece)};
    }
    T* place_of(std::size_t i) const {
        auto const [piece, offset] = split(i);
        return pieces_[piece].load(std::memory_order_acquire) + offset;
    }

    std::array<std::atomic<T*>, 27> pieces_{};
    std::atomic<std::size_t> size_ = 0;
};

/// Ascending numbers in one piece. What it outgrows is kept by the memory, which goes with its
/// owner. One thread adds; any thread reads.
class offset_list {
public:
    /// What is there now. Valid as long as the memory.
    std::span<std::uint32_t const> now() const {
        auto const count = size_.load(std::memory_order_acquire);
        return {at_.load(std::memory_order_acquire), count};
    }

    void push_back(std::uint32_t offset, std::pmr::memory_resource& memory) {
        auto const count = size_.load(std::memory_order_relaxed);
        auto* at = at_.load(std::memory_order_relaxed);
        if (count == capacity_) {
            auto const capacity = capacity_ == 0 ? 2 : 2 * capacity_;
            auto* const larger = static_cast<std::uint32_t*>(
                memory.allocate(capacity * sizeof(std::uint32_t), alignof(std::uint32_t))
            );
            capacity_ = capacity;
            if (count > 0) std::memcpy(larger, at, count * sizeof(std::uint32_t));
            at = larger;
            at_.store(at, std::memory_order_release);
        }
        at[count] = offset;
        size_.store(count + 1, std::memory_order_release);
    }

private:
    std::atomic<std::uint32_t*> at_ = nullptr;
    std::atomic<std::uint32_t> size_ = 0;
    std::uint32_t capacity_ = 0;
};

}  // namespace diptych::log
