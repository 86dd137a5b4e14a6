/// @file
/// What a server says of a view file, by the events that it knows.
#pragma once

#include "app/view_test.hpp"
#include "cli/service.hpp"

#include <diptych/error.hpp>

namespace diptych::cli {

/// Has the server check a view file. Fails as service::ask_well() does, or with failed if the
/// answer is no report.
result<app::view_report> checked_by(service& server, read::source const& text);

}  // namespace diptych::cli
