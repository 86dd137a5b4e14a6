/// @file
/// What a process takes: events, and the records of its answers and timers. Users of the library
/// need nothing in here.
#pragma once

#include <diptych/model.hpp>
#include <diptych/process.hpp>
#include <diptych/state_model.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::detail {

/// Reads an answer record: whether it is about this command, its parts as "command", "id", ...
struct answer_record {
    std::string command;  ///< JSON.
    std::string id;
    std::string reason, detail;       ///< Of a refusal.
    std::string kind, code, message;  ///< Of an error.
};
decoded read_answer(
    std::string_view command,
    recorded_event const& from,
    answer_record& to,
    std::optional<error>& why
);
decoded read_timer(recorded_event const& from, timer_due& to, std::optional<error>& why);

/// Reads a command as it was sent, by this or an older build of the program.
template <class Command>
decoded read_sent(std::string_view text, Command& to, std::optional<error>& why) {
    json::reader in{text};
    if (json::form<Command>::read(in, to) && in.end()) return decoded::yes;
    why = in.error(errc::corrupt);
    return decoded::broken;
}

template <class Command, class Answer>
decoded read_answer_to(
    std::string_view context,
    recorded_event const& from,
    Answer& to,
    answer_record& record,
    std::optional<error>& why
) {
    auto const outcome = read_answer(wire_name(context, command_name<Command>), from, record, why);
    if (outcome != decoded::yes) return outcome;
    to.id = std::move(record.id);
    return read_sent(record.command, to.command, why);
}

template <class Command>
struct input_form<accepted<Command>> {
    static constexpr bool is_event = false;
    static std::vector<std::string> types(std::string_view) { return {"$accepted"}; }
    static decoded read(
        std::string_view context,
        recorded_event const& from,
        json::rules,
        accepted<Command>& to,
        std::optional<error>& why
    ) {
        answer_record record;
        return read_answer_to<Command>(context, from, to, record, why);
    }
};

template <class Command>
struct input_form<refused<Command>> {
    static constexpr bool is_event = false;
    static std::vector<std::string> types(std::string_view) { return {"$refused"}; }
    static decoded read(
        std::string_view context,
        recorded_event const& from,
        json::rules,
        refused<Command>& to,
        std::optional<error>& why
    ) {
        answer_record record;
        auto const outcome = read_answer_to<Command>(context, from, to, record, why);
        to.reason = std::move(record.reason);
        to.detail = std::move(record.detail);
        return outcome;
    }
};

template <class Command>
struct input_form<failed<Command>> {
    static constexpr bool is_event = false;
    static std::vector<std::string> types(std::string_view) { return {"$failed"}; }
    static decoded read(
        std::string_view context,
        recorded_event const& from,
        json::rules,
        failed<Command>& to,
        std::optional<error>& why
    ) {
        answer_record record;
        auto const outcome = read_answer_to<Command>(context, from, to, record, why);
        to.kind = std::move(record.kind);
        to.code = std::move(record.code);
        to.message = std::move(record.message);
        return outcome;
    }
};

template <>
struct input_form<timer_due> {
    static constexpr bool is_event = false;
    static std::vector<std::string> types(std::string_view) { return {"$timer_due"}; }
    static decoded read(
        std::string_view,
        recorded_event const& from,
        json::rules,
        timer_due& to,
        std::optional<error>& why
    ) {
        return read_timer(from, to, why);
    }
};

template <class Process>
struct reactions_of {};  // notes of react are kept apart from those of evolve

// A react that is not const can not be called, but must be seen: hence no const here.
template <class Process, class Any>
concept tried_react = requires(Process& process, Any in) { process.react(in); };
template <class Process, class Any>
concept tried_react_with_environment =
    requires(Process& process, Any in, environment const& surroundings) {
        process.react(in, surroundings);
    };

template <class Process, class Input>
consteval bool reacts_alone() {
    return requires(Process const& process, Input const& in) {
        { process.react(in) } -> std::same_as<reaction>;
    };
}
template <class Process, class Input>
consteval bool reacts_with_environment() {
    return requires(Process const& process, Input const& in, environment const& surroundings) {
        { process.react(in, surroundings) } -> std::same_as<reaction>;
    };
}
template <class Process, class Input>
consteval bool reacts() {
    return reacts_alone<Process, Input>() || reacts_with_environment<Process, Input>();
}

/// The types that were noted for an owner.
template <class Owner, int Place = 0, class... Found>
consteval auto noted_types() {
    if constexpr (requires { note_at(noted<Owner, Place>{}); })
        return noted_types<
            Owner,
            Place + 1,
            Found...,
            typename decltype(note_at(noted<Owner, Place>{}))::type>();
    else
        return reflect::types<Found...>{};
}

/// Those of a list that another does not have, behind the other's.
template <class... A>
consteval auto joined(reflect::types<A...> all, reflect::types<>) {
    return all;
}
template <class... A, class First, class... Rest>
consteval auto joined(reflect::types<A...> all, reflect::types<First, Rest...>) {
    if constexpr (is_listed<First>(reflect::types<A...>{}))
        return joined(all, reflect::types<Rest...>{});
    else
        return joined(reflect::types<A..., First>{}, reflect::types<Rest...>{});
}

/// All that a process takes: by evolve or by react.
template <class Process>
consteval auto inputs_of() {
    using reactions = reactions_of<Process>;
    static_cast<void>(tried_alone<Process>);
    static_cast<void>(tried_with_self<Process>);
    static_cast<void>(tried_alone_by_reference<Process>);
    static_cast<void>(tried_with_self_by_reference<Process>);
    static_cast<void>(tried_react<Process, any_event<reactions>>);
    static_cast<void>(tried_react_with_environment<Process, any_event<reactions>>);
    static_cast<void>(tried_react<Process, any_event_by_reference<reactions>>);
    static_cast<void>(tried_react_with_environment<Process, any_event_by_reference<reactions>>);
    return joined(noted_types<Process>(), noted_types<reactions_of<Process>>());
}

template <class Process, class Input, class Listed>
struct check_input {
    static_assert(
        !input_form<Input>::is_event || is_listed<Input>(Listed{}) || is_upcast_of<Input>(Listed{}),
        "diptych: this process takes an event that its context does not list: no command makes it; "
        "add it with diptych::events<...>"
    );
    static_assert(
        !is_listed<Input>(noted_types<Process>()) || evolves<Process, Input>(),
        "diptych: this evolve can not be called: it is private, or takes its event not by const&, "
        "or its second parameter is not the id that the process is `of`"
    );
    static_assert(
        !is_listed<Input>(noted_types<reactions_of<Process>>()) || reacts<Process, Input>(),
        "diptych: this react can not be called: it is private or not const, takes its event not by "
        "const&, or does not answer a diptych::reaction"
    );
};

}  // namespace diptych::detail
