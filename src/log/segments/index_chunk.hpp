/// @file
/// A chunk: some consecutive positions of one list, packed into a row of the index.
///
/// The body holds a varint for each position: the distance from the position before (0 for the
/// first), shifted left by one, plus 1 if the event is at home in the stream of that name.
/// Together with `last` and `homes` it checks itself: any flipped bit changes one of the two sums.
#pragma once

#include <diptych/position.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log::segments {

/// Body bytes up to which a chunk may grow, so that four rows fit on a page of 4096 bytes.
inline std::size_t chunk_body_max(std::size_t key_size) {
    return key_size < 500 ? 920 - key_size : 420;
}

/// One row without its key.
struct chunk {
    position first{};
    position last{};
    version before{};  ///< The stream's version before this chunk.
    std::uint64_t homes =
        0;  ///< Positions that are home events: versions before+1 .. before+homes.
    std::string body;
};

/// A position in a chunk.
struct chunk_entry {
    position at;
    bool is_home;
};

/// Adds a position that is greater than the last one.
void append(chunk& to, position at, bool is_home);

/// Bytes of `a` and `b` as one chunk, at most.
std::size_t joined_size(chunk const& a, chunk const& b);

/// Adds all of `next`, which lies after `to`, to its end.
void join(chunk& to, chunk const& next);

/// The positions of a chunk, ascending, in `into`. False if the body does not decode to what the
/// rest of the row says.
bool unpack(
    position first,
    position last,
    std::uint64_t homes,
    std::string_view body,
    std::vector<chunk_entry>& into
);

}  // namespace diptych::log::segments
