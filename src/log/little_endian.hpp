/// @file
/// Numbers as they stand in files: least significant byte first, at any address.
#pragma once

#include <bit>
#include <concepts>
#include <cstring>

namespace diptych::log {

static_assert(
    std::endian::native == std::endian::little, "written formats are copied from memory as they are"
);

/// The number that starts at `at`; sizeof(T) bytes must be there.
template <std::integral T>
T load(char const* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// Writes the number to `at`; sizeof(T) bytes must be there.
template <std::integral T>
void store(char* at, T value) {
    std::memcpy(at, &value, sizeof value);
}

}  // namespace diptych::log
