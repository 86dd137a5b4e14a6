/// @file
/// What visitors of the store ask for: `GET /store/products?...`, read.
#pragma once

#include "field_values.hpp"

#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace catalogue {

enum class sort_column { product, ReviewCount, ReviewAverage, OrderAmount };

/// All conditions must hold. Rows that are equal by the column stand in order of their products.
struct store_query {
    std::map<std::string, field_value> values = {};  ///< By field.
    std::optional<std::string> category = {};
    std::optional<double> at_least_rating = {};
    sort_column sort = sort_column::product;
    bool descending = false;
    std::uint32_t take = 20;  ///< 1 to 1000.
    std::uint32_t page = 1;   ///< From 1.
};

/// `?fieldValues={"color":"red"}&category=&atLeastRating=4&sortColumn=ReviewAverage&sortOrder=desc
/// &take=20&page=1`, all optional. Fails with invalid, the message beginning with the parameter.
diptych::result<store_query> read_store_query(diptych::http::request const& asked);

}  // namespace catalogue
