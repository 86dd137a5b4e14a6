#include "read/column_type.hpp"

#include <array>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::array<std::pair<std::string_view, column_kind>, 8> kinds{{
    {"text", column_kind::text},
    {"integer", column_kind::integer},
    {"real", column_kind::real},
    {"decimal", column_kind::decimal},
    {"boolean", column_kind::boolean},
    {"timestamp", column_kind::timestamp},
    {"json", column_kind::json},
    {"blob", column_kind::blob},
}};

}  // namespace

std::string to_string(column_type type) {
    auto name = std::string{kinds[static_cast<std::size_t>(type.kind)].first};
    if (type.kind == column_kind::decimal) name += "(" + std::to_string(type.scale) + ")";
    return name;
}

std::optional<column_kind> kind_of(std::string_view word) {
    for (auto const& [name, kind] : kinds)
        if (name == word) return kind;
    return {};
}

std::string_view column_types_listed() {
    return "text, integer, real, decimal(n), boolean, timestamp, json and blob";
}

}  // namespace diptych::read
