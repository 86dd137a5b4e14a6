/// @file
/// What `?search=` asks: words that must all be there, `or`, "a phrase", -not.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

inline constexpr std::size_t search_terms_max = 32;

/// Words and phrases that a row must have, and that it must not.
struct search_group {
    std::vector<std::string> all;
    std::vector<std::string> none;

    bool operator==(search_group const&) const = default;
};

/// A row is found if it fits one of the groups; each has something in `all`.
using search_terms = std::vector<search_group>;

/// Takes any text; fails, saying why, if it has no word to look for, or too many.
std::expected<search_terms, std::string> parse_search(std::string_view text);

}  // namespace diptych::read
