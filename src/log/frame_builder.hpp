/// @file
/// The frame of one group while it is staged: events get their places, times and hashes here.
#pragma once

#include "log/block.hpp"
#include "log/frame.hpp"
#include "log/heads.hpp"
#include "log/prepared.hpp"

#include <diptych/append.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::log {

/// For each append: add(), then keep() or drop(). Not thread-safe. Keeps references.
///
/// What is kept is in the open block and in heads at once, so that the next append is judged by it.
class frame_builder {
public:
    /// What is expected to be added; more of it is allowed.
    struct expected_size {
        std::size_t events = 0;
        std::size_t bytes = 0;
    };

    /// The frame goes behind `end` and has the time `now`, or that of `end` if that is later.
    frame_builder(
        block& into, heads& known, log_end const& end, timestamp now, expected_size const& room
    );

    position end() const { return end_.position; }

    /// Whether an append of this size still fits into the frame.
    bool has_room_for(prepared const& what) const;

    /// Puts the events into the frame for the time being. The heads of their streams are known.
    /// The span is valid until the next call.
    std::span<recorded_event const> add(prepared const& what);

    void drop();  ///< Takes back what add() did.

    /// Makes it part of the frame, with the answer if there is a command.
    appended keep(prepared const& what, line_of_history const& line);

    /// The finished frame; null if nothing was kept.
    std::shared_ptr<frame> finish();

private:
    void begin();
    void grow(std::size_t size);
    void stage(encoded_event const& record);

    block& block_;
    heads& heads_;
    log_end end_;  // with what is staged
    timestamp now_;
    std::shared_ptr<frame> frame_;
    std::string answer_records_;
    bool is_in_block_ = false;

    // To take an append back.
    std::size_t bytes_before_ = 0;
    std::size_t events_before_ = 0;
    hash256 chain_before_{};
    std::vector<std::pair<std::string_view, version>> heads_before_;
};

}  // namespace diptych::log
