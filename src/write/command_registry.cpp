#include "write/command_registry.hpp"

#include "write/attempt.hpp"

#include <algorithm>

namespace diptych::write {

namespace {

std::string quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

std::unexpected<error> ambiguous(
    std::string_view what, std::string_view name, std::string_view one, std::string_view other
) {
    return fail(
        errc::invalid,
        "ambiguous_name",
        "there is more than one " + std::string(what) + " " + quoted(name) + ": " +
            std::string(one) + " and " + std::string(other)
    );
}

// The states that a context's commands and processes fold, each once.
std::vector<model::state const*> states_of(model::context const& context) {
    std::vector<model::state const*> found;
    auto const note = [&](model::state const* state) {
        auto const same = [&](auto const* one) { return one->name == state->name; };
        if (std::ranges::none_of(found, same)) found.push_back(state);
    };
    for (auto const& command : context.commands)
        for (auto const& parameter : command.parameters)
            if (parameter.of != nullptr) note(parameter.of);
    for (auto const& process : context.processes) note(&process.state);
    return found;
}

}  // namespace

result<void> command_registry::add(model::context const& context) {
    for (auto const& command : context.commands)
        if (by_name_.contains(full_name(command)))
            return fail(
                errc::invalid,
                "name_taken",
                "there is already a command " + quoted(full_name(command))
            );
    // Records and skipped inputs are kept under the process's own name.
    for (auto const* other : contexts_)
        for (auto const& process : context.processes)
            if (std::ranges::find(other->processes, process.name, &model::process::name) !=
                other->processes.end())
                return ambiguous("process", process.name, other->name, context.name);
    for (auto const& command : context.commands) {
        auto& place = by_name_[full_name(command)];
        place = std::make_unique<registered_command>();
        place->command = &command;
    }
    contexts_.push_back(&context);
    return {};
}

result<registered_command*> command_registry::find(std::string_view name) const {
    if (auto const exact = by_name_.find(name); exact != by_name_.end()) return exact->second.get();
    registered_command* found = nullptr;
    for (auto const& [full, one] : by_name_) {
        if (one->command->name != name) continue;
        if (found != nullptr) return ambiguous("command", name, full_name(*found->command), full);
        found = one.get();
    }
    if (found != nullptr) return found;
    return fail(errc::not_found, "unknown_command", "there is no command " + quoted(name));
}

result<model::state const*> command_registry::find_state(std::string_view name) const {
    model::state const* found = nullptr;
    std::string found_as;
    for (auto const* context : contexts_)
        for (auto const* state : states_of(*context)) {
            auto const full = context->name + "." + state->name;
            if (full != name && state->name != name) continue;
            if (found != nullptr && found->fingerprint != state->fingerprint)
                return ambiguous("state", name, found_as, full);
            found = state;
            found_as = full;
        }
    if (found != nullptr) return found;
    return fail(errc::not_found, "unknown_state", "there is no state " + quoted(name));
}

}  // namespace diptych::write
