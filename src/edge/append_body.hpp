/// @file
/// The body of `POST /events`.
#pragma once

#include <diptych/append.hpp>
#include <diptych/error.hpp>

#include <string_view>

namespace diptych::edge {

/// Reads
/// `{"events":[{"id","stream","type","tags","data","metadata"}],
///   "expect":{"course-c1":3,"user-u1":"no_stream"},
///   "unless":{"query":[{"types":[],"tags":[]}],"after":"1.42"}}`.
///
/// Fails with invalid, the path of the fault among the facts ("events/0/data").
result<append_request> parse_append(std::string_view body);

}  // namespace diptych::edge
