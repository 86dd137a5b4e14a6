/// @file
/// Percent-encoding and query strings.
#pragma once

#include <diptych/error.hpp>
#include <diptych/http.hpp>

#include <string>
#include <string_view>

namespace diptych::edge {

/// Undoes percent-encoding. Fails with invalid if a '%' is not followed by two hex digits, or for a
/// zero byte.
result<std::string> percent_decode(std::string_view text);

/// Encodes what may not stand in a segment or a query value.
std::string percent_encode(std::string_view text);

/// Splits and decodes "a=1&b=x+y". A name without '=' has an empty value. Fails as percent_decode
/// does.
result<http::pairs> parse_query(std::string_view text);

}  // namespace diptych::edge
