/// @file
/// The streams that records of one category stand in: each of whom they are about.
#pragma once

#include <string>
#include <string_view>

namespace diptych::write {

/// "reallocation-order-o1", or "reallocation-" and the hash of "order-o1" if that would be longer
/// than a name may be.
std::string record_stream(std::string_view category, std::string_view whose);

/// What stands for a name where it would be too long; `shortened_size` bytes.
std::string shortened(std::string_view name);
inline constexpr std::size_t shortened_size = 64;

}  // namespace diptych::write
