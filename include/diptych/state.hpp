/// @file
/// States: what decisions need to know, folded from events.
///
///     struct stock {
///         using of = product_id;                               // one for each product
///         std::map<batch_id, int> free;
///         void evolve(batch_created const& e) { free[e.batch] = e.quantity; }
///         void evolve(allocated const& e)     { free[e.batch] -= e.quantity; }
///     };
///
/// A state folds each event of its context that it has an `evolve` for and that carries its id, in
/// the order of the log, older shapes through their upcasts. `evolve` must not fail and depends on
/// nothing but state and event. Where it must know whom it is folded for, it takes that too:
///
///     void evolve(money_moved const& e, account_id const& self);
///
/// - `of` may be a std::tuple of ids: only events that carry all of them. Without `of` it folds the
///   events of the whole log, by their types.
/// - `static constexpr int revision = 1` lets snapshots be used by later builds of the program;
///   count it up when `evolve` changes. Only states whose fields all have a JSON form are kept.
/// - `static constexpr bool state_stored = true` records the state beside its events, and loading
///   it reads only the newest record. Count up its `revision` when `evolve` is corrected: older
///   records are then passed over and the state is folded from its events once more.
#pragma once

#include <diptych/reflect.hpp>
#include <diptych/upcaster.hpp>

#include <concepts>
#include <tuple>
#include <type_traits>

namespace diptych {

/// Folded for an id, or for several.
template <class State>
concept keyed_state = requires { typename State::of; };

namespace detail {

/// Stands for "no id" where a state is folded over the whole log.
struct no_key {};

template <class State>
struct key_of {
    using type = no_key;
};
template <keyed_state State>
struct key_of<State> {
    using type = typename State::of;
};

template <class State, class Event>
consteval bool evolves_alone() {
    return requires(State& state, Event const& event) { state.evolve(event); };
}

template <class State, class Event>
consteval bool evolves_with_self() {
    return requires(State& state, Event const& event, typename key_of<State>::type const& self) {
        state.evolve(event, self);
    };
}

/// Whether a state has an evolve of its own for an event.
template <class State, class Event>
consteval bool evolves() {
    return evolves_alone<State, Event>() || evolves_with_self<State, Event>();
}

}  // namespace detail

/// Whether a state folds an event, perhaps through upcasts.
template <class State, class Event>
consteval bool folds() {
    if constexpr (detail::evolves<State, Event>()) {
        return true;
    } else if constexpr (upcasting<Event>) {
        return []<class... Newer>(reflect::types<Newer...>) {
            return (folds<State, Newer>() || ...);
        }(detail::upcasts_to<Event>{});
    } else {
        return false;
    }
}

namespace detail {

/// Folds one event into a state; what the state does not fold is passed over.
template <class State, class Event, class Key>
void evolve_state(State& state, Event const& event, Key const& self) {
    if constexpr (evolves_alone<State, Event>()) {
        state.evolve(event);
    } else if constexpr (evolves_with_self<State, Event>()) {
        state.evolve(event, self);
    } else if constexpr (folds<State, Event>()) {
        for_each_upcast(event.upcast(), [&](auto const& newer) {
            evolve_state(state, newer, self);
        });
    }
}

// Which overloads a struct has can not be asked. But calling `evolve` with something that converts
// to anything makes the compiler try every overload, and the conversion notes what it was asked
// for. An overload that is noted but serves no event of the context is dead: forgotten in the
// context's list, private, or of the wrong parameters. A fold that is skipped in silence is a
// wrong decision later, so that is an error.

#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-template-friend"
#endif
template <class Owner, int Place>
struct noted {
    friend constexpr auto note_at(noted<Owner, Place>);
};
template <class Owner, int Place, class Event>
struct write_note {
    friend constexpr auto note_at(noted<Owner, Place>) { return std::type_identity<Event>{}; }
};
#ifndef __clang__
#pragma GCC diagnostic pop
#endif

template <class Owner, class Event, int Place = 0>
consteval int note() {
    if constexpr (requires { note_at(noted<Owner, Place>{}); }) {
        if constexpr (std::same_as<
                          decltype(note_at(noted<Owner, Place>{})),
                          std::type_identity<Event>>)
            return Place;
        else
            return note<Owner, Event, Place + 1>();
    } else {
        static_cast<void>(sizeof(write_note<Owner, Place, Event>));
        return Place;
    }
}

/// Converts to any event and notes it for `Owner`.
template <class Owner>
struct any_event {
    template <class Event, int = note<Owner, Event>()>
    operator Event const&() const;  // NOLINT(google-explicit-constructor)
};

/// The same for overloads that take their event by another reference than const&: they can not be
/// called, but must be seen.
template <class Owner>
struct any_event_by_reference {
    template <class Event, int = note<Owner, std::remove_const_t<Event>>()>
    operator Event&() const;  // NOLINT(google-explicit-constructor)
    template <class Event, int = note<Owner, std::remove_const_t<Event>>()>
    operator Event&&() const;  // NOLINT(google-explicit-constructor)
};

template <class State>
concept tried_alone = requires(State& state, any_event<State> event) { state.evolve(event); };
template <class State>
concept tried_with_self =
    requires(State& state, any_event<State> event, typename key_of<State>::type const& self) {
        state.evolve(event, self);
    };
template <class State>
concept tried_alone_by_reference =
    requires(State& state, any_event_by_reference<State> event) { state.evolve(event); };
template <class State>
concept tried_with_self_by_reference = requires(
    State& state, any_event_by_reference<State> event, typename key_of<State>::type const& self
) { state.evolve(event, self); };

template <class Event, class... Listed>
consteval bool is_listed(reflect::types<Listed...>) {
    return (std::same_as<Event, Listed> || ...);
}

/// Whether an event is what a listed one can be upcast to.
template <class Event, class... Listed>
consteval bool is_upcast_of(reflect::types<Listed...>) {
    auto const from = []<class One>(std::type_identity<One>) {
        if constexpr (upcasting<One>)
            return is_listed<Event>(upcasts_to<One>{}) || is_upcast_of<Event>(upcasts_to<One>{});
        else
            return false;
    };
    return (from(std::type_identity<Listed>{}) || ...);
}

template <class State, class Event, class Listed>
struct check_evolve {
    static_assert(
        is_listed<Event>(Listed{}) || is_upcast_of<Event>(Listed{}),
        "diptych: this state evolves an event that its context does not list: no command makes it; "
        "add it with diptych::events<...>"
    );
    static_assert(
        evolves<State, Event>(),
        "diptych: this evolve can not be called: it is private, or takes its event not by const&, "
        "or its second parameter is not the id that the state is `of`"
    );
};

template <class State, class Listed, int Place = 0>
consteval void check_evolves() {
    if constexpr (Place == 0) {
        static_cast<void>(tried_alone<State>);
        static_cast<void>(tried_with_self<State>);
        static_cast<void>(tried_alone_by_reference<State>);
        static_cast<void>(tried_with_self_by_reference<State>);
    }
    if constexpr (requires { note_at(noted<State, Place>{}); }) {
        using event = typename decltype(note_at(noted<State, Place>{}))::type;
        static_cast<void>(sizeof(check_evolve<State, event, Listed>));
        check_evolves<State, Listed, Place + 1>();
    }
}

template <class State, class Listed>
struct check_state;

template <class State, class... Event>
struct check_state<State, reflect::types<Event...>> {
    static_assert(
        std::is_default_constructible_v<State> && std::is_copy_constructible_v<State>,
        "diptych: a state begins empty and is a value: it needs a default and a copy constructor"
    );
    static constexpr bool evolves_checked =
        (check_evolves<State, reflect::types<Event...>>(), true);
    static_assert(
        (folds<State, Event>() || ...),
        "diptych: this state folds nothing: it has no evolve(event) for any event of its context"
    );
    static constexpr bool passed = evolves_checked;
};

}  // namespace detail
}  // namespace diptych
