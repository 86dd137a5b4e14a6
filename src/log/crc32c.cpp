#include "log/hash.hpp"
#include "log/little_endian.hpp"

#include <cstddef>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

// CRC-32C: polynomial 0x1EDC6F41, reflected, inverted at both ends. "123456789" gives 0xE3069283.

namespace diptych::log {

namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // reflected

constexpr auto make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        auto crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ polynomial : crc >> 1;
        table[i] = crc;
    }
    return table;
}

constexpr auto table = make_table();

std::uint32_t by_table(std::uint32_t crc, std::string_view bytes) {
    for (auto const byte : bytes)
        crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
    return crc;
}

#if defined(__x86_64__)

// The instruction takes three cycles but can start every cycle. So a long input is run as three
// streams side by side, joined by moving a checksum over as many zero bytes as the others had.
constexpr std::size_t stream_size = 1024;

using shift_table = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr std::uint32_t times(std::array<std::uint32_t, 32> const& matrix, std::uint32_t vector) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; vector != 0; ++i, vector >>= 1)
        if ((vector & 1) != 0) sum ^= matrix[i];
    return sum;
}

// What appending `stream_size` zero bytes makes of each byte of a checksum.
constexpr shift_table make_shift() {
    std::array<std::uint32_t, 32> matrix{};  // of one zero bit
    matrix[0] = polynomial;
    for (std::size_t i = 1; i < 32; ++i) matrix[i] = 1u << (i - 1);
    for (std::size_t bits = 1; bits < stream_size * 8; bits *= 2) {
        std::array<std::uint32_t, 32> squared{};
        for (std::size_t i = 0; i < 32; ++i) squared[i] = times(matrix, matrix[i]);
        matrix = squared;
    }
    shift_table shift{};
    for (std::uint32_t place = 0; place < 4; ++place)
        for (std::uint32_t i = 0; i < 256; ++i) shift[place][i] = times(matrix, i << (8 * place));
    return shift;
}

static_assert((stream_size & (stream_size - 1)) == 0, "doubling the bits must hit the size");
constexpr shift_table shift = make_shift();

std::uint32_t shifted(std::uint64_t crc) {
    return shift[0][crc & 0xff] ^ shift[1][crc >> 8 & 0xff] ^ shift[2][crc >> 16 & 0xff] ^
           shift[3][crc >> 24 & 0xff];
}

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(
    std::uint32_t crc, std::string_view bytes
) {
    auto const* at = bytes.data();
    auto left = bytes.size();
    std::uint64_t a = crc;
    for (; left >= 3 * stream_size; left -= 3 * stream_size, at += 3 * stream_size) {
        std::uint64_t b = 0;
        std::uint64_t c = 0;
        for (std::size_t i = 0; i < stream_size; i += 8) {
            a = _mm_crc32_u64(a, load<std::uint64_t>(at + i));
            b = _mm_crc32_u64(b, load<std::uint64_t>(at + stream_size + i));
            c = _mm_crc32_u64(c, load<std::uint64_t>(at + 2 * stream_size + i));
        }
        b ^= shifted(a);
        a = shifted(b) ^ c;
    }
    for (; left >= 8; left -= 8, at += 8) a = _mm_crc32_u64(a, load<std::uint64_t>(at));
    auto short_crc = static_cast<std::uint32_t>(a);
    for (; left > 0; --left, ++at)
        short_crc = _mm_crc32_u8(short_crc, static_cast<unsigned char>(*at));
    return short_crc;
}

#endif

}  // namespace

std::uint32_t crc32c(std::uint32_t seed, std::string_view bytes) {
#if defined(__x86_64__)
    static auto const has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) return ~by_instruction(~seed, bytes);
#endif
    return ~by_table(~seed, bytes);
}

}  // namespace diptych::log
