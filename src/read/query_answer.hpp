/// @file
/// What a query on a view is asked with and what it answers.
#pragma once

#include <diptych/position.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diptych::read {

/// Name and value as they came in the URL, percent-decoded, in order; a name may repeat.
using url_query_parameters = std::vector<std::pair<std::string, std::string>>;

struct query_answer {
    std::string rows;  ///< A JSON array of objects.
    std::size_t count = 0;
    std::optional<std::string> next = {};  ///< The cursor of the next page, if there is one.
    token at = {};                         ///< The rows show everything up to here.
    std::string etag;  ///< Hexadecimal; the same for the same rows of the same view version.
};

}  // namespace diptych::read
