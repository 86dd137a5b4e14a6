#include "cli/row_differences.hpp"

#include "cli/version_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace diptych::cli {

void print_differences(json::value const& said, std::string_view one, std::string_view other) {
    std::array const sides{one, other};
    for (auto const side : sides) {
        auto const only = fmt::format("only_in_{}", side);
        for (auto const name : said.find(only)->elements())
            fmt::print("  {}: {}\n", only, name.text());
    }
    auto const width = std::max(one.size(), other.size());
    for (auto const row : said.find("differences")->elements()) {
        fmt::print("  {}\n", word_of(row, "table"));
        for (auto const side : sides) {
            auto label = std::string{side};
            std::ranges::replace(label, '_', ' ');
            fmt::print("    {:<{}}  {}\n", label, width, word_of(row, side));
        }
    }
}

}  // namespace diptych::cli
