/// @file
/// A command of any type: what lists of commands are made of.
#pragma once

#include <diptych/command.hpp>
#include <diptych/model.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace diptych {

/// Made from a command where one is asked for:
///
///     std::vector<diptych::any_command> lines;
///     for (auto const& line : order.lines) lines.push_back(allocate{...});
///
/// Thread-compatible.
class any_command {
public:
    template <domain_command Command>
    any_command(Command command)  // NOLINT(google-explicit-constructor)
        : name_(command_name_of<Command>()),
          value_(std::make_shared<Command const>(std::move(command))) {}

    std::string_view name() const { return name_; }  ///< "allocate". Lives for ever.
    model::erased_const const& value() const { return value_; }

private:
    std::string_view name_;
    model::erased_const value_;
};

}  // namespace diptych
