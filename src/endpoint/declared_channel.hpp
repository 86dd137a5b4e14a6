/// @file
/// What the file of a channel says in either direction.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::endpoint {

/// What a broker promises of messages that nobody takes at once.
enum class assurance : std::uint8_t {
    at_least_once,  ///< They wait, or come again.
    best_effort,    ///< They are lost, and may come twice.
};

/// "at_least_once", "best_effort".
std::string_view to_string(assurance what);

/// See the file comment. Thread-compatible.
struct declared_channel {
    std::string name = {};     ///< The file's: lower case letters, digits and '_'.
    std::string scheme = {};   ///< "nats"
    std::string address = {};  ///< What follows the scheme: "//127.0.0.1:4222".
    assurance keeps = assurance::at_least_once;
    std::size_t in_flight = 64;  ///< Messages that are not done with.
    int attempts_max = 5;        ///< Of a message that is refused, or fails.
    std::chrono::microseconds pause_max = std::chrono::seconds{30};  ///< Between two attempts.
    /// Those of its kind, as they stand in the file: secrets are not in here, but named.
    std::map<std::string, std::vector<std::string>, std::less<>> settings = {};

    /// A setting's only or first text; empty if it is not there.
    std::string setting(std::string_view of) const {
        auto const found = settings.find(of);
        return found == settings.end() || found->second.empty() ? std::string{}
                                                                : found->second.front();
    }
};

}  // namespace diptych::endpoint
