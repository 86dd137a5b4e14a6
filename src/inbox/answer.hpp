/// @file
/// What becomes of a message.
#pragma once

#include <diptych/error.hpp>
#include <diptych/position.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::inbox {

enum class verdict : std::uint8_t {
    recorded,   ///< It is an event of the log now.
    duplicate,  ///< It was here before.
    stale,      ///< It is older than what has passed, and is not recorded.
    held,       ///< It waits, and that is recorded.
    dropped,    ///< An operator let it go.
};

/// The verdict's name, for example "recorded".
std::string_view to_string(verdict what);

struct answer {
    inbox::verdict verdict;
    token at = {};           ///< What was recorded for it, if anything was.
    position recorded = {};  ///< Of its event; 0 if there is none, or it is not known.
    std::string why = {};    ///< What it waits for.
};

/// Called once, with an answer for each message, on the thread that commits or on one of those that
/// asked.
using answers_taker = std::move_only_function<void(std::vector<result<answer>>)>;

}  // namespace diptych::inbox
