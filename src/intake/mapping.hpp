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

/// What a message is known by beside what it says.
struct given_ids {
    std::string fresh = {};  ///< If it comes without one and from nowhere.
    std::string known = {};  ///< If it is not empty: what it was known by when it came.
};

/// An id has at most as many bytes as the log takes: what would be longer is its hash.
///
/// Fails with invalid: code "malformed_message" if it can not be read, "unmapped_message" if no
/// rule is for its type; `facts` has what was found out until then.
result<asked> asked_by(
    declaration const& of, delivery const& what, given_ids const& ids, known_facts& facts
);

}  // namespace diptych::intake
