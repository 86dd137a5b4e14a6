/// @file
/// The hash chain: each event's hash covers the one before it, so that a changed past shows.
///
/// H(event) = SHA-256(H(event before), header, SHA-256(stored data), SHA-256(stored metadata)).
/// docs/reference/segment-format.md says which bytes the header is.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace diptych::log {

using hash256 = std::array<std::uint8_t, 32>;

/// SHA-256 of the parts, one after the other. Thread-safe; never fails.
hash256 sha256(std::initializer_list<std::string_view> parts);

inline std::string_view bytes_of(hash256 const& hash) {
    return {reinterpret_cast<char const*>(hash.data()), hash.size()};
}

/// 64 lower-case hexadecimal digits.
std::string to_hex(hash256 const& hash);

/// CRC-32C (Castagnoli) of `bytes`, continuing from `seed`. Uses the processor's instruction where
/// there is one.
std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes);

}  // namespace diptych::log
