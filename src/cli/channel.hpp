/// @file
/// `diptych channel check|list|show|resume|dead-letters|retry|drop`.
#pragma once

#include "cli/place.hpp"

#include <diptych/error.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace diptych::cli {

struct channel_options {
    place where = {};
    std::string channel = {};
    std::string stream = {};  ///< For retry and drop.
    std::string after = {};   ///< For lists: a stream.
    std::uint64_t limit = 100;
    bool all = false;  ///< For retry: every stream.
    bool json = false;
};

struct channel_check_options {
    std::vector<std::string> files = {};
    bool json = false;
};

/// Fails with invalid, code "channel_file", if a file does not declare a channel, and
/// "channel_secret" if the environment has not the secret that it names.
result<void> channel_check(channel_check_options const& how);

result<void> channel_list(channel_options const& how);
result<void> channel_show(channel_options const& how);
result<void> channel_resume(channel_options const& how);
result<void> channel_dead_letters(channel_options const& how);
result<void> channel_retry(channel_options const& how);
result<void> channel_drop(channel_options const& how);

}  // namespace diptych::cli
