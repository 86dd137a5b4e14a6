// POST /commands: several commands as one unit
#include "edge/command_exchange.hpp"
#include "edge/commands_body.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <string>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

result<http::response> execute_all(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto const body, json::parse(asked.body));
    DIPTYCH_TRY(auto const commands, commands_in(body));
    DIPTYCH_TRY(auto const options, command_options_of(asked));
    for (std::size_t i = 0; i < commands.size(); ++i)
        if (auto const known = parts.of.commands.find(commands[i].command); !known)
            return std::unexpected(wrong_name_at(parts.of, i, commands[i].command, known.error()));
    auto said = parts.of.commands.execute_together(commands, options);
    if (!said) return std::unexpected(placed_in_body(std::move(said.error()), commands.size()));
    return command_answer(*said);
}

void begin_all(site_parts& parts, http::request const& asked, http::responder to) {
    auto const later = is_for_later(asked);
    if (!later) return to.answer(http::problem(later.error()));
    if (*later) return enqueue_all(parts, asked, std::move(to));
    to.answer(answer_or_problem(parts, "POST /commands", execute_all(parts, asked)));
}

}  // namespace

std::vector<http::route> commands_together_routes(site_parts& parts) {
    return {later_route(
        parts,
        "POST",
        "/commands",
        begin_all,
        "Executes several commands as one: all of them or none"
    )};
}

}  // namespace diptych::edge
