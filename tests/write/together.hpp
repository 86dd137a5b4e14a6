/// @file
/// Several commands of the bank as one unit.
#pragma once

#include "write/house.hpp"

#include <diptych/json_value.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bank {

/// Commands by name, each with its JSON.
using command_list = std::vector<std::pair<std::string, std::string>>;

inline diptych::result<diptych::outcome> together(
    house& at, command_list const& asked, diptych::execute_options const& options = {}
) {
    std::vector<diptych::write::command_text> all;
    for (auto const& [command, json] : asked) all.push_back({.command = command, .json = json});
    return at.commands->execute_together(all, options);
}

/// A text member of the metadata of every event; "" where there is none.
inline std::vector<std::string> metadata_in(house const& at, std::string_view member) {
    std::vector<std::string> all;
    auto const page = at.log->read({}).or_throw();
    for (auto const& event : page) {
        auto const metadata = diptych::json::parse(std::string(event.metadata)).or_throw();
        auto const found = metadata.root().find(member);
        all.emplace_back(found ? found->text() : "");
    }
    return all;
}

inline diptych::refusing_command second_withdraw() {
    return {.place = 1, .command = "bank.withdraw"};
}

}  // namespace bank
