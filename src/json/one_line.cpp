#include "json/one_line.hpp"

#include <algorithm>

namespace diptych::json {

std::string on_one_line(std::string_view json) {
    std::string line(json);
    std::ranges::replace_if(line, [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return line;
}

}  // namespace diptych::json
