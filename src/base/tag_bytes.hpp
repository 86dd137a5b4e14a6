/// @file
/// Tags of an event that no log has recorded, in the form in which events are read.
#pragma once

#include <span>
#include <string>

namespace diptych {

/// The bytes that a diptych::tag_list looks at: each tag behind its length, at most 255.
inline std::string tag_bytes(std::span<std::string const> tags) {
    std::string bytes;
    for (auto const& one : tags) {
        bytes += static_cast<char>(static_cast<unsigned char>(one.size()));
        bytes += one;
    }
    return bytes;
}

}  // namespace diptych
