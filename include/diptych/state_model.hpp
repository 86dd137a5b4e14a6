/// @file
/// Makes the model::state of a state struct: how it is made, folded, copied and kept. Users of the
/// library need nothing in here.
#pragma once

#include <diptych/domain_event.hpp>
#include <diptych/error.hpp>
#include <diptych/model.hpp>
#include <diptych/parameters.hpp>
#include <diptych/state.hpp>
#include <diptych/user_code.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace diptych::detail {

enum class decoded { yes, not_mine, broken };

/// How the JSON of an input becomes a struct. The answers to a process's commands have their own
/// (process.hpp).
template <class Input>
struct input_form {
    static constexpr bool is_event = true;

    static std::vector<std::string> types(std::string_view context) {
        return wire_names<Input>(context);
    }
    static decoded read(
        std::string_view,
        recorded_event const& from,
        json::rules how,
        Input& to,
        std::optional<error>& why
    ) {
        json::reader in{from.data, how};
        if (json::form<Input>::read(in, to) && in.end()) return decoded::yes;
        why = in.error(errc::corrupt);
        return decoded::broken;
    }
};

/// One type of event that a state folds, and one of the shapes it may have.
struct fold_entry {
    std::string type;
    decoded (*fold)(
        void* into,
        recorded_event const& event,
        json::rules how,
        std::span<std::string const> key,
        std::optional<error>& why
    );
    bool today;      ///< Needs no upcast: is tried before other shapes.
    bool is_answer;  ///< Not an event of a context: all entries of its type are asked.
    std::string layout;
};

/// Orders entries as they are tried.
std::vector<fold_entry> in_order(std::vector<fold_entry> entries);

/// Folds with the entry, or the first of several, that fits.
result<void> fold_with(
    std::span<fold_entry const> entries,
    std::string_view state,
    void* into,
    recorded_event const& event,
    std::span<std::string const> key
);

/// The text that a state's fingerprint is made of.
std::string fingerprint_of(
    std::string_view state, std::string_view layout, std::span<fold_entry const> entries
);

/// Names and types of fields, at any depth.
std::string layout_of(std::span<model::field const> fields);

/// An id from its name ("course-c1").
template <class Id>
Id id_from(std::string_view name) {
    return {std::string{name.substr(std::min(name.size(), Id::kind.size() + 1))}};
}

template <class Key>
struct key_form {  // one id
    static std::vector<std::string> kinds() { return {std::string{Key::kind}}; }
    static Key from(std::span<std::string const> names) {
        return id_from<Key>(names.empty() ? std::string_view{} : names[0]);
    }
};
template <>
struct key_form<no_key> {
    static std::vector<std::string> kinds() { return {}; }
    static no_key from(std::span<std::string const>) { return {}; }
};
template <class... Id>
struct key_form<std::tuple<Id...>> {
    static std::vector<std::string> kinds() { return {std::string{Id::kind}...}; }
    static std::tuple<Id...> from(std::span<std::string const> names) {
        if (names.size() != sizeof...(Id)) return {};
        std::size_t i = 0;
        return std::tuple<Id...>{id_from<Id>(names[i++])...};
    }
};

template <class State>
concept says_revision =
    requires { requires !std::is_member_pointer_v<decltype(&State::revision)>; };
template <class State>
concept says_state_stored = requires { requires State::state_stored; };

/// The functions of one state in one context; Inputs are all that it may have to fold.
template <class Context, class State, class Inputs>
struct state_functions;

template <class Context, class State, class... Input>
struct state_functions<Context, State, reflect::types<Input...>> {
    using key = typename key_of<State>::type;

    template <class In>
    static decoded fold_one(
        void* into,
        recorded_event const& event,
        json::rules how,
        std::span<std::string const> names,
        std::optional<error>& why
    ) {
        In read{};
        auto const outcome = input_form<In>::read(Context::context_name(), event, how, read, why);
        if (outcome != decoded::yes) return outcome;
        if constexpr (evolves_alone<State, In>())
            static_cast<State*>(into)->evolve(read);
        else
            evolve_state(*static_cast<State*>(into), read, key_form<key>::from(names));
        return outcome;
    }

    template <class In>
    static void add_entries(std::vector<fold_entry>& to) {
        if constexpr (folds<State, In>())
            for (auto& type : input_form<In>::types(Context::context_name()))
                to.push_back(
                    {std::move(type),
                     fold_one<In>,
                     !upcasting<In>,
                     !input_form<In>::is_event,
                     std::string{reflect::type_name<In>} +
                         layout_of(json::form<In>::describe().fields)}
                );
    }

    static std::vector<fold_entry> const& entries() {
        static auto const all = [] {
            std::vector<fold_entry> list;
            (add_entries<Input>(list), ...);
            return in_order(std::move(list));
        }();
        return all;
    }

    static model::erased make() { return std::make_shared<State>(); }
    static model::erased copy(void const* from) {
        return std::make_shared<State>(*static_cast<State const*>(from));
    }
    static result<void> fold(
        void* into, recorded_event const& event, std::span<std::string const> names
    ) {
        return fold_with(entries(), reflect::type_name<State>, into, event, names);
    }
    static std::string save(void const* from) {
        return json::write(*static_cast<State const*>(from));
    }
    static result<model::erased> load(std::string_view saved) {
        auto state = std::make_shared<State>();
        json::reader in{saved};
        if (json::form<State>::read(in, *state) && in.end()) return state;
        return std::unexpected(in.error(errc::corrupt));
    }

    static model::state build() {
        model::state made{
            .name = std::string{reflect::type_name<State>},
            .id_kinds = key_form<key>::kinds(),
            .types = {},
            .fingerprint = {},
            .revision = {},
            .state_stored = says_state_stored<State>,
            .make = make,
            .copy = copy,
            .fold = fold,
            .save = nullptr,
            .load = nullptr,
        };
        std::string layout;
        if constexpr (reflect::plain_struct<State> && json::has_form<State>) {
            made.save = save;
            made.load = load;
            layout = layout_of(json::form<State>::describe().fields);
        } else {
            static_assert(
                !says_state_stored<State>,
                "diptych: a state that is stored needs public fields with a JSON form"
            );
        }
        if constexpr (says_revision<State>) made.revision = State::revision;
        for (auto const& entry : entries())
            if (made.types.empty() || made.types.back() != entry.type)
                made.types.push_back(entry.type);
        made.fingerprint = fingerprint_of(made.name, layout, entries());
        return made;
    }
};

}  // namespace diptych::detail

namespace diptych {

/// The model of a state in a context. Lives for ever; thread-safe.
template <class Context, class State>
model::state const& state_model() {
    static_assert(detail::check_state<State, typename Context::event_types>::passed);
    static model::state const built =
        detail::state_functions<Context, State, typename Context::event_types>::build();
    return built;
}

}  // namespace diptych
