/// @file
/// What a merge writes: the frames' events turned round, from "this event has these names" to "this
/// name has these positions", in the order of the tables.
#pragma once

#include "log/frame.hpp"
#include "log/segments/index_chunk.hpp"

#include <diptych/uuid.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::log::segments {

/// A chunk and the list it belongs to. `text` points into the frames.
struct keyed_chunk {
    char kind;
    std::string_view text;
    chunk what;
};

/// Where an event of an id stands.
struct id_entry {
    uuid id;
    std::uint32_t stream_hash;
    position at;

    friend auto operator<=>(id_entry const&, id_entry const&) = default;
};

/// Points into the frames, which must outlive it.
struct index_batch {
    std::vector<keyed_chunk> chunks;  ///< By kind, text and first position.
    std::vector<id_entry> ids;        ///< Sorted.
    std::vector<answer const*> answers;
};

/// The frames of one merge, turned round. A chunk without home events has before = 0.
index_batch gather(std::span<frame_ptr const> frames);

/// The stored key of a list: its kind and its name.
std::string list_key(char kind, std::string_view text);

}  // namespace diptych::log::segments
