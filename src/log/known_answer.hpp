/// @file
/// Proposals of what may have its answer already: a command that was answered is answered so again,
/// whatever has become of it since.
#pragma once

#include "log/proposal.hpp"

#include <optional>
#include <utility>

namespace diptych::log {

/// With `decide_first`: what the log does not know of is answered with this.
inline redecide refuse_with(error why) {
    return [why = std::move(why)](stage const&) {
        return result<std::optional<append_request>>(std::unexpected(why));
    };
}

/// The answer that was given under this key, or else an error. Nothing is recorded.
inline proposal known_answer_or(command_key key, error why) {
    return {
        .request = {.command = std::move(key)},
        .again = refuse_with(std::move(why)),
        .decide_first = true,
        .done = {}
    };
}

}  // namespace diptych::log
