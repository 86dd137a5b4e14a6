#include "read/suggest.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace diptych::read {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            auto const changed = diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
        }
    }
    return row[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view name, std::span<std::string const> candidates) {
    std::string const* nearest = nullptr;
    auto least = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (auto const& candidate : candidates) {
        // "allocated" for "shop.allocated": only the context is missing.
        auto const bare = std::string_view{candidate}.substr(candidate.rfind('.') + 1);
        auto const distance = std::min(edit_distance(name, candidate), edit_distance(name, bare));
        if (distance < least) {
            least = distance;
            nearest = &candidate;
        }
    }
    return nearest == nullptr ? std::string{} : "; did you mean '" + *nearest + "'?";
}

std::string listed(std::span<std::string const> names) {
    if (names.empty()) return "none";
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
        text += names[i];
    }
    return text;
}

}  // namespace diptych::read
