/// @file
/// The contexts that were added: their commands and states by name.
#pragma once

#include "write/counters.hpp"

#include <diptych/error.hpp>
#include <diptych/middleware.hpp>
#include <diptych/model.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::write {

/// A command with what belongs to it here.
struct registered_command {
    model::command const* command = nullptr;
    std::vector<validation> advice = {};
    command_counters counts = {};
};

/// Thread-compatible: filled before the first command.
class command_registry {
public:
    /// Keeps a reference. Fails with invalid if the name of one of its commands or processes is
    /// taken; nothing is added then.
    result<void> add(model::context const& context);

    /// By full or short name. Fails with not_found, or invalid if a short name is of several.
    result<registered_command*> find(std::string_view name) const;

    /// A state by "stock" or "shop.stock". Fails as find does.
    result<model::state const*> find_state(std::string_view name) const;

    /// By full name.
    std::map<std::string, std::unique_ptr<registered_command>, std::less<>> const& all() const {
        return by_name_;
    }
    std::vector<model::context const*> const& contexts() const { return contexts_; }

private:
    std::vector<model::context const*> contexts_;
    std::map<std::string, std::unique_ptr<registered_command>, std::less<>> by_name_;
};

}  // namespace diptych::write
