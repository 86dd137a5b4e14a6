/// @file
/// Queries that are asked of two versions of a view: the one whose answer counts, and its shadow.
///
/// Who asks chooses, query by query, for example by a feature flag of his own. A shadow's answer is
/// only compared. After "branch by abstraction" and GitHub's Scientist.
#pragma once

#include "read/query_answer.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace diptych::edge {

/// How often a version has been the shadow of another, and what came of it.
struct shadow_count {
    std::string view;
    std::string version;
    std::string shadow;
    std::uint64_t same = 0;
    std::uint64_t different = 0;
    std::uint64_t moved = 0;   ///< One of them showed more than the other: nothing to compare.
    std::uint64_t failed = 0;  ///< The shadow's answer was an error.
};

/// Thread-safe.
class shadows {
public:
    using report_function = std::function<void(std::string_view)>;

    /// `report` is told of each difference and failure.
    explicit shadows(report_function report) : report_(std::move(report)) {}

    /// Compares. `asked` is the query as it came, for the report. A version that there is not is
    /// counted as "unknown", and reported once.
    void compare(
        std::string_view view,
        std::string_view shadow,
        std::string_view asked,
        read::query_answer const& answer,
        result<read::query_answer> const& other
    );

    std::vector<shadow_count> counts() const;

private:
    report_function const report_;
    mutable std::mutex mutex_;  // guards what follows
    std::map<std::tuple<std::string, std::string, std::string>, shadow_count> counts_;
};

}  // namespace diptych::edge
