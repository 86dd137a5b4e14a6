/// @file
/// A memory engine that calls back in the middle of a write: what is staged is not durable then.
#pragma once

#include "contract/contract_log.hpp"
#include "log/memory/memory_engine.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace diptych::contract {

/// Calls back while a frame is being written.
class watched final : public log::engine {
public:
    watched(std::shared_ptr<log::memory::store> kept, std::function<void()> on_write)
        : to_(std::move(kept)), on_write_(std::move(on_write)) {}

    log::log_end end() const override { return to_.end(); }
    std::vector<log::epoch_start> epochs() const override { return to_.epochs(); }
    result<void> writable() const override { return to_.writable(); }
    result<void> write(log::frame& next) override {
        on_write_();
        return to_.write(next);
    }
    result<void> reopen() override { return to_.reopen(); }
    result<std::vector<log::frame_ptr>> frames(position from, std::size_t bytes) const override {
        return to_.frames(from, bytes);
    }
    result<page> fetch(std::span<position const> of) const override { return to_.fetch(of); }
    result<position> position_at(timestamp when) const override { return to_.position_at(when); }
    result<log::hash256> chain_at(position at) const override { return to_.chain_at(at); }
    result<std::shared_ptr<log::postings const>> index() const override { return to_.index(); }
    result<void> merge(std::span<log::frame_ptr const> all) override { return to_.merge(all); }
    bool is_indexed() const override { return false; }
    position merged_to() const override { return to_.merged_to(); }
    result<void> save_state(std::string_view name, std::string_view bytes) override {
        return to_.save_state(name, bytes);
    }
    result<std::optional<std::string>> load_state(std::string_view name) const override {
        return to_.load_state(name);
    }
    result<bool> maintain(timestamp now) override { return to_.maintain(now); }
    result<void> close() override { return to_.close(); }

private:
    log::memory::memory_engine to_;
    std::function<void()> on_write_;
};

/// A fixture of the contract.
struct watched_memory {
    std::function<void()> on_write = [] {};

    std::unique_ptr<log::engine> engine() {
        return std::make_unique<watched>(std::make_shared<log::memory::store>(id_of(42)), [this] {
            on_write();
        });
    }
};

}  // namespace diptych::contract
