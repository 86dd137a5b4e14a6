/// @file
/// A hash table of numbers: places in a list that its user keeps.
///
/// One flat array, no memory per entry, keys compared by the user: the commit step fills several
/// for every event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::log {

inline std::uint32_t hash_of(std::string_view text) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
}

/// Thread-compatible.
class number_table {
public:
    /// The number under `hash` for which `is_same(number)` holds.
    template <class Same>
    std::optional<std::uint32_t> find(std::uint32_t hash, Same&& is_same) const {
        if (slots_.empty()) return std::nullopt;
        for (auto i = hash & mask();; i = (i + 1) & mask()) {
            auto const& here = slots_[i];
            if (here.number == none) return std::nullopt;
            if (here.hash == hash && is_same(here.number)) return here.number;
        }
    }

    /// Adds a number that is not there yet. Several with one hash are several keys.
    void insert(std::uint32_t hash, std::uint32_t number) {
        if (2 * (count_ + 1) > slots_.size()) grow();
        place({.hash = hash, .number = number});
        ++count_;
    }

    std::size_t bytes() const { return slots_.capacity() * sizeof(slot); }

private:
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    struct slot {
        std::uint32_t hash = 0;
        std::uint32_t number = none;
    };

    std::size_t mask() const { return slots_.size() - 1; }

    void place(slot one) {
        auto i = one.hash & mask();
        while (slots_[i].number != none) i = (i + 1) & mask();
        slots_[i] = one;
    }

    void grow() {
        auto const before =
            std::exchange(slots_, std::vector<slot>(slots_.empty() ? 64 : slots_.size() * 2));
        for (auto const& one : before)
            if (one.number != none) place(one);
    }

    std::vector<slot> slots_;  // a power of two, at most half full
    std::size_t count_ = 0;
};

}  // namespace diptych::log
