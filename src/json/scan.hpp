/// @file
/// Finds the next byte of a text that JSON treats specially, many at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace diptych::json {

/// Whether a byte is a quote, a backslash, a control character or not ASCII.
constexpr bool is_special(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

/// The first special byte, or `end`.
inline char const* find_special(char const* at, char const* end) {
#ifdef __SSE2__
    while (end - at >= 16) {
        auto const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
        // As signed numbers, bytes that are not ASCII are less than a space, too.
        auto const found = _mm_movemask_epi8(_mm_or_si128(
            _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
            _mm_or_si128(
                _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))
            )
        ));
        if (found != 0) return at + std::countr_zero(static_cast<unsigned>(found));
        at += 16;
    }
#endif
    constexpr auto repeated = [](unsigned char byte) { return 0x0101010101010101u * byte; };
    constexpr auto high = repeated(0x80);
    while (end - at >= 8) {
        std::uint64_t eight;
        std::memcpy(&eight, at, 8);
        if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
        // The high bit of each byte that matches; of those above the first one it may be wrong.
        auto const is = [&](unsigned char byte) {
            auto const x = eight ^ repeated(byte);
            return (x - repeated(1)) & ~x;
        };
        auto const control = (eight - repeated(0x20)) & ~eight;
        auto const found = (is('"') | is('\\') | control | eight) & high;
        if (found != 0) return at + (std::countr_zero(found) >> 3);
        at += 8;
    }
    while (at != end && !is_special(*at)) ++at;
    return at;
}

}  // namespace diptych::json
