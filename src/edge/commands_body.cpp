#include "edge/commands_body.hpp"

#include "edge/command_exchange.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

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

result<write::command_text> command_at(std::string const& path, json::value in) {
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
    auto const body = in.find("command");
    if (!body) return fault_at(path + "/command", "is missing");
    return write::command_text{.command = name->text(), .json = body->raw()};
}

}  // namespace

result<std::vector<write::command_text>> commands_in(json::document const& body) {
    auto const root = body.root();
    if (root.kind() != json::kind::array) return other_kind_at("", "an array of commands", root);
    std::vector<write::command_text> commands;
    for (auto const one : root.elements()) {
        DIPTYCH_TRY(auto const command, command_at("/" + std::to_string(commands.size()), one));
        commands.push_back(command);
    }
    return commands;
}

// The path of the request is right, its body is not.
error wrong_name_at(services const& of, std::size_t place, std::string_view name, error what) {
    auto const path = fmt::format("/{}/name", place);
    what = unknown_command(of, name, std::move(what));
    what.kind = errc::invalid;
    what.message = path + ": " + what.message;
    std::erase_if(what.facts, [](auto const& one) { return one.first == "place"; });
    what.facts.emplace_back("path", quoted_text(path));
    return what;
}

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

}  // namespace diptych::edge
