/// @file
/// Makes the model::process of a process struct. Users of the library need nothing in here.
#pragma once

#include <diptych/model.hpp>
#include <diptych/process.hpp>
#include <diptych/state_model.hpp>

#include <optional>
#include <set>
#include <span>
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

template <class Process>
concept tried_react =
    requires(Process const& process, any_event<reactions_of<Process>> in) { process.react(in); };
template <class Process>
concept tried_react_with_environment = requires(
    Process const& process, any_event<reactions_of<Process>> in, environment const& surroundings
) { process.react(in, surroundings); };

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
    static_cast<void>(tried_alone<Process>);
    static_cast<void>(tried_with_self<Process>);
    static_cast<void>(tried_react<Process>);
    static_cast<void>(tried_react_with_environment<Process>);
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
        evolves<Process, Input>() || reacts<Process, Input>(),
        "diptych: this evolve or react can not be called: it is private, not const (react), or "
        "does "
        "not answer a diptych::reaction"
    );
};

template <class Process, class Input>
concept says_key = requires(Input const& in) { Process::key(in); };

/// One input of a process: how it is matched to an instance and reacted to.
struct input_entry {
    std::string type;
    bool is_answer;
    decoded (*key)(
        recorded_event const& in, std::optional<std::string>& name, std::optional<error>& why
    );
    decoded (*react)(
        void const* state,
        recorded_event const& in,
        environment const& surroundings,
        reaction& to,
        std::optional<error>& why
    );
};

/// The instance an input belongs to; that of an answer or timer is in the name of its stream.
result<std::optional<std::string>> find_instance(
    std::span<input_entry const> entries, std::string_view process, recorded_event const& in
);

result<model::reaction> react_with(
    std::span<input_entry const> entries,
    std::string_view process,
    std::string_view context,
    std::span<std::string_view const> own_commands,
    void const* state,
    recorded_event const& in,
    environment const& surroundings
);

template <class Context, class Process, class Inputs>
struct process_functions;

template <class Context, class Process, class... Input>
struct process_functions<Context, Process, reflect::types<Input...>> {
    using id_type = typename Process::of;
    // Older shapes of its inputs come in through their upcasts.
    using listed = decltype(joined(typename Context::event_types{}, inputs_of<Process>()));
    using functions = state_functions<Context, Process, listed>;

    template <class In>
    static std::optional<std::string> key_in(In const& in) {
        if constexpr (says_key<Process, In>) {
            std::optional<id_type> const id = Process::key(in);
            if (id && !id->value.empty()) return id->name();
        } else if constexpr (upcasting<In>) {
            std::optional<std::string> found;
            for_each_upcast(in.upcast(), [&](auto const& newer) {
                if (!found) found = key_in(newer);
            });
            return found;
        } else if constexpr (count_fields_of<id_type, In>() == 1) {
            auto const* const id = find_id<id_type>(in);
            if (id && !id->value.empty()) return id->name();
        } else {
            static_assert(
                sizeof(In) == 0,
                "diptych: which instance of the process does this event belong to? It has no "
                "field, "
                "or several, of the kind that the process is `of`: add a static key(event)"
            );
        }
        return std::nullopt;
    }

    template <class In>
    static decoded key_one(
        recorded_event const& from, std::optional<std::string>& name, std::optional<error>& why
    ) {
        In in{};
        auto const outcome =
            input_form<In>::read(Context::context_name(), from, json::tolerant, in, why);
        if constexpr (input_form<In>::is_event)
            if (outcome == decoded::yes) name = key_in(in);
        return outcome;
    }

    template <class In>
    static void react_to(
        Process const& process, In const& in, environment const& surroundings, reaction& to
    ) {
        if constexpr (reacts_with_environment<Process, In>()) {
            to += process.react(in, surroundings);
        } else if constexpr (reacts_alone<Process, In>()) {
            to += process.react(in);
        } else if constexpr (upcasting<In>) {
            for_each_upcast(in.upcast(), [&](auto const& newer) {
                react_to(process, newer, surroundings, to);
            });
        }
    }

    template <class In>
    static decoded react_one(
        void const* state,
        recorded_event const& from,
        environment const& surroundings,
        reaction& to,
        std::optional<error>& why
    ) {
        In in{};
        auto const outcome =
            input_form<In>::read(Context::context_name(), from, json::tolerant, in, why);
        if (outcome == decoded::yes)
            react_to(*static_cast<Process const*>(state), in, surroundings, to);
        return outcome;
    }

    template <class In>
    static consteval bool takes() {
        if constexpr (evolves<Process, In>() || reacts<Process, In>()) {
            return true;
        } else if constexpr (upcasting<In>) {
            return []<class... Newer>(reflect::types<Newer...>) {
                return (takes<Newer>() || ...);
            }(upcasts_to<In>{});
        } else {
            return false;
        }
    }

    template <class In>
    static void add_entries(std::vector<input_entry>& to) {
        if constexpr (takes<In>())
            for (auto& type : input_form<In>::types(Context::context_name()))
                to.push_back(
                    {std::move(type), !input_form<In>::is_event, key_one<In>, react_one<In>}
                );
    }
    template <class... In>
    static std::vector<input_entry> all_entries(reflect::types<In...>) {
        std::vector<input_entry> list;
        (add_entries<In>(list), ...);
        return list;
    }
    static std::vector<input_entry> const& entries() {
        static auto const all = all_entries(listed{});
        return all;
    }

    static result<std::optional<std::string>> key(recorded_event const& in) {
        return find_instance(entries(), reflect::type_name<Process>, in);
    }
    static result<model::reaction> react(
        void const* state,
        recorded_event const& in,
        std::string_view,
        environment const& surroundings
    ) {
        return react_with(
            entries(),
            reflect::type_name<Process>,
            Context::context_name(),
            Context::command_names(),
            state,
            in,
            surroundings
        );
    }

    static model::process build() {
        static_assert(is_id<id_type>, "diptych: a process is `of` one kind of id");
        static_cast<void>(
            (sizeof(check_input<Process, Input, typename Context::event_types>) + ... + 0)
        );
        model::process made{
            .name = std::string{reflect::type_name<Process>},
            .id_kind = std::string{id_type::kind},
            .types = {},
            .state = functions::build(),
            .key = key,
            .react = react,
        };
        std::set<std::string> types;
        for (auto const& entry : entries()) types.insert(entry.type);
        made.types.assign(types.begin(), types.end());
        return made;
    }
};

}  // namespace diptych::detail
