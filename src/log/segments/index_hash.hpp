/// @file
/// The hash that the index writes into its file. Part of the format: it never changes.
#pragma once

#include <cstdint>
#include <string_view>

namespace diptych::log::segments {

/// FNV-1a of 64 bits, mixed once more at the end. Continues from `seed`.
constexpr std::uint64_t index_hash(
    std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325U
) {
    auto hash = seed;
    for (auto const byte : bytes) {
        hash ^= static_cast<unsigned char>(byte);
        hash *= 0x100000001b3U;
    }
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdU;
    hash ^= hash >> 33;
    return hash;
}

/// Half of it, for where it only narrows down.
constexpr std::uint32_t index_hash32(std::string_view bytes) {
    return static_cast<std::uint32_t>(index_hash(bytes) >> 32);
}

}  // namespace diptych::log::segments
