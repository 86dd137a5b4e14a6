/// @file
/// What a channel of either direction is connected with: the settings of its kind, and their
/// secrets.
#pragma once

#include "endpoint/declared_channel.hpp"
#include "storage/disk.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::endpoint {

/// Looks up a variable of the environment.
using environment_lookup = std::function<std::optional<std::string>(std::string const& name)>;

/// What transports and receivers are made of. References: must outlive them.
struct surroundings {
    storage::disk& disk;
    std::filesystem::path folder;  ///< Relative paths begin here.
    clock& time;
    environment_lookup environment;
    bool connects = true;  ///< Otherwise channels are only looked at, and nothing is opened.
};

/// A key of the file that a kind of address understands.
struct setting_rule {
    std::string_view name;
    bool is_secret = false;  ///< Must be "env:NAME".
    bool is_list = false;    ///< There may be several texts.
};

/// The texts of a setting, with what "env:NAME" names in their place. Fails with invalid (code
/// "channel_secret") if there is no such variable.
result<std::vector<std::string>> revealed(
    declared_channel const& of, std::string_view setting, surroundings const& in
);

/// As revealed(), of the only one; empty if there is none.
result<std::string> revealed_one(
    declared_channel const& of, std::string_view setting, surroundings const& in
);

}  // namespace diptych::endpoint
