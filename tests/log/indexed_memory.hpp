/// @file
/// A memory engine with an index, which lags as a real one does: so that reading across index and
/// tail, merging and back-pressure are seen without a file.
#pragma once

#include "log/block.hpp"
#include "log/block_view.hpp"
#include "log/memory/memory_engine.hpp"

#include <diptych/try.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace diptych::test {

/// One block with everything that was merged.
struct block_index {
    log::block all{position{1}, 0};
    std::atomic<std::uint64_t> merged = 0;
    std::atomic<std::uint64_t> frames = 0;
    result<void> can_merge = {};
    result<void> can_maintain = {};
    result<void> has_room = {};
    std::function<void()> before_opening = {};  ///< Called once, when it is to be read next.
    std::mutex calling;                         ///< Guards it while several read.

    std::function<void()> take_call() {
        auto const lock = std::scoped_lock(calling);
        return std::exchange(before_opening, {});
    }
};

class indexed_memory_engine final : public log::engine {
public:
    indexed_memory_engine(
        std::shared_ptr<log::memory::store> kept, std::shared_ptr<block_index> index
    )
        : frames_(std::move(kept)), index_(std::move(index)) {}

    log::log_end end() const override { return frames_.end(); }
    std::vector<log::epoch_start> epochs() const override { return frames_.epochs(); }
    result<void> writable() const override { return can_write; }
    result<void> write(log::frame& next) override { return frames_.write(next); }
    result<void> reopen() override { return frames_.reopen(); }
    result<std::vector<log::frame_ptr>> frames(position from, std::size_t bytes) const override {
        if (loses_frames) return std::vector<log::frame_ptr>{};
        return frames_.frames(from, bytes);
    }
    result<page> fetch(std::span<position const> positions) const override {
        return frames_.fetch(positions);
    }
    result<position> position_at(timestamp when) const override {
        return frames_.position_at(when);
    }
    result<log::hash256> chain_at(position at) const override { return frames_.chain_at(at); }
    result<std::shared_ptr<log::postings const>> index() const override {
        if (auto const call = index_->take_call()) call();
        struct snapshot {
            std::shared_ptr<block_index> kept;
            log::block_view view;
        };
        auto const taken = std::make_shared<snapshot>(
            snapshot{index_, {index_->all, position{index_->merged}, index_->frames}}
        );
        return std::shared_ptr<log::postings const>(taken, &taken->view);
    }
    result<void> merge(std::span<log::frame_ptr const> frames) override {
        if (!index_->can_merge) return index_->can_merge;
        for (auto const& one : frames) {
            index_->all.add(one);
            index_->merged = std::max<std::uint64_t>(index_->merged, one->last().value);
            ++index_->frames;
        }
        return {};
    }
    position merged_to() const override { return position{index_->merged}; }
    result<void> has_room() const override { return index_->has_room; }
    result<void> save_state(std::string_view name, std::string_view bytes) override {
        return frames_.save_state(name, bytes);
    }
    result<std::optional<std::string>> load_state(std::string_view name) const override {
        return frames_.load_state(name);
    }
    result<bool> maintain(timestamp now) override {
        if (!index_->can_maintain) return std::unexpected(index_->can_maintain.error());
        return frames_.maintain(now);
    }
    result<void> close() override { return frames_.close(); }

    result<void> can_write = {};
    bool loses_frames = false;

private:
    log::memory::memory_engine frames_;
    std::shared_ptr<block_index> index_;
};

}  // namespace diptych::test
