/// @file
/// A kind of address that channels may have, and what makes the transport for it.
#pragma once

#include "outbox/declaration.hpp"
#include "outbox/transport.hpp"
#include "storage/disk.hpp"

#include <diptych/clock.hpp>
#include <diptych/error.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::outbox {

/// Looks up a variable of the environment.
using environment_lookup = std::function<std::optional<std::string>(std::string const& name)>;

/// What transports are made of. References: must outlive them.
struct surroundings {
    storage::disk& disk;
    std::filesystem::path folder;  ///< Relative paths begin here.
    clock& time;
    environment_lookup environment;
    bool connects = true;  ///< Otherwise channels are only looked at, and nothing is opened.
};

/// A key of the file that a transport understands.
struct setting_rule {
    std::string_view name;
    bool is_secret = false;  ///< Must be "env:NAME".
    bool is_list = false;    ///< There may be several texts.
};

struct scheme {
    std::string_view name;  ///< What stands before the ':' of the address.
    std::vector<setting_rule> settings = {};
    assurance keeps = assurance::at_least_once;

    /// Whether address and settings make sense. Fails with invalid; the message names the setting.
    result<void> (*check)(declaration const& of);

    /// Makes the transport; nothing is connected yet. Fails with invalid, or as its library says.
    std::function<result<std::unique_ptr<transport>>(declaration const& of, surroundings const& in)>
        open;

    /// What one channel alone may deliver to; null: there is no such thing.
    std::string (*place)(declaration const& of, surroundings const& in) = nullptr;
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

}  // namespace diptych::outbox
