/// @file
/// The tail: the newest blocks in memory, up to the durable watermark.
///
/// Whoever reads pins it and has it unchanged for as long as he likes: blocks that the index has
/// taken are left out of the next view, and freed with the last pin.
#pragma once

#include "log/block.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace diptych::log {

/// The tail as it was at one moment. Immutable, but that the last block goes on growing behind
/// `end`.
struct tail_view {
    std::vector<std::shared_ptr<block const>> blocks;  ///< Oldest first; never empty.
    log_end end;                                       ///< The watermark.
    std::uint64_t frames = 0;                          ///< Committed since the log was opened.

    position first() const { return blocks.front()->first(); }

    /// The last committed position of a block.
    position last_of(std::size_t i) const {
        return i + 1 < blocks.size() ? blocks[i + 1]->first() - 1 : end.position;
    }

    /// Which block holds `at`, which must lie within first() and end.
    std::size_t block_of(position at) const;

    std::uint64_t events() const { return end.position.value + 1 - first().value; }
    std::uint64_t bytes() const;
};

using pinned_tail = std::shared_ptr<tail_view const>;

/// Pinning is thread-safe; changing is too, but the open block is the commit step's.
class tail {
public:
    /// An empty tail behind `end`.
    explicit tail(log_end const& end);

    pinned_tail pin() const;

    /// Where the next frame goes. Commit step only.
    block& open_block() { return *open_; }

    /// Seals the open block and begins the next behind the watermark. Commit step only.
    void start_block();

    /// One more frame, which the open block has, is durable: everybody may see it. Commit step
    /// only.
    void publish(log_end const& end);

    /// Corrects what is known of the end, without a new frame. Commit step only.
    void set_end(log_end const& end);

    /// Puts another open block in the place of the present one: after a failed write, and while
    /// the tail is built. Commit step only.
    void replace_open(std::shared_ptr<block> rebuilt, std::uint64_t frames, log_end const& end);

    /// Lets go of blocks that the index has.
    void drop(std::size_t oldest_blocks);

private:
    void replace(tail_view next);

    std::shared_ptr<block> open_;  // also the last of view_->blocks
    std::mutex mutable mutex_;     // guards view_
    pinned_tail view_;
};

}  // namespace diptych::log
