#include "outbox/lanes.hpp"

#include "base/planted_bug.hpp"

#include <diptych/assert.hpp>

#include <algorithm>
#include <utility>

namespace diptych::outbox {

void lanes::add(message what, bool is_letter) {
    ++messages_;
    bytes_ += what.bytes();
    auto name = what.stream;
    if (is_planted(bug::beside_its_stream)) name += "#" + std::to_string(what.version.value);
    auto const [at, is_new] = by_stream_.try_emplace(std::move(name));
    auto& of = at->second;
    of.queue.push_back(std::move(what));
    if (!is_new) return;
    of.stream = at->first;
    of.is_letter = is_letter;
    again(of);
}

lane* lanes::next(timestamp now) {
    while (!resting_.empty() && resting_.begin()->first <= now) {
        auto& of = *resting_.begin()->second;
        resting_.erase(resting_.begin());
        again(of);
    }
    if (ready_.empty()) return nullptr;
    auto* const found = ready_.front();
    ready_.pop_front();
    found->at = lane::standing::sent;
    return found;
}

void lanes::again(lane& of) {
    of.at = lane::standing::ready;
    ready_.push_back(&of);
}

void lanes::rest(lane& of, timestamp until) {
    of.at = lane::standing::resting;
    of.until = until;
    resting_.emplace(until, &of);
}

void lanes::hold(lane& of) {
    leave_list(of);
    of.at = lane::standing::held;
}

void lanes::pop(lane& of) {
    DIPTYCH_ASSERT(
        of.at == lane::standing::sent || of.at == lane::standing::held,
        "a message is done after it was sent"
    );
    --messages_;
    bytes_ -= of.queue.front().bytes();
    of.queue.pop_front();
    of.refusals = of.failures = 0;
    if (of.queue.empty())
        by_stream_.erase(by_stream_.find(of.stream));
    else
        again(of);
}

void lanes::remove(lane& of) {
    leave_list(of);
    messages_ -= of.queue.size();
    for (auto const& one : of.queue) bytes_ -= one.bytes();
    by_stream_.erase(by_stream_.find(of.stream));
}

void lanes::end_rests() {
    for (auto const& [until, of] : resting_) again(*of);
    resting_.clear();
}

lane* lanes::find(std::string_view stream) {
    auto const at = by_stream_.find(stream);
    return at == by_stream_.end() ? nullptr : &at->second;
}

std::optional<timestamp> lanes::next_rest() const {
    if (resting_.empty()) return {};
    return resting_.begin()->first;
}

void lanes::leave_list(lane& of) {
    if (of.at == lane::standing::ready) std::erase(ready_, &of);
    if (of.at == lane::standing::resting)
        std::erase_if(resting_, [&](auto const& one) { return one.second == &of; });
}

}  // namespace diptych::outbox
