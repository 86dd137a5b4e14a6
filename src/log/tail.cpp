#include "log/tail.hpp"

#include <diptych/assert.hpp>

#include <algorithm>
#include <utility>

namespace diptych::log {

std::size_t tail_view::block_of(position at) const {
    auto const after = [](position wanted, auto const& one) { return wanted < one->first(); };
    auto const next = std::upper_bound(blocks.begin(), blocks.end(), at, after);
    DIPTYCH_ASSERT(next != blocks.begin(), "what is older than the tail is not looked up in it");
    return static_cast<std::size_t>(next - blocks.begin()) - 1;
}

std::uint64_t tail_view::bytes() const {
    std::uint64_t sum = 0;
    for (auto const& one : blocks) sum += one->bytes();
    return sum;
}

tail::tail(log_end const& end)
    : open_(std::make_shared<block>(end.position + 1, 0)),
      view_(std::make_shared<tail_view const>(tail_view{.blocks = {open_}, .end = end})) {}

pinned_tail tail::pin() const {
    auto const lock = std::scoped_lock(mutex_);
    return view_;
}

void tail::replace(tail_view next) { view_ = std::make_shared<tail_view const>(std::move(next)); }

void tail::start_block() {
    auto const lock = std::scoped_lock(mutex_);
    auto next = *view_;
    open_ = std::make_shared<block>(next.end.position + 1, next.frames);
    next.blocks.push_back(open_);
    replace(std::move(next));
}

void tail::publish(log_end const& end) {
    auto const lock = std::scoped_lock(mutex_);
    auto next = *view_;
    next.end = end;
    ++next.frames;
    replace(std::move(next));
}

void tail::set_end(log_end const& end) {
    auto const lock = std::scoped_lock(mutex_);
    auto next = *view_;
    next.end = end;
    replace(std::move(next));
}

void tail::replace_open(std::shared_ptr<block> rebuilt, std::uint64_t frames, log_end const& end) {
    auto const lock = std::scoped_lock(mutex_);
    auto next = *view_;
    open_ = std::move(rebuilt);
    next.blocks.back() = open_;
    next.frames = frames;
    next.end = end;
    replace(std::move(next));
}

void tail::drop(std::size_t oldest_blocks) {
    auto const lock = std::scoped_lock(mutex_);
    auto next = *view_;
    DIPTYCH_ASSERT(oldest_blocks < next.blocks.size(), "the open block is never dropped");
    auto const begin = next.blocks.begin();
    next.blocks.erase(begin, begin + static_cast<std::ptrdiff_t>(oldest_blocks));
    replace(std::move(next));
}

}  // namespace diptych::log
