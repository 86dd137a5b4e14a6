/// @file
/// What has to be done to one list of rows to make it another.
#pragma once

#include "read/query_answer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diptych::read {

enum class row_change_kind : std::uint8_t {
    enter,   ///< A row that was not there is put at `index`.
    change,  ///< A row is taken out, and put at `index` with its new values.
    leave,   ///< A row is taken out.
};

struct row_change {
    row_change_kind how = row_change_kind::enter;
    std::size_t index = 0;           ///< In the list as the changes before have left it.
    keyed_row const* row = nullptr;  ///< Of `after`; with `leave`: of `before`.
};

/// The changes, to be made one after the other; rows that neither change nor move among the others
/// that stay are not named. Keys are unique in each list. Points into both.
std::vector<row_change> row_changes(
    std::span<keyed_row const> before, std::span<keyed_row const> after
);

}  // namespace diptych::read
