#include "log/memory/memory_engine.hpp"

#include "log/no_postings.hpp"

#include <diptych/assert.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log::memory {

namespace {

// A frame of its own bytes, so that nothing of the writer's memory is kept.
std::shared_ptr<frame> copy_of(frame const& from) {
    auto copy = std::make_shared<frame>();
    copy->first = from.first;
    copy->event_count = from.event_count;
    copy->answer_count = from.answer_count;
    copy->chain = from.chain;
    copy->recorded_at = from.recorded_at;
    copy->answers = from.answers;
    copy->bytes.reserve(from.bytes.size() + 64);
    copy->bytes = from.bytes;
    copy->events.reserve(from.event_count);
    auto rest = std::string_view(copy->bytes).substr(frame_header_size);
    for (auto const& event : from.events) {
        auto const record = rest.substr(0, record_size(rest));
        auto decoded = decode(record, event.position, event.epoch, std::nullopt);
        DIPTYCH_ASSERT(decoded.has_value(), "a frame to be written decodes");
        copy->events.push_back(*std::move(decoded));
        rest.remove_prefix(record.size());
    }
    return copy;
}

// The frame that holds `at`, or the first one after it.
auto frame_of(std::vector<frame_ptr> const& frames, position at) {
    auto const after = [](position wanted, frame_ptr const& one) { return wanted < one->first; };
    auto next = std::upper_bound(frames.begin(), frames.end(), at, after);
    auto const before = next;
    while (next != frames.begin() && (*std::prev(next))->first <= at) {
        --next;
        if ((*next)->last() >= at && (*next)->event_count > 0) return next;
        if ((*next)->event_count > 0) break;
    }
    return before;
}

}  // namespace

store::store(uuid const& log_id) {
    end_.log_id = log_id;
    epochs_.push_back({.epoch = epoch{1}, .first = position{1}});
}

void store::fail_after(std::size_t writes, failure how) {
    auto const lock = std::scoped_lock(mutex_);
    fault_ = {writes, how};
}

void store::fail_reopen(bool fails) {
    auto const lock = std::scoped_lock(mutex_);
    reopen_fails_ = fails;
}

void store::start_epoch() {
    auto const lock = std::scoped_lock(mutex_);
    ++end_.epoch;
    epochs_.push_back({.epoch = end_.epoch, .first = end_.position + 1});
}

void store::damage(position at, std::size_t bytes_from_end) {
    auto const lock = std::scoped_lock(mutex_);
    auto const i = static_cast<std::size_t>(frame_of(frames_, at) - frames_.begin());
    auto changed = copy_of(*frames_[i]);
    changed->bytes[changed->bytes.size() - bytes_from_end] ^= 1;
    frames_[i] = std::move(changed);
}

memory_engine::memory_engine(uuid const& log_id) : kept_(std::make_shared<store>(log_id)) {}
memory_engine::memory_engine(std::shared_ptr<store> kept) : kept_(std::move(kept)) {}

log_end memory_engine::end() const {
    auto const lock = std::shared_lock(kept_->mutex_);
    return kept_->end_;
}

std::vector<epoch_start> memory_engine::epochs() const {
    auto const lock = std::shared_lock(kept_->mutex_);
    return kept_->epochs_;
}

result<void> memory_engine::writable() const { return {}; }

result<void> memory_engine::write(frame& next) {
    if (failed_) return fail(errc::unavailable, "a write failed before; the log must be reopened");
    auto copy = copy_of(next);
    auto const lock = std::scoped_lock(kept_->mutex_);
    auto& fault = kept_->fault_;
    auto const fails = fault && fault->first-- == 0;
    if (!fails || fault->second == store::failure::kept) {
        kept_->chain_before_.push_back(kept_->end_.chain);
        kept_->end_.chain = copy->chain;
        kept_->end_.recorded_at = copy->recorded_at;
        if (copy->event_count > 0) kept_->end_.position = copy->last();
        kept_->frames_.push_back(std::move(copy));
    }
    if (!fails) return {};
    fault.reset();
    failed_ = true;
    return fail(errc::outcome_unknown, "writing to memory failed, as it was told to");
}

result<void> memory_engine::reopen() {
    auto const lock = std::shared_lock(kept_->mutex_);
    if (kept_->reopen_fails_)
        return fail(errc::unavailable, "reopening memory failed, as it was told to");
    failed_ = false;
    return {};
}

result<std::vector<frame_ptr>> memory_engine::frames(position from, std::size_t bytes_max) const {
    auto const lock = std::shared_lock(kept_->mutex_);
    std::vector<frame_ptr> some;
    std::size_t bytes = 0;
    auto next = from.value == 0 ? kept_->frames_.begin() : frame_of(kept_->frames_, from);
    for (; next != kept_->frames_.end(); ++next) {
        bytes += (*next)->bytes.size();
        if (!some.empty() && bytes > bytes_max) break;
        some.push_back(*next);
    }
    return some;
}

result<page> memory_engine::fetch(std::span<position const> positions) const {
    auto const lock = std::shared_lock(kept_->mutex_);
    std::vector<recorded_event> events;
    std::vector<std::shared_ptr<void const>> memory;
    events.reserve(positions.size());
    for (auto const at : positions) {
        DIPTYCH_ASSERT(at.value > 0 && at <= kept_->end_.position, "only what is there is fetched");
        auto const& holder = *frame_of(kept_->frames_, at);
        events.push_back(holder->events[at.value - holder->first.value]);
        if (memory.empty() || memory.back() != holder) memory.push_back(holder);
    }
    token const seen{.epoch = kept_->end_.epoch, .position = kept_->end_.position};
    return page{std::move(events), std::move(memory), seen, true};
}

result<position> memory_engine::position_at(timestamp when) const {
    auto const lock = std::shared_lock(kept_->mutex_);
    position last{};
    for (auto const& one : kept_->frames_)
        for (auto const& event : one->events) {
            if (event.recorded_at > when) return last;
            last = event.position;
        }
    return last;
}

result<hash256> memory_engine::chain_at(position at) const {
    if (at.value == 0) return hash256{};
    auto const lock = std::shared_lock(kept_->mutex_);
    DIPTYCH_ASSERT(at <= kept_->end_.position, "only the chain of what is there is asked for");
    auto const found = frame_of(kept_->frames_, at);
    auto const& holder = **found;
    if (at == holder.last()) return holder.chain;
    auto chain = kept_->chain_before_[static_cast<std::size_t>(found - kept_->frames_.begin())];
    auto rest = std::string_view(holder.bytes).substr(frame_header_size);
    for (auto next = holder.first; next <= at; ++next) {
        auto const size = record_size(rest);
        chain = chain_after(chain, rest.substr(0, size), next);
        rest.remove_prefix(size);
    }
    return chain;
}

result<std::shared_ptr<postings const>> memory_engine::index() const {
    return std::make_shared<no_postings const>();
}

result<void> memory_engine::merge(std::span<frame_ptr const>) { return {}; }

result<void> memory_engine::save_state(std::string_view name, std::string_view bytes) {
    auto const lock = std::scoped_lock(kept_->mutex_);
    kept_->states_.insert_or_assign(std::string(name), std::string(bytes));
    return {};
}

result<std::optional<std::string>> memory_engine::load_state(std::string_view name) const {
    auto const lock = std::shared_lock(kept_->mutex_);
    auto const found = kept_->states_.find(name);
    if (found == kept_->states_.end()) return std::optional<std::string>{};
    return std::optional(found->second);
}

result<bool> memory_engine::maintain(timestamp) { return false; }
result<void> memory_engine::close() { return {}; }

}  // namespace diptych::log::memory
