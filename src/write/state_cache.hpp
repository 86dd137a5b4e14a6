/// @file
/// The states used last, each with how far it has been folded.
#pragma once

#include <diptych/model.hpp>
#include <diptych/position.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace diptych::write {

/// A place for one state. Whoever catches it up holds its mutex, so that many callers who want the
/// same hot state read its new events once.
struct cached_state {
    std::mutex mutex;                // guards everything below
    model::erased value;             // null: not loaded
    position at{};                   // folded up to here
    std::size_t since_snapshot = 0;  // events folded since the last snapshot
};

/// Keeps the `size_max` states used last. Thread-safe.
class state_cache {
public:
    explicit state_cache(std::size_t size_max) : size_max_(size_max) {}

    /// The place of this state, an empty one if it was not here.
    std::shared_ptr<cached_state> at(std::string const& key);

private:
    using order = std::list<std::pair<std::string, std::shared_ptr<cached_state>>>;

    std::size_t const size_max_;
    std::mutex mutex_;  // guards everything below
    order newest_first_;
    std::unordered_map<std::string, order::iterator> by_key_;
};

}  // namespace diptych::write
