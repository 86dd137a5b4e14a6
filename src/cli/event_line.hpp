/// @file
/// An event as one line for a person.
#pragma once

#include <diptych/json_value.hpp>

#include <string>

namespace diptych::cli {

/// "1.42  account-a1@3  bank.deposited  {"amount":7}", from the JSON form that the server answers.
std::string event_line(json::value const& event);

}  // namespace diptych::cli
