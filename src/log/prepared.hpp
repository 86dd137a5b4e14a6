/// @file
/// A proposal with everything that its caller's own thread can find out and do for it: encode and
/// hash the events, look up what is not in memory, judge against what is committed already.
#pragma once

#include "log/heads.hpp"
#include "log/id_maker.hpp"
#include "log/reader.hpp"
#include "log/record.hpp"

#include <diptych/append.hpp>
#include <diptych/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::log {

/// What is judged and staged.
struct prepared {
    append_request request;  ///< Its events only if some came with an id.
    std::vector<encoded_event> records = {};
    std::size_t bytes = 0;       ///< What it takes in a frame, at most.
    bool has_given_ids = false;  ///< Some events came with an id.

    // What follows holds up to this position and number of frames; only newer ones need a look.
    bool has_looked = false;
    position looked_to{};
    std::uint64_t frames_looked_to = 0;
    std::vector<std::pair<std::string, version>> versions = {
    };  ///< Of streams not in heads, sorted.
    std::optional<result<appended>> first_answer = {};  ///< It is a repetition.
    std::optional<error> beaten = {};                   ///< Its query matches already.
};

/// Encodes a request that has been checked.
prepared prepare(append_request request, id_maker& ids);

/// Whether something is to be found out that is not in memory for sure.
bool needs_look(prepared const& what, heads const& known);

/// Looks into tail and index as they are now. Fails as reading does.
result<void> look_ahead(
    prepared& what, reader const& now, line_of_history const& line, heads const& known
);

}  // namespace diptych::log
