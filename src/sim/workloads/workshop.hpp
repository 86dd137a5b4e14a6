/// @file
/// The domain of simulated runs of the command queue: pieces that are worked on with tools, which
/// break.
#pragma once

#include <diptych/context.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>

namespace workshop {

using piece_id = diptych::id<"piece">;
using tool_id = diptych::id<"tool">;

inline constexpr std::size_t most_of_piece = 6;

struct worked {
    using home = piece_id;
    piece_id piece;
    tool_id tool;
    std::uint64_t number;
};
struct broke {
    tool_id tool;
};
struct mended {
    tool_id tool;
};

enum class refusal { worn };

struct condition {
    using of = tool_id;
    bool is_broken = false;
    void evolve(broke const&) { is_broken = true; }
    void evolve(mended const&) { is_broken = false; }
};

struct wear {
    using of = piece_id;
    std::size_t times = 0;
    void evolve(worked const&) { ++times; }
};

struct work {
    piece_id piece;
    tool_id tool;
    std::uint64_t number;
    using refusals = refusal;

    diptych::decision<worked> decide(wear const& so_far, condition const& now) const {
        if (now.is_broken) throw std::runtime_error("the tool is broken");
        if (so_far.times == most_of_piece) return diptych::refuse(refusal::worn);
        return worked{.piece = piece, .tool = tool, .number = number};
    }
};

struct break_it {
    tool_id tool;
    diptych::decision<broke> decide(condition const& now) const {
        if (now.is_broken) return diptych::no_events;
        return broke{.tool = tool};
    }
};

struct mend {
    tool_id tool;
    diptych::decision<mended> decide(condition const& now) const {
        if (!now.is_broken) return diptych::no_events;
        return mended{.tool = tool};
    }
};

struct context : diptych::context<diptych::commands<work, break_it, mend>> {
    static constexpr auto name = "workshop";
};

}  // namespace workshop
