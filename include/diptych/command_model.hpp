/// @file
/// Makes the model::command of a command struct. Users of the library need nothing in here.
#pragma once

#include <diptych/command.hpp>
#include <diptych/json.hpp>
#include <diptych/model.hpp>
#include <diptych/parameter_model.hpp>
#include <diptych/state_model.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::detail {

/// Fills in `{field}`s from the JSON of a command, percent-encoded.
std::string expand_location(std::string_view pattern, std::string_view json);

/// The events of a decision, with the types they have on the wire.
model::decided finish(
    std::string_view context, std::vector<event_data> events, std::optional<refusal> const& refused
);

template <class Context, class Command>
struct command_functions {
    using parameters = typename signature<decltype(&Command::decide)>::parameters;
    template <std::size_t Index>
    using parameter = parameter_functions<Context, Command, Index, parameters>;
    using indexes = std::make_index_sequence<parameters::size>;

    static result<model::erased_const> parse(std::string_view json) {
        auto command = std::make_shared<Command>();
        json::reader in{json, json::strict};
        if (json::form<Command>::read(in, *command) && in.end()) return command;
        return std::unexpected(in.error(errc::invalid));
    }

    static std::string print(void const* command) {
        return json::write(*static_cast<Command const*>(command));
    }

    static result<model::decided> decide(
        void const* erased, states_span states, environment const& surroundings
    ) {
        auto const& command = *static_cast<Command const*>(erased);
        return guarded(text(), [&]() -> result<model::decided> {
            auto made = [&]<std::size_t... I>(std::index_sequence<I...>) {
                return command.decide(parameter<I>::argument(command, states, surroundings)...);
            }(indexes{});
            auto const refused = made.refusal();
            return finish(Context::context_name(), std::move(made).events(), refused);
        });
    }
    static std::string text() { return "decide of " + std::string{command_name<Command>}; }

    static std::string location(void const* command) {
        if constexpr (says_location<Command>)
            return expand_location(Command::location, print(command));
        else
            return {};
    }

    template <std::size_t... I>
    static std::vector<model::parameter> build_parameters(std::index_sequence<I...>) {
        return {parameter<I>::build()...};
    }
    template <class... Event>
    static std::vector<std::string> event_types(reflect::types<Event...>) {
        return {wire_name(Context::context_name(), event_name<Event>)...};
    }

    static model::command build() {
        model::command made{
            .name = std::string{command_name<Command>},
            .context = std::string{Context::context_name()},
            .fields = json::form<Command>::describe().fields,
            .parameters = build_parameters(indexes{}),
            .events = event_types(events_of<Command>{}),
            .refusals = {},
            .parse = parse,
            .print = print,
            .decide = decide,
            .location = nullptr,
        };
        if constexpr (says_refusals<Command>)
            made.refusals = json::list_names(reflect::enumerator_names<typename Command::refusals>);
        if constexpr (says_location<Command>) {
            static_assert(
                location_fields_exist<Command>(Command::location),
                "diptych: `location` names a field in braces that the command does not have"
            );
            made.location = location;
            made.location_pattern = Command::location;
        }
        return made;
    }
};

}  // namespace diptych::detail
