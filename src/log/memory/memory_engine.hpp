/// @file
/// The memory engine: frames in a vector. The reference that other engines are compared with, and
/// the test double of all that needs a log.
#pragma once

#include "log/engine.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

namespace diptych::log::memory {

/// What outlives an engine, as files outlive a process: open a second engine on it to restart.
///
/// Thread-safe.
class store {
public:
    explicit store(uuid const& log_id);

    /// What happens to the write after the next `writes` ones.
    enum class failure {
        lost,  ///< Fails with outcome_unknown; the frame is gone.
        kept,  ///< Fails with outcome_unknown; the frame is there after reopen().
    };
    void fail_after(std::size_t writes, failure how);
    void fail_reopen(bool fails = true);  ///< Every reopen() from now on.

    /// Begins a new line of history at the next event, as restoring a backup does.
    void start_epoch();

    /// Changes a stored byte of the frame that holds `at`, for proving that verify notices. The
    /// offset counts from the end of that frame's bytes.
    void damage(position at, std::size_t bytes_from_end);

private:
    friend class memory_engine;

    std::shared_mutex mutable mutex_;  // guards everything below
    std::vector<frame_ptr> frames_;
    std::vector<hash256> chain_before_;  // of each frame
    std::vector<epoch_start> epochs_;
    log_end end_;
    std::map<std::string, std::string, std::less<>> states_;
    std::optional<std::pair<std::size_t, failure>> fault_;
    bool reopen_fails_ = false;
};

/// An engine without files and without an index: everything stays in the tail.
class memory_engine final : public engine {
public:
    /// A new, empty log.
    explicit memory_engine(uuid const& log_id);

    /// Goes on with what was written to `kept`.
    explicit memory_engine(std::shared_ptr<store> kept);

    log_end end() const override;
    std::vector<epoch_start> epochs() const override;
    result<void> writable() const override;
    result<void> write(frame& next) override;
    result<void> reopen() override;
    result<std::vector<frame_ptr>> frames(position from, std::size_t bytes_max) const override;
    result<page> fetch(std::span<position const> positions) const override;
    result<position> position_at(timestamp when) const override;
    result<hash256> chain_at(position at) const override;
    result<std::shared_ptr<postings const>> index() const override;
    result<void> merge(std::span<frame_ptr const> frames) override;
    bool is_indexed() const override { return false; }
    position merged_to() const override { return {}; }
    result<void> save_state(std::string_view name, std::string_view bytes) override;
    result<std::optional<std::string>> load_state(std::string_view name) const override;
    result<bool> maintain(timestamp now) override;
    result<void> close() override;

private:
    std::shared_ptr<store> kept_;
    bool failed_ = false;  // a write failed and reopen() has not been called; the commit step's
};

}  // namespace diptych::log::memory
