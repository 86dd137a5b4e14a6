/// @file
/// Forms that are made from the fields of commands, and commands that are made from what comes
/// back.
///
/// A field has one input, called as it is; of a list each element has its own, "seats.0.quantity".
#pragma once

#include "web/page.hpp"

#include <diptych/model.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace conference::web {

struct form {
    diptych::model::command const& of;
    std::string action;
    std::string button;
    http::pairs fixed = {};   ///< Values of fields that nobody fills in: they are sent, unseen.
    http::pairs values = {};  ///< What stands in the others.
    std::string extra = {};   ///< HTML in front of the button.
};

/// The form as HTML. Lists are not asked for: their inputs are `extra`.
std::string to_html(form const& what);

/// The command as JSON; inputs that are none of its fields are passed over. What is no number or
/// date where one is wanted goes in as the text it is, so that the command says what is wrong.
std::string to_json(diptych::model::command const& of, http::pairs const& sent);

/// An input of a form, with its label.
std::string input(
    std::string_view name, std::string_view label, std::string_view type, std::string_view value
);
std::string hidden_input(std::string_view name, std::string_view value);

}  // namespace conference::web
