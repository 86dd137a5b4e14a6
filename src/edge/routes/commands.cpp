// POST and GET /commands/<name>
#include "edge/command_exchange.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/execute.hpp>
#include <diptych/explain.hpp>

namespace diptych::edge {

namespace {

// It has the id of one that was queued, and given up.
error told_if_dropped(site_parts& parts, execute_options const& how, error why) {
    if (why.code != "command_id_reused" || parts.of.queue == nullptr) return why;
    auto const found = parts.of.queue->status(queue_id_of(how));
    if (!found || found->is != write::queued_status::state::dropped) return why;
    return {
        errc::invalid,
        "command_dropped",
        "command '" + found->command.id + "' was queued, and dropped: it is not executed"
    };
}

void execute(site_parts& parts, http::request const& asked, http::responder to) {
    auto const later = is_for_later(asked);
    if (!later) return to.answer(http::problem(later.error()));
    if (*later) return enqueue(parts, asked, std::move(to));
    auto& commands = parts.of.commands;
    auto const name = asked.parameter("name");
    auto const known = commands.find(name);
    if (!known) return to.answer(http::problem(unknown_command(parts.of, name, known.error())));
    auto const options = command_options_of(asked);
    if (!options) return to.answer(http::problem(options.error()));
    commands.execute_async(
        name,
        asked.body.empty() ? std::string_view{"{}"} : std::string_view{asked.body},
        *options,
        [&parts, command = *known, how = *options, to = std::move(to)](result<outcome> said
        ) mutable {
            // Perhaps on the commit step's thread, which has better things to do than writing JSON.
            to.answer_later([&parts, command, how = std::move(how), said = std::move(said)] {
                if (said) return command_answer(*said);
                auto const why = told_if_dropped(parts, how, said.error());
                parts.note("command " + command->name, why);
                return http::problem(why);
            });
        }
    );
}

http::response explanation(services const& of, http::request const& asked) {
    auto const name = asked.parameter("name");
    auto const known = of.commands.find(name);
    if (!known) return http::problem(unknown_command(of, name, known.error()));
    return {.headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = explain(**known)};
}

}  // namespace

std::vector<http::route> command_routes(site_parts& parts) {
    // Deciding reads; the answer then comes from the commit step, so that no thread waits for it.
    return {
        later_route(parts, "POST", "/commands/{name}", execute, "Executes a command"),
        {.method = "GET",
         .pattern = "/commands/{name}",
         .answer = [&parts](http::request const& asked) { return explanation(parts.of, asked); },
         .summary = "Says what a command looks at, makes and refuses"}
    };
}

}  // namespace diptych::edge
