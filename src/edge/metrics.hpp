/// @file
/// Counters of the interface and of the parts behind it, in the text form that Prometheus reads.
#pragma once

#include "edge/server.hpp"
#include "edge/services.hpp"
#include "edge/shadows.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::edge {

/// Thread-safe, but for set_routes(), which comes first. Counting takes no lock but the
/// histogram's own.
class metrics {
public:
    metrics();
    ~metrics();
    metrics(metrics const&) = delete;
    metrics& operator=(metrics const&) = delete;

    struct route_label {
        std::string method;
        std::string pattern;
    };
    /// What the numbers given to count() stand for, from 1 on; 0 is "none".
    void set_routes(std::vector<route_label> const& all);

    /// One answer. Cheap.
    void count(std::uint32_t route, int status, std::chrono::nanoseconds took);

    /// Everything, with what is known of the parts at this moment.
    std::string text(
        services const& of,
        server_statistics const& server,
        std::vector<shadow_count> const& shadows
    ) const;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace diptych::edge
