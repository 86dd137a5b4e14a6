/// @file
/// What messages of an incoming channel lead to: all that the channel knows of it.
#pragma once

#include "intake/declaration.hpp"
#include "intake/verdict.hpp"

#include <diptych/error.hpp>

#include <functional>
#include <string>

namespace diptych::intake {

/// What a message asks for.
struct asked {
    std::string channel = {};
    std::string message_id = {};  ///< The same id asks for the same, once.
    std::string type = {};
    std::string key = {};  ///< Messages of one key have their effect in the order they came.
    rule::target to = rule::target::command;
    std::string name = {};  ///< Of the command or source.
    std::string body = {};  ///< JSON: of the command, or of a message as the inbox takes it.
    std::string correlation_id = {};
    std::string traceparent = {};
};

/// Called once, perhaps before carry_out() returns, on any thread.
using verdict_taker = std::move_only_function<void(result<settled>)>;

/// Thread-safe.
class effects {
public:
    virtual ~effects() = default;

    /// Fails with invalid (code "channel_file") if there is no such command or source.
    virtual result<void> check(rule const& of) const = 0;

    /// Returns at once. The answer comes when the effect is durable.
    ///
    /// Fails with unavailable or outcome_unknown if it may be tried again with the same id; with
    /// anything else, that will not help by itself.
    virtual void carry_out(asked what, verdict_taker done) = 0;
};

}  // namespace diptych::intake
