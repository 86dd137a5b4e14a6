/// @file
/// Makes the model::process of a process struct. Users of the library need nothing in here.
#pragma once

#include <diptych/model.hpp>
#include <diptych/process.hpp>
#include <diptych/process_inputs.hpp>
#include <diptych/state_model.hpp>

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::detail {

template <class Process, class Input>
concept says_key = requires(Input const& in) { Process::key(in); };

/// One input of a process: how it is matched to an instance and reacted to.
struct input_entry {
    std::string type;
    bool is_answer;
    decoded (*key)(
        recorded_event const& in,
        json::rules how,
        std::optional<std::string>& name,
        std::optional<error>& why
    );
    decoded (*react)(
        void const* state,
        recorded_event const& in,
        json::rules how,
        environment const& surroundings,
        reaction& to,
        std::optional<error>& why
    );
};

/// Of what a key() answers: an id of any kind, or perhaps one.
template <class Id>
std::optional<std::string> name_of_key(Id const& id) {
    static_assert(is_id<Id>, "diptych: the key() of a process answers an id, or an optional one");
    if (id.value.empty()) return std::nullopt;
    return id.name();
}
template <class Id>
std::optional<std::string> name_of_key(std::optional<Id> const& id) {
    return id ? name_of_key(*id) : std::nullopt;
}

/// The events that begin an instance, as the process says.
template <class Process>
consteval auto starts_of() {
    if constexpr (requires { typename Process::started_by::event_list; })
        return typename Process::started_by::event_list{};
    else
        return reflect::types<>{};
}

template <class Process>
concept says_sends = requires { typename Process::sends::command_list; };

/// A command as a process sends it: of its own context, else of the one that its type is in.
std::string sent_name(
    std::string_view context,
    std::span<std::string_view const> own_commands,
    std::string_view name,
    std::string_view home
);

/// The instance an input belongs to; that of an answer or timer is in the name of its stream.
result<std::optional<std::string>> find_instance(
    std::span<input_entry const> entries, std::string_view process, recorded_event const& in
);

/// `sends` are the commands that it may send; null if it does not say.
result<model::reaction> react_with(
    std::span<input_entry const> entries,
    std::string_view process,
    std::string_view context,
    std::span<std::string_view const> own_commands,
    std::vector<std::string> const* sends,
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
            return name_of_key(Process::key(in));
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
        recorded_event const& from,
        json::rules how,
        std::optional<std::string>& name,
        std::optional<error>& why
    ) {
        In in{};
        auto const outcome = input_form<In>::read(Context::context_name(), from, how, in, why);
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
        json::rules how,
        environment const& surroundings,
        reaction& to,
        std::optional<error>& why
    ) {
        In in{};
        auto const outcome = input_form<In>::read(Context::context_name(), from, how, in, why);
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

    template <class In, bool Today>
    static void add_entries(std::vector<input_entry>& to) {
        if constexpr (takes<In>() && Today == !upcasting<In>)
            for (auto& type : input_form<In>::types(Context::context_name()))
                to.push_back(
                    {std::move(type), !input_form<In>::is_event, key_one<In>, react_one<In>}
                );
    }
    template <class... In>
    static std::vector<input_entry> all_entries(reflect::types<In...>) {
        std::vector<input_entry> list;
        (add_entries<In, true>(list), ...);  // today's shapes are tried first
        (add_entries<In, false>(list), ...);
        return list;
    }
    static std::vector<input_entry> const& entries() {
        static auto const all = all_entries(listed{});
        return all;
    }

    template <class... Start>
    static std::vector<std::string> start_types(reflect::types<Start...>) {
        static_assert(
            (takes<Start>() && ...),
            "diptych: what a process is started_by is one of its inputs: it needs a react or an "
            "evolve"
        );
        std::vector<std::string> all;
        [[maybe_unused]] auto const add = [&](std::vector<std::string> names) {
            all.insert(all.end(), names.begin(), names.end());
        };
        (add(wire_names<Start>(Context::context_name())), ...);
        return all;
    }

    template <class... Command>
    static std::vector<std::string> sent_names(reflect::types<Command...>) {
        return {
            sent_name(Context::context_name(), Context::command_names(), command_name<Command>, reflect::namespace_name<Command>)...
        };
    }
    static std::optional<std::vector<std::string>> const& sends() {
        static auto const names = []() -> std::optional<std::vector<std::string>> {
            if constexpr (says_sends<Process>)
                return sent_names(typename Process::sends::command_list{});
            else
                return std::nullopt;
        }();
        return names;
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
            sends() ? &*sends() : nullptr,
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
            .starts = start_types(starts_of<Process>()),
            .sends = sends(),
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
