/// @file
/// A kind of address that messages may come from, and what makes the receiver for it.
#pragma once

#include "intake/declaration.hpp"
#include "intake/receiver.hpp"
#include "outbox/scheme.hpp"

#include <diptych/error.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::intake {

struct scheme {
    std::string_view name;  ///< What stands before the ':' of the address.
    std::vector<outbox::setting_rule> settings = {};
    outbox::assurance keeps = outbox::assurance::at_least_once;

    /// Whether address and settings make sense. Fails with invalid; the message names the setting.
    result<void> (*check)(declaration const& of);

    /// Makes the receiver; nothing is connected yet. Fails with invalid, or as its library says.
    result<std::unique_ptr<receiver>> (*open)(
        declaration const& of, outbox::surroundings const& in
    );
};

/// A setting's text, with what "env:NAME" names in its place; empty if it is not there. Fails with
/// invalid (code "channel_secret") if there is no such variable.
inline result<std::string> revealed_one(
    declaration const& of, std::string_view setting, outbox::surroundings const& in
) {
    return outbox::revealed_text(of.name, setting, of.setting(setting), in);
}

}  // namespace diptych::intake
