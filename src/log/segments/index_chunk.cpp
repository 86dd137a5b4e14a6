#include "log/segments/index_chunk.hpp"

#include <diptych/assert.hpp>

namespace diptych::log::segments {

namespace {

constexpr std::size_t varint_size_max = 10;

void put_varint(std::string& to, std::uint64_t value) {
    while (value >= 0x80) {
        to.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    to.push_back(static_cast<char>(value));
}

// False if `at` runs out of bytes or the number does not fit.
bool take_varint(char const*& at, char const* end, std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; at != end && shift < 64; shift += 7) {
        auto const byte = static_cast<unsigned char>(*at++);
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

}  // namespace

void append(chunk& to, position at, bool is_home) {
    if (to.body.empty()) to.first = to.last = at;
    DIPTYCH_ASSERT(at >= to.last, "positions of a chunk ascend");
    put_varint(to.body, (at.value - to.last.value) << 1 | (is_home ? 1 : 0));
    to.last = at;
    to.homes += is_home;
}

std::size_t joined_size(chunk const& a, chunk const& b) {
    return a.body.size() + b.body.size() + varint_size_max;
}

void join(chunk& to, chunk const& next) {
    DIPTYCH_ASSERT(to.last < next.first && !next.body.empty(), "chunks are joined in order");
    // The first varint of a chunk is its flag alone: one byte.
    auto const is_home = static_cast<std::uint64_t>(next.body.front() & 1);
    put_varint(to.body, (next.first.value - to.last.value) << 1 | is_home);
    to.body.append(next.body, 1);
    to.last = next.last;
    to.homes += next.homes;
}

bool unpack(
    position first,
    position last,
    std::uint64_t homes,
    std::string_view body,
    std::vector<chunk_entry>& into
) {
    into.clear();
    auto const* at = body.data();
    auto const* const end = at + body.size();
    auto here = first;
    if (last < first) return false;
    std::uint64_t homes_seen = 0;
    while (at != end) {
        std::uint64_t packed = 0;
        if (!take_varint(at, end, packed)) return false;
        if (into.empty() != (packed >> 1 == 0)) return false;
        auto const step = packed >> 1;
        if (step > last.value - here.value) return false;
        here = here + step;
        auto const is_home = (packed & 1) != 0;
        homes_seen += is_home;
        into.push_back({here, is_home});
    }
    return !into.empty() && here == last && homes_seen == homes;
}

}  // namespace diptych::log::segments
