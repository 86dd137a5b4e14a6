/// @file
/// Which events are others than those that came, on a command line. Included by main.cpp alone:
/// CLI11 is dear to compile.
#pragma once

#include "cli/view_what_if.hpp"
#include "cli/whole_number.hpp"

#include <CLI/CLI.hpp>

namespace diptych::cli {

inline void add_otherwise(CLI::App& to, view_what_if_options& into, char const* differences) {
    to.add_option(
        "--insert",
        into.insert,
        R"(Events that never were, a line of JSON each: {"after":41,"stream":...,"type":...,"data":...})"
    );
    to.add_option("--without", into.without, "Leave out the event there; may repeat")
        ->check(whole_number<1>);
    to.add_option("--without-type", into.without_types, "And all of this type");
    to.add_option("--as-of", into.as_of, "End at this token, position or time");
    to.add_option("--differences", into.differences, differences)
        ->check(whole_number<0>)
        ->capture_default_str();
}

}  // namespace diptych::cli
