// POST /commands: several commands as one unit
#include "edge/command_exchange.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

std::string quoted_text(std::string_view text) {
    std::string out;
    json::append_quoted(out, text);
    return out;
}

std::unexpected<error> fault_at(std::string const& path, std::string_view what) {
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "bad_body",
        .message = path.empty() ? std::string(what) : fmt::format("{}: {}", path, what),
        .facts = {{"path", quoted_text(path)}}
    });
}

std::unexpected<error> other_kind_at(
    std::string const& path, std::string_view wanted, json::value found
) {
    return fault_at(
        path, fmt::format("expected {}, found {}", wanted, json::to_string(found.kind()))
    );
}

result<write::command_text> command_at(
    write::executor const& commands, std::string const& path, json::value in
) {
    if (in.kind() != json::kind::object) return other_kind_at(path, "an object", in);
    for (auto const [name, value] : in.members())
        if (name != "name" && name != "command")
            return fault_at(
                path + "/" + std::string(name),
                fmt::format("there is no member '{}' here; there are name, command", name)
            );
    auto const name = in.find("name");
    if (!name) return fault_at(path + "/name", "is missing");
    if (name->kind() != json::kind::text) return other_kind_at(path + "/name", "a text", *name);
    if (auto const known = commands.find(name->text()); !known) {
        auto what = unknown_command(commands, name->text(), known.error());
        what.kind = errc::invalid;  // the path of the request is right, its body is not
        what.message = path + "/name: " + what.message;
        what.facts.emplace_back("path", quoted_text(path + "/name"));
        return std::unexpected(std::move(what));
    }
    auto const body = in.find("command");
    if (!body) return fault_at(path + "/command", "is missing");
    return write::command_text{.command = name->text(), .json = body->raw()};
}

/// Where in a command, and where in the body: "quantity" of the second is "/1/command/quantity".
error placed_in_body(error what, std::size_t commands) {
    auto const fact = [&what](std::string_view name) {
        return std::ranges::find(what.facts, name, [](auto const& one) { return one.first; });
    };
    auto const path = fact("path");
    auto const place = fact("place");
    auto const none = what.facts.end();
    // Of a single command the engine says no place; an inline view says which view it is.
    auto const is_of_the_only = commands == 1 && fact("view") == none;
    if (what.kind != errc::invalid || path == none || (place == none && !is_of_the_only))
        return what;
    auto at = fmt::format("/{}/command", place == none ? "0" : place->second);
    auto const inside = json::parse(path->second);
    if (inside && !inside->root().text().empty()) at += fmt::format("/{}", inside->root().text());
    what.message = at + ": " + what.message;
    path->second = quoted_text(at);
    return what;
}

result<http::response> execute_all(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto const body, json::parse(asked.body));
    auto const root = body.root();
    if (root.kind() != json::kind::array) return other_kind_at("", "an array of commands", root);
    DIPTYCH_TRY(auto const options, command_options_of(asked));
    std::vector<write::command_text> commands;
    for (auto const one : root.elements()) {
        auto const path = "/" + std::to_string(commands.size());
        DIPTYCH_TRY(auto command, command_at(parts.of.commands, path, one));
        commands.push_back(command);
    }
    auto said = parts.of.commands.execute_together(commands, options);
    if (!said) return std::unexpected(placed_in_body(std::move(said.error()), commands.size()));
    return command_answer(*said);
}

}  // namespace

std::vector<http::route> commands_together_routes(site_parts& parts) {
    return {answer_route(
        parts,
        "POST",
        "/commands",
        execute_all,
        "Executes several commands as one: all of them or none"
    )};
}

}  // namespace diptych::edge
