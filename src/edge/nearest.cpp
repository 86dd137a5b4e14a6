#include "edge/nearest.hpp"

#include <diptych/json_writer.hpp>

#include <algorithm>
#include <numeric>

namespace diptych::edge {

namespace {

constexpr std::size_t compared_max = 64;  // bytes of a name; a stranger chooses how long it is

/// Letters to add, drop or change to get from one to the other.
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            auto const above = row[j + 1];
            row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (from[i] == to[j] ? 0u : 1u)});
            diagonal = above;
        }
    }
    return row.back();
}

}  // namespace

std::string nearest(std::string_view name, std::vector<std::string> const& known) {
    name = name.substr(0, compared_max);
    std::string_view best;
    auto least = name.size() / 2 + 2;
    for (std::string_view const one : known) {
        auto const steps = distance(name, one.substr(0, compared_max));
        if (steps >= least) continue;
        least = steps;
        best = one;
    }
    return std::string(best);
}

error with_nearest(error what, std::string_view name, std::vector<std::string> const& known) {
    auto const close = nearest(name, known);
    if (close.empty()) return what;
    what.message += "; the nearest is '" + close + "'";
    std::string quoted;
    json::append_quoted(quoted, close);
    what.facts.emplace_back("nearest", quoted);
    return what;
}

}  // namespace diptych::edge
