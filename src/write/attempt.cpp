#include "write/attempt.hpp"

#include "write/user_code.hpp"

#include <utility>

namespace diptych::write {

std::string full_name(model::command const& command) {
    return command.context.empty() ? command.name : command.context + "." + command.name;
}

std::string describe(attempt const& of) {
    auto const first = full_name(*of.parts.front().command);
    if (of.parts.size() == 1) return first;
    return "the unit of " + first + " and " + std::to_string(of.parts.size() - 1) + " more";
}

void count(attempt const& of, result<outcome> const& answer) {
    for (auto const& part : of.parts) part.counts->count(answer);
}

outcome refusal_by(attempt const& of, std::size_t place, std::string reason, std::string detail) {
    outcome answer{
        .is = outcome::kind::refused, .reason = std::move(reason), .detail = std::move(detail)
    };
    if (of.parts.size() > 1)
        answer.refused_by = {.place = place, .command = full_name(*of.parts[place].command)};
    return answer;
}

result<model::decided> decide(
    attempt const& of, part const& which, std::span<std::vector<model::erased_const> const> states
) {
    environment const surroundings{of.now, which.seed};
    try {
        return which.command->decide(which.value.get(), states, surroundings);
    } catch (...) {
        return thrown("decide of " + full_name(*which.command));
    }
}

}  // namespace diptych::write
