/// @file
/// What came of a command, or would.
#pragma once

#include <string>
#include <vector>

namespace diptych::app {

/// See the file comment.
struct command_result {
    struct event {
        std::string type;
        std::string stream;
        std::string data;  ///< JSON.

        bool operator==(event const&) const = default;
    };
    std::string outcome;  ///< "accepted", "refused", or the kind of the error.
    std::string code = {};
    std::string detail = {};  ///< Not compared.
    std::vector<event> events = {};

    bool is_same_as(command_result const& other) const {
        return outcome == other.outcome && code == other.code && events == other.events;
    }
};

}  // namespace diptych::app
