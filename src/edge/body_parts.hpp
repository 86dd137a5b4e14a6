/// @file
/// Parts of bodies in JSON. All fail with invalid, the path of the fault among the facts
/// ("events/0/data").
#pragma once

#include <diptych/error.hpp>
#include <diptych/event.hpp>
#include <diptych/json_value.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::edge {

/// Something is wrong at a path; "": with the whole body.
std::unexpected<error> wrong_at(std::string const& path, std::string_view what);

/// As above: "expected an array, found a text".
std::unexpected<error> unexpected_kind(
    std::string const& path, std::string_view wanted, json::value found
);

/// An object without other members than these.
result<void> expect_object(
    json::value what, std::string const& path, std::span<std::string_view const> known
);

/// A member that is a text and not empty.
result<std::string> text_at(json::value in, std::string const& path, std::string_view name);

/// A member that is an array of those; empty if it is not there.
result<std::vector<std::string>> texts_at(
    json::value in, std::string const& path, std::string_view name
);

/// An event to be recorded, as an object that may have `further` members.
result<event_data> parse_event(
    json::value one, std::string const& path, std::span<std::string_view const> further = {}
);

}  // namespace diptych::edge
