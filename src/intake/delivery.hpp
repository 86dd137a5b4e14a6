/// @file
/// What an incoming channel is given: a message as its broker has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::intake {

/// Thread-compatible.
struct delivery {
    std::uint64_t ticket = 0;  ///< Of its receiver; another one each time it comes.
    std::string place = {};    ///< Where it stands at the broker, the same each time; may be empty.
    std::string topic = {};    ///< Subject, topic or channel that it came on.
    std::string key = {};      ///< Of a Kafka record; may be empty.
    std::vector<std::pair<std::string, std::string>> headers = {};  ///< Names in lower case.
    std::string body = {};

    /// The first value under this name; empty if there is none.
    std::string_view header(std::string_view name) const {
        for (auto const& [known, value] : headers)
            if (known == name) return value;
        return {};
    }
};

}  // namespace diptych::intake
