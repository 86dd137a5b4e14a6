#include "write/state_cache.hpp"

namespace diptych::write {

std::shared_ptr<cached_state> state_cache::at(std::string const& key) {
    std::shared_ptr<cached_state> forgotten;  // freed after the lock
    std::lock_guard const lock(mutex_);
    if (auto const found = by_key_.find(key); found != by_key_.end()) {
        newest_first_.splice(newest_first_.begin(), newest_first_, found->second);
        return newest_first_.front().second;
    }
    newest_first_.emplace_front(key, std::make_shared<cached_state>());
    by_key_.emplace(key, newest_first_.begin());
    if (by_key_.size() > size_max_) {
        forgotten = std::move(newest_first_.back().second);
        by_key_.erase(newest_first_.back().first);
        newest_first_.pop_back();
        if (by_key_.empty()) return std::make_shared<cached_state>();  // size_max 0: no cache
    }
    return newest_first_.front().second;
}

}  // namespace diptych::write
