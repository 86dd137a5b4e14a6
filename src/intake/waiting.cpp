#include "intake/waiting.hpp"

#include "base/planted_bug.hpp"

#include <utility>

namespace diptych::intake {

void waiting::add(waiting_message one) {
    if (one.letter.value > 0) ++letters_;
    auto const [at, is_new] = by_key_.try_emplace(one.what.key, key_queue{.key = one.what.key});
    at->second.messages.push_back(std::move(one));
    ++size_;
    if (is_new) ready_.push_back(&at->second);
}

key_queue* waiting::next(timestamp now) {
    while (!resting_.empty() && resting_.begin()->first <= now) {
        ready_.push_back(resting_.begin()->second);
        resting_.erase(resting_.begin());
    }
    if (ready_.empty()) return nullptr;
    auto* const found = ready_.front();
    ready_.pop_front();
    return found;
}

void waiting::rest(key_queue& of, timestamp until) {
    if (is_planted(bug::rest_passed) && of.messages.size() > 1) {
        of.messages.push_back(std::move(of.messages.front()));
        of.messages.pop_front();
        return ready_.push_back(&of);
    }
    resting_.emplace(until, &of);
}

void waiting::pop(key_queue& of) {
    if (of.messages.front().letter.value > 0) --letters_;
    of.messages.pop_front();
    --size_;
    if (of.messages.empty())
        by_key_.erase(by_key_.find(of.key));
    else
        ready_.push_back(&of);
}

void waiting::end_rests() {
    for (auto const& [until, one] : std::exchange(resting_, {})) ready_.push_back(one);
}

std::optional<timestamp> waiting::next_rest(timestamp now) const {
    if (resting_.empty() || resting_.begin()->first <= now) return {};
    return resting_.begin()->first;
}

}  // namespace diptych::intake
