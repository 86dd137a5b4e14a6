/// @file
/// Answers one query on one view.
#pragma once

#include "read/query_answer.hpp"
#include "read/reader_pool.hpp"
#include "read/view_definition.hpp"

#include <diptych/clock.hpp>

#include <chrono>
#include <string_view>

namespace diptych::read {

/// How long a query may take. Keeps a reference.
struct time_limit {
    clock& time;
    std::chrono::microseconds most;
};

/// Which rows are asked. Keeps references.
struct queried_rows {
    reader_pool& readers;
    table const& of;
    served const& allowed;
    std::string_view version;
};

/// Blocking. Fails with invalid if the parameters ask for something that is not declared,
/// denied if no row may be seen, unavailable (query_too_long) if it takes too long, or with what
/// reading the file failed with.
result<query_answer> run_query(
    queried_rows const& on,
    url_query_parameters const& parameters,
    query_options const& how,
    time_limit const& limit
);

}  // namespace diptych::read
