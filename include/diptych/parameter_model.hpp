/// @file
/// Makes the model::parameter of a parameter of `decide`. Users of the library need nothing in
/// here.
#pragma once

#include <diptych/command.hpp>
#include <diptych/error.hpp>
#include <diptych/model.hpp>
#include <diptych/parameters.hpp>
#include <diptych/state_model.hpp>
#include <diptych/try.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace diptych::detail {

/// One key, gathered name by name.
class key_builder {
public:
    explicit key_builder(model::state const& of) : key_{.of = &of, .names = {}} {}

    /// An id of the command: null if it is an optional without value, and an error if it is empty.
    void from_command(std::string_view kind, std::string const* value);
    /// An id of an earlier state: missing if it is null or empty.
    void from_state(std::string_view kind, std::string const* value);

    result<model::state_key> done() &&;

private:
    model::state_key key_;
    std::string problem_;
};

/// The id type of a member pointer, optional or not.
template <class Field>
struct member_id;
template <class Holder, class Id>
struct member_id<Id Holder::*> {
    using type = Id;
};
template <class Holder, class Id>
struct member_id<std::optional<Id> Holder::*> {
    using type = Id;
};

using states_span = std::span<std::vector<model::erased_const> const>;

/// Parameter number Index of a command's decide: its keys, and the argument made of its states.
template <class Context, class Command, std::size_t Index, class Parameters>
struct parameter_functions;

template <class Context, class Command, std::size_t Index, class... P>
struct parameter_functions<Context, Command, Index, reflect::types<P...>> {
    using parameter = parameter_of<typename nth<Index, reflect::types<P...>>::type>;
    using state = typename parameter::state;
    static constexpr auto what = parameter::what;

    template <class Id, std::size_t... I>
    static id_source<Command, state, Id, typename nth<I, reflect::types<P...>>::type...>
        source_among(std::index_sequence<I...>);
    template <class Id>
    using source = decltype(source_among<Id>(std::make_index_sequence<Index>{}));

    template <class Id>
    static void add_id(key_builder& to, Command const& command, states_span earlier) {
        using from = source<Id>;
        if constexpr (from::in_command > 0) {
            auto const* const found = find_id<Id>(command);
            to.from_command(Id::kind, found ? &found->value : nullptr);
        } else if constexpr (from::earlier::count > 0) {
            constexpr auto index = from::earlier::index;
            using holder =
                typename parameter_of<typename nth<index, reflect::types<P...>>::type>::state;
            auto const* const found =
                find_id<Id>(*static_cast<holder const*>(earlier[index][0].get()));
            to.from_state(Id::kind, found ? &found->value : nullptr);
        }
    }

    template <class... Id>
    static void
    add_ids(key_builder& to, Command const& command, states_span earlier, std::tuple<Id...> const*) {
        (add_id<Id>(to, command, earlier), ...);
    }
    template <class Id>
    static void add_ids(key_builder& to, Command const& command, states_span earlier, Id const*) {
        add_id<Id>(to, command, earlier);
    }
    static void add_ids(key_builder&, Command const&, states_span, no_key const*) {}

    static result<std::vector<model::state_key>> keys(
        void const* erased, [[maybe_unused]] states_span earlier
    ) {
        [[maybe_unused]] auto const& command = *static_cast<Command const*>(erased);
        std::vector<model::state_key> keys;
        if constexpr (what == asks_for::states) {
            for (auto const& id : ids_of_each(command)) {
                key_builder key{state_model<Context, state>()};
                key.from_command(state::of::kind, &id.value);
                DIPTYCH_TRY(auto made, std::move(key).done());
                keys.push_back(std::move(made));
            }
        } else if constexpr (what != asks_for::environment) {
            key_builder key{state_model<Context, state>()};
            if constexpr (what == asks_for::named_state) {
                static_assert(
                    std::same_as<
                        typename member_id<std::remove_const_t<decltype(parameter::field)>>::type,
                        typename key_of<state>::type>,
                    "diptych: the field that at<> names is not of the kind that the state is `of`"
                );
                auto const* const found =
                    id_in<typename key_of<state>::type>(command.*parameter::field);
                key.from_command(state::of::kind, found ? &found->value : nullptr);
            } else {
                constexpr typename key_of<state>::type const* kind = nullptr;
                add_ids(key, command, earlier, kind);
            }
            DIPTYCH_TRY(auto made, std::move(key).done());
            keys.push_back(std::move(made));
        }
        return keys;
    }

    /// "command field 'product'": where an id comes from, for explain.
    template <class Id>
    static std::string text_of() {
        using from = source<Id>;
        if constexpr (from::in_command > 0) {
            return "command field '" + std::string{name_of_field_of<Id, Command>()} + "'";
        } else {
            using holder = typename parameter_of<
                typename nth<from::earlier::index, reflect::types<P...>>::type>::state;
            return "field '" + std::string{name_of_field_of<Id, holder>()} + "' of " +
                   std::string{reflect::type_name<holder>};
        }
    }
    template <class... Id>
    static std::string texts_of(std::tuple<Id...> const*) {
        std::string all;
        ((all += (all.empty() ? "" : " and ") + text_of<Id>()), ...);
        return all;
    }
    template <class Id>
    static std::string texts_of(Id const*) {
        return text_of<Id>();
    }
    static std::string texts_of(no_key const*) { return "the whole log"; }

    static std::string text() {
        if constexpr (what == asks_for::environment) {
            return "environment: handed in and recorded";
        } else {
            std::string from;
            if constexpr (what == asks_for::states) {
                from = "each " + std::string{state::of::kind} + " in the command";
            } else if constexpr (what == asks_for::named_state) {
                constexpr auto name =
                    reflect::detail::split_values<1>(reflect::detail::spelling<parameter::field>());
                from = "command field '" + std::string{name[0]} + "'";
            } else {
                constexpr typename key_of<state>::type const* kind = nullptr;
                from = texts_of(kind);
            }
            return std::string{reflect::type_name<state>} + ": " + from;
        }
    }

    static model::parameter build() {
        model::parameter made{.text = text(), .of = nullptr, .each = false, .keys = keys};
        if constexpr (what != asks_for::environment) made.of = &state_model<Context, state>();
        made.each = what == asks_for::states;
        return made;
    }

    /// The ids of an each<>, in the order of its keys.
    static auto ids_of_each(Command const& command) {
        std::vector<found_id> found;
        collect_ids(command, found);
        std::set<typename state::of> ids;
        for (auto const& one : found)
            if (one.kind == state::of::kind) ids.insert({*one.value});
        return ids;
    }

    static decltype(auto) argument(
        [[maybe_unused]] Command const& command,
        [[maybe_unused]] states_span states,
        [[maybe_unused]] environment const& surroundings
    ) {
        if constexpr (what == asks_for::environment) {
            return (surroundings);
        } else if constexpr (what == asks_for::states) {
            std::map<typename state::of, state const*> all;
            auto value = states[Index].begin();
            for (auto const& id : ids_of_each(command))
                all.emplace(id, static_cast<state const*>((value++)->get()));
            return each<state>{std::move(all)};
        } else if constexpr (what == asks_for::named_state) {
            return at<parameter::field, state>{*static_cast<state const*>(states[Index][0].get())};
        } else {
            return *static_cast<state const*>(states[Index][0].get());
        }
    }
};

}  // namespace diptych::detail
