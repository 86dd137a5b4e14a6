/// @file
/// Types of records that processes and the queue share: how a command ended, and what is parked.
#pragma once

#include <diptych/query.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::write {

inline constexpr std::string_view accepted_type = "$accepted";
inline constexpr std::string_view refused_type = "$refused";
inline constexpr std::string_view failed_type = "$failed";
inline constexpr std::string_view parked_type = "$parked";
inline constexpr std::string_view dropped_type = "$dropped";

inline bool is_answer_type(std::string_view type) {
    return type == accepted_type || type == refused_type || type == failed_type;
}

/// Records of these types in streams of a category, whomever they are about.
inline query records_of(std::string_view category, std::vector<std::string> types) {
    return {.items = {{.types = std::move(types)}}, .category = std::string(category)};
}

}  // namespace diptych::write
