/// @file
/// From a message as it came to what it asks for, as the channel's file says.
#pragma once

#include "intake/declaration.hpp"
#include "intake/delivery.hpp"
#include "intake/effects.hpp"

#include <diptych/error.hpp>

#include <string>

namespace diptych::intake {

/// What can be told of a message even if it asks for nothing that we know.
struct known_facts {
    std::string message_id = {};
    std::string type = {};
};

/// `fresh_id` is the id of a message that comes without one and from nowhere.
///
/// Fails with invalid: code "malformed_message" if it can not be read, "unmapped_message" if no
/// rule is for its type; `facts` has what was found out until then.
result<asked> asked_by(
    declaration const& of, delivery const& what, std::string const& fresh_id, known_facts& facts
);

}  // namespace diptych::intake
