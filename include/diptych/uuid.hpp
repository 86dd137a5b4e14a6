/// @file
/// UUIDs of version 7 (RFC 9562): time first, so that ids made one after the other sort that way.
#pragma once

#include <diptych/error.hpp>

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace diptych {

/// Sixteen bytes, as in RFC 9562. All zero means "none".
struct uuid {
    std::array<std::uint8_t, 16> bytes{};

    friend auto operator<=>(uuid const&, uuid const&) = default;
    bool is_nil() const { return *this == uuid{}; }
};

/// Lower case with dashes: "0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f".
std::string to_string(uuid const& id);

/// Reads 36 characters with dashes, in either case. Fails with invalid otherwise.
result<uuid> parse_uuid(std::string_view text);

/// A UUIDv7 of a time and 74 random bits taken from `high` and `low`.
uuid make_uuid_v7(
    std::chrono::sys_time<std::chrono::milliseconds> time, std::uint64_t high, std::uint64_t low
);

}  // namespace diptych
