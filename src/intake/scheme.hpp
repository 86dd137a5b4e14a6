/// @file
/// A kind of address that messages may come from, and what makes the receiver for it.
#pragma once

#include "endpoint/surroundings.hpp"
#include "intake/declaration.hpp"
#include "intake/receiver.hpp"

#include <diptych/error.hpp>

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace diptych::intake {

struct scheme {
    std::string_view name;  ///< What stands before the ':' of the address.
    std::vector<endpoint::setting_rule> settings = {};
    endpoint::assurance keeps = endpoint::assurance::at_least_once;

    /// Whether address and settings make sense. Fails with invalid; the message names the setting.
    result<void> (*check)(declaration const& of);

    /// Makes the receiver; nothing is connected yet. Fails with invalid, or as its library says.
    std::function<
        result<std::unique_ptr<receiver>>(declaration const& of, endpoint::surroundings const& in)>
        open;
};

}  // namespace diptych::intake
