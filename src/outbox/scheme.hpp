/// @file
/// A kind of address that channels may have, and what makes the transport for it.
#pragma once

#include "endpoint/surroundings.hpp"
#include "outbox/declaration.hpp"
#include "outbox/transport.hpp"

#include <diptych/error.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::outbox {

struct scheme {
    std::string_view name;  ///< What stands before the ':' of the address.
    std::vector<endpoint::setting_rule> settings = {};
    endpoint::assurance keeps = endpoint::assurance::at_least_once;

    /// Whether address and settings make sense. Fails with invalid; the message names the setting.
    result<void> (*check)(declaration const& of);

    /// Makes the transport; nothing is connected yet. Fails with invalid, or as its library says.
    std::function<
        result<std::unique_ptr<transport>>(declaration const& of, endpoint::surroundings const& in)>
        open;

    /// What one channel alone may deliver to; null: there is no such thing.
    std::string (*place)(declaration const& of, endpoint::surroundings const& in) = nullptr;
};

}  // namespace diptych::outbox
