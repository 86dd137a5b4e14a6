/// @file
/// What `decide` asks for, and where each state's id comes from.
///
/// The parameters of a command's one, const `decide` are states, and perhaps the environment:
///
///     decide(stock const& s, diptych::environment const& env) const
///
/// A state's id is, in this order,
/// 1. the field that `diptych::at` names: `decide(diptych::at<&transfer::from, account> payer)`,
/// 2. the only field of the command of its kind,
/// 3. the only such field of a state before it: a batch knows its product.
///
/// Anything else does not compile. Where an optional id is missing, the state is fresh: nothing is
/// read and it is no part of the condition. `diptych::each<account>` is one state for each id of
/// that kind in the command, those in lists and nested structs too.
#pragma once

#include <diptych/environment.hpp>
#include <diptych/ids_in.hpp>
#include <diptych/state.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace diptych {

/// A state whose id is one named field of the command. Valid during decide.
template <auto Field, class State>
class at {
public:
    explicit at(State const& state) : state_(&state) {}
    State const* operator->() const { return state_; }
    State const& operator*() const { return *state_; }

private:
    State const* state_;
};

/// One state for each id of its kind in the command. Valid during decide.
template <keyed_state State>
class each {
public:
    using id_type = typename State::of;
    static_assert(is_id<id_type>, "diptych: each<> is for states of one id");

    explicit each(std::map<id_type, State const*> states) : states_(std::move(states)) {}

    /// The state of an id of the command; of another id, an empty state.
    State const& operator[](id_type const& of) const {
        static State const empty{};
        auto const found = states_.find(of);
        return found == states_.end() ? empty : *found->second;
    }
    std::size_t size() const { return states_.size(); }

    /// Pairs of id and pointer to the state, in the order of ids.
    auto begin() const { return states_.begin(); }
    auto end() const { return states_.end(); }

private:
    std::map<id_type, State const*> states_;
};

namespace detail {

enum class asks_for { state, named_state, states, environment };

/// A parameter of decide, taken apart.
template <class P>
struct parameter_of {
    using state = P;
    static constexpr auto what = asks_for::state;
};
template <auto Field, class State>
struct parameter_of<at<Field, State>> {
    using state = State;
    static constexpr auto what = asks_for::named_state;
    static constexpr auto field = Field;
};
template <class State>
struct parameter_of<each<State>> {
    using state = State;
    static constexpr auto what = asks_for::states;
};
template <>
struct parameter_of<environment> {
    using state = void;
    static constexpr auto what = asks_for::environment;
};

template <class Command>
struct decide_must_be_const {
    static_assert(sizeof(Command) == 0, "diptych: decide must be const: deciding changes nothing");
};

template <class F>
struct signature;
template <class C, class R, class... A>
struct signature<R (C::*)(A...) const> {
    using result = R;
    using parameters = reflect::types<std::remove_cvref_t<A>...>;
};
template <class C, class R, class... A>
struct signature<R (C::*)(A...) const noexcept> : signature<R (C::*)(A...) const> {};
template <class C, class R, class... A>
struct signature<R (C::*)(A...)> : decide_must_be_const<C>, signature<R (C::*)(A...) const> {};
template <class C, class R, class... A>
struct signature<R (C::*)(A...) noexcept> : decide_must_be_const<C>,
                                            signature<R (C::*)(A...) const> {};

/// Type number Index of a list.
template <std::size_t Index, class List>
struct nth;
template <std::size_t Index, class First, class... Rest>
struct nth<Index, reflect::types<First, Rest...>> : nth<Index - 1, reflect::types<Rest...>> {};
template <class First, class... Rest>
struct nth<0, reflect::types<First, Rest...>> {
    using type = First;
};

/// Number of fields of `Holder` that are an `Id`, or may be one.
template <class Id, class Holder>
consteval std::size_t count_fields_of() {
    if constexpr (reflect::plain_struct<Holder>)
        return []<class... F>(reflect::types<F...>) {
            return (
                std::size_t{0} + ... +
                std::size_t{std::same_as<F, Id> || std::same_as<F, std::optional<Id>>}
            );
        }(reflect::field_types<Holder>{});
    else
        return 0;
}

/// The name of the first such field.
template <class Id, class Holder>
consteval std::string_view name_of_field_of() {
    return []<class... F>(reflect::types<F...>) {
        bool const fits[] = {std::same_as<F, Id> || std::same_as<F, std::optional<Id>>...};
        std::size_t i = 0;
        while (!fits[i]) ++i;
        return reflect::field_names<Holder>[i];
    }(reflect::field_types<Holder>{});
}

template <class Id>
Id const* id_in(Id const& field) {
    return &field;
}
template <class Id>
Id const* id_in(std::optional<Id> const& field) {
    return field ? &*field : nullptr;
}

/// The id in the first such field; null if it is an optional without value.
template <class Id, class Holder>
Id const* find_id(Holder const& holder) {
    Id const* found = nullptr;
    reflect::with_fields(holder, [&](auto const&... field) {
        bool searching = true;
        auto const look = [&]<class F>(F const& one) {
            if constexpr (std::same_as<F, Id> || std::same_as<F, std::optional<Id>>)
                if (std::exchange(searching, false)) found = id_in<Id>(one);
        };
        (look(field), ...);
    });
    return found;
}

/// Number of earlier parameters that are one state with such a field, and the last of them.
template <class Id, class... Earlier>
struct earlier_states {
    static constexpr bool fits(auto parameter, std::size_t fields) {
        return (parameter == asks_for::state || parameter == asks_for::named_state) && fields == 1;
    }
    template <class P>
    static consteval bool holds() {
        if constexpr (parameter_of<P>::what == asks_for::environment)
            return false;
        else
            return fits(
                parameter_of<P>::what, count_fields_of<Id, typename parameter_of<P>::state>()
            );
    }
    static constexpr std::size_t count = (std::size_t{0} + ... + std::size_t{holds<Earlier>()});
    static constexpr std::size_t index = [] {
        std::size_t at = 0;
        std::size_t found = 0;
        ((holds<Earlier>() ? void(found = at++) : void(++at)), ...);
        return found;
    }();
};

/// Where the `Id` of a state comes from, or a sentence why that can not be said.
template <class Command, class State, class Id, class... Earlier>
struct id_source {
    static constexpr std::size_t in_command = count_fields_of<Id, Command>();
    using earlier = earlier_states<Id, Earlier...>;
    static_assert(
        in_command < 2,
        "diptych: the command has two fields of this state's kind of id: say which with "
        "diptych::at<&command::field, state>"
    );
    static_assert(
        in_command > 0 || earlier::count < 2,
        "diptych: two states before this one hold an id of its kind: say in the command which "
        "thing "
        "is meant"
    );
    static_assert(
        in_command > 0 || earlier::count > 0,
        "diptych: there is no id for this state: neither the command nor a state before it has a "
        "field of its kind"
    );
};

}  // namespace detail
}  // namespace diptych
