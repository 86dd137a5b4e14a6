#include "write/attempt.hpp"

#include "write/user_code.hpp"

namespace diptych::write {

std::string full_name(model::command const& command) {
    return command.context.empty() ? command.name : command.context + "." + command.name;
}

result<model::decided> decide(
    attempt const& of, std::span<std::vector<model::erased_const> const> states
) {
    environment const surroundings{of.now, of.seed};
    try {
        return of.command->decide(of.value.get(), states, surroundings);
    } catch (...) {
        return thrown("decide of " + full_name(*of.command));
    }
}

}  // namespace diptych::write
