/// @file
/// A load of HTTP requests on connections that are kept alive, one request on its way on each.
#pragma once

#include "harness.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace diptych::bench {

/// What a load came to.
struct http_figures {
    double rate = 0;  ///< Requests answered a second.
    double server_cpu =
        0;  ///< Microseconds of this process a request, without the client's thread.
};

/// A whole request, headers included.
std::string get_request(std::string const& target);
std::string post_request(std::string const& target, std::string const& body);

/// Asks the server of this process at 127.0.0.1 for `length`. Every answer must be a 2xx. Blocking;
/// one thread.
http_figures load_http(
    std::uint16_t port,
    std::size_t connections,
    seconds length,
    std::function<std::string(std::size_t connection)> const& request
);

}  // namespace diptych::bench
