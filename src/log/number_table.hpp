/// @file
/// A hash table of numbers: places in a list that its user keeps.
///
/// One flat array, no memory per entry, keys compared by the user: the commit step fills several
/// for every event, while others read them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::log {

inline std::uint32_t hash_of(std::string_view text) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}

/// One thread adds; any thread reads, without a lock. What a number stands for is to be there
/// before the number is added.
class number_table {
public:
    /// The number under `hash` for which `is_same(number)` holds.
    template <class Same>
    std::optional<std::uint32_t> find(std::uint32_t hash, Same&& is_same) const {
        auto const* const slots = slots_.load(std::memory_order_acquire);
        if (slots == nullptr) return std::nullopt;
        for (auto i = hash & slots->mask;; i = (i + 1) & slots->mask) {
            auto const here = slot{slots->at[i].load(std::memory_order_acquire)};
            if (here.is_free()) return std::nullopt;
            if (here.hash() == hash && is_same(here.number())) return here.number();
        }
    }

    /// Adds a number that is not there yet. Several with one hash are several keys.
    void insert(std::uint32_t hash, std::uint32_t number) {
        if (kept_.empty() || 2 * (count_ + 1) > kept_.back()->mask + 1) grow();
        kept_.back()->place(slot{hash, number});
        ++count_;
    }

private:
    // Zero is free: a number is stored as one more.
    class slot {
    public:
        explicit slot(std::uint64_t stored) : stored_(stored) {}
        slot(std::uint32_t hash, std::uint32_t number)
            : stored_(std::uint64_t{hash} << 32 | (number + 1)) {}

        bool is_free() const { return stored_ == 0; }
        std::uint32_t hash() const { return static_cast<std::uint32_t>(stored_ >> 32); }
        std::uint32_t number() const { return static_cast<std::uint32_t>(stored_) - 1; }
        std::uint64_t stored() const { return stored_; }

    private:
        std::uint64_t stored_;
    };

    struct table {
        explicit table(std::size_t size)
            : mask(size - 1), at(std::make_unique<std::atomic<std::uint64_t>[]>(size)) {}

        void place(slot one) {
            auto i = one.hash() & mask;
            while (at[i].load(std::memory_order_relaxed) != 0) i = (i + 1) & mask;
            at[i].store(one.stored(), std::memory_order_release);
        }

        std::size_t mask;  // its size is a power of two, and it is at most half full
        std::unique_ptr<std::atomic<std::uint64_t>[]> at;
    };

    void grow() {
        auto larger = std::make_unique<table>(kept_.empty() ? 64 : 2 * (kept_.back()->mask + 1));
        if (!kept_.empty())
            for (std::size_t i = 0; i <= kept_.back()->mask; ++i)
                if (auto const one = slot{kept_.back()->at[i].load(std::memory_order_relaxed)};
                    !one.is_free())
                    larger->place(one);
        kept_.push_back(std::move(larger));
        slots_.store(kept_.back().get(), std::memory_order_release);
    }

    std::atomic<table const*> slots_ = nullptr;  // the last of kept_
    std::vector<std::unique_ptr<table>> kept_;   // somebody may still read the older ones
    std::size_t count_ = 0;
};

}  // namespace diptych::log
