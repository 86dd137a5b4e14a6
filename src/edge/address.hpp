/// @file
/// "host:port" as people write it.
#pragma once

#include <diptych/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace diptych::edge {

/// Where to listen.
struct ip_address {
    std::string ip;  ///< "127.0.0.1" or "::1".
    std::uint16_t port;
};

/// Reads "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" or "8080" (both on loopback),
/// "*:8080" (every address). Fails with invalid otherwise: names are not looked up.
result<ip_address> resolve(std::string_view address);

}  // namespace diptych::edge
