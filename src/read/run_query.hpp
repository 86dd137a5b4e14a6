/// @file
/// Answers one query on one view.
#pragma once

#include "read/query_answer.hpp"
#include "read/reader_pool.hpp"
#include "read/view_definition.hpp"

#include <string_view>

namespace diptych::read {

/// Blocking. Fails with invalid if the parameters ask for something that is not declared, or with
/// what reading the file failed with.
result<query_answer> run_query(
    reader_pool& readers,
    table const& of,
    served const& allowed,
    std::string_view version,
    url_query_parameters const& parameters
);

}  // namespace diptych::read
