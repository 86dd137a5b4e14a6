/// @file
/// `diptych inbox check|send|status|held|dead-letters|retry|drop`.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace diptych::cli {

struct inbox_options {
    place where = {};
    std::string source = {};
    std::string message_id = {};  ///< For retry and drop.
    std::string file = "-";       ///< For send: a message in each line.
    std::string after = {};       ///< For lists: a message id.
    std::uint64_t limit = 100;
    bool json = false;
};

struct inbox_check_options {
    std::vector<std::string> files = {};
    bool json = false;
};

/// Fails with invalid, code "inbox_file", if a file does not declare a source.
result<void> inbox_check(inbox_check_options const& how);

/// Fails with invalid, code "messages_refused", if any was.
result<void> inbox_send(inbox_options const& how);

result<void> inbox_status(inbox_options const& how);
result<void> inbox_held(inbox_options const& how);
result<void> inbox_dead_letters(inbox_options const& how);
result<void> inbox_retry(inbox_options const& how);
result<void> inbox_drop(inbox_options const& how);

}  // namespace diptych::cli
