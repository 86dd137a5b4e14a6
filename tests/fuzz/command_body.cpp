// Bodies of POST /commands/<name>, for the commands of the allocation example.
#include "allocation/domain.hpp"
#include "fuzz/target.hpp"
#include "log/request_check.hpp"

#include <diptych/append.hpp>
#include <diptych/json_value.hpp>

#include <vector>

namespace diptych::fuzz {

namespace {

using states = std::vector<std::vector<model::erased_const>>;

/// An empty state for each that the decision asks for; nothing if an id is none.
std::optional<states> empty_states(model::command const& of, void const* command) {
    states made(of.parameters.size());
    for (std::size_t i = 0; i < made.size(); ++i) {
        auto const keys = of.parameters[i].keys(command, {made.data(), i});
        if (!keys) require(keys.error().kind == errc::invalid, "a key that is none is invalid");
        if (!keys) return std::nullopt;
        for (auto const& key : *keys) {
            require(key.fresh == key.names.empty(), "a state without names is a fresh one");
            for (auto const& name : key.names)
                require(name.size() <= name_size_max, "the name of a state is a stream's");
            made[i].push_back(key.of->make());
        }
    }
    return made;
}

void check(model::command const& of, void const* command) {
    auto const text = of.print(command);
    auto const again = of.parse(text);
    require(again.has_value(), "a command that was written can be read");
    require(of.print(again->get()) == text, "a command is read as it was written");
    if (of.location != nullptr)
        for (auto const c : of.location(command))
            require(c > ' ' && c < 0x7f, "a location is plain ASCII");
    auto const empty = empty_states(of, command);
    if (!empty) return;
    auto decided = of.decide(command, *empty, environment{{}, 1});
    require(decided.has_value(), "a decision does not fail");
    auto const can_be_recorded = log::check({.events = std::move(decided->events)});
    require(
        can_be_recorded || can_be_recorded.error().code == "bad_name",
        "what is decided can be recorded, but for names with control characters"
    );
}

}  // namespace

void command_body(std::string_view input) {
    for (auto const& one : context_model<shop::context>().commands) {
        auto const command = one.parse(input);
        if (command) {
            check(one, command->get());
            continue;
        }
        require(command.error().kind == errc::invalid, "a body that is no command is invalid");
        auto const path = json::parse(command.error().facts.at(0).second);
        require(path && path->root().kind() == json::kind::text, "an error names its path");
    }
}

}  // namespace diptych::fuzz
