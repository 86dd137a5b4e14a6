/// @file
/// Where an event is: its position in the whole log, its version in its stream, and the token that
/// a client carries from a write to a read.
///
/// Positions and versions are dense and start at 1; 0 means "before the first". Two numbers of
/// different meaning are two types, so that they cannot be mixed up.
#pragma once

#include <diptych/error.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace diptych {

/// A number with a meaning. Compares and counts like the number, and converts only when asked.
template <class Tag, class T>
struct strong {
    T value = 0;

    constexpr strong() = default;
    constexpr explicit strong(T v) : value(v) {}

    friend constexpr auto operator<=>(strong, strong) = default;
    constexpr strong& operator++() {
        ++value;
        return *this;
    }
    friend constexpr strong operator+(strong a, T n) { return strong{a.value + n}; }
    friend constexpr strong operator-(strong a, T n) { return strong{a.value - n}; }
};

/// Place of an event in the whole log, dense from 1, in commit order.
using position = strong<struct position_tag, std::uint64_t>;

/// Place of an event in its stream, dense from 1. An empty stream is at 0.
using version = strong<struct version_tag, std::uint64_t>;

/// Line of history a position lies on. 1 for a new log; restoring a backup starts the next one.
using epoch = strong<struct epoch_tag, std::uint32_t>;

/// A point in the history of one log, written `epoch.position`: what a write answers and a read
/// waits for.
struct token {
    diptych::epoch epoch{1};
    diptych::position position{};

    friend constexpr auto operator<=>(token const&, token const&) = default;
};

/// For example "1.42".
std::string to_string(token const& point);

/// Reads what to_string wrote. Fails with invalid if `text` is not of the form `epoch.position`.
result<token> parse_token(std::string_view text);

}  // namespace diptych
