/// @file
/// Whether what messages wait for has been recorded.
#pragma once

#include "inbox/source.hpp"
#include "log/sequenced_log.hpp"

#include <diptych/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

namespace diptych::inbox {

/// What has been recorded stays recorded, so a bounded number of such ids is remembered. Keeps a
/// reference: the log must outlive it. Not thread-safe.
class known_ids {
public:
    known_ids(log::sequenced_log const& log, std::size_t ids_max)
        : log_(log), generation_max_(ids_max / 2) {}

    /// Whether an event of one of the types has been recorded about `tag`. Fails with what reading
    /// the log fails with.
    result<bool> has(prerequisite const& after, std::string_view tag);

private:
    void add(std::string question);

    log::sequenced_log const& log_;
    std::size_t const generation_max_;
    std::unordered_set<std::string> young_;
    std::unordered_set<std::string> old_;
};

}  // namespace diptych::inbox
