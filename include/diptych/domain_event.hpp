/// @file
/// Events as plain structs: what they are called, in which stream they are numbered, and under
/// which ids they are found.
///
///     struct allocated {
///         using home = product_id;                         // numbered in stream "product-TABLE"
///         static constexpr auto type = "allocated";        // only after the struct was renamed
///         static constexpr auto formerly = {"reserved"};   // names in older logs
///         order_id order;                                  // tag "order-o1"
///         product_id product;
///         int quantity;
///     };
///
/// The *type* in the log is "shop.allocated": the context's name and the struct's. The *home* is
/// the first field of the kind that `home` says; it need not be said where all ids are of one kind.
/// Every other id, at any depth, is a *tag*. Fields are stored by name, for good: to rename or
/// retype one, keep the old struct and give it an upcast() (upcaster.hpp).
#pragma once

#include <diptych/event.hpp>
#include <diptych/ids_in.hpp>
#include <diptych/json.hpp>

#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych {

namespace detail {

// A field may have one of these names, too: only a static member says something.
template <class T>
concept says_type = requires { requires !std::is_member_pointer_v<decltype(&T::type)>; };
template <class T>
concept says_formerly = requires { requires !std::is_member_pointer_v<decltype(&T::formerly)>; };

}  // namespace detail

/// The name of an event, without its context unless `type` says one ("other.allocated").
template <class Event>
inline constexpr std::string_view event_name = [] {
    if constexpr (detail::says_type<Event>)
        return std::string_view{Event::type};
    else
        return reflect::type_name<Event>;
}();

namespace detail {

/// "shop.allocated": the name with its context, unless it has one already.
std::string wire_name(std::string_view context, std::string_view name);

/// The name of an event in the log, and those it had before.
template <class Event>
std::vector<std::string> wire_names(std::string_view context) {
    std::vector<std::string> names{wire_name(context, event_name<Event>)};
    if constexpr (says_formerly<Event>) {
        if constexpr (std::is_convertible_v<decltype(Event::formerly), std::string_view>)
            names.push_back(wire_name(context, Event::formerly));
        else
            for (std::string_view const old : Event::formerly)
                names.push_back(wire_name(context, old));
    }
    return names;
}

template <class Event>
concept says_home = requires { typename Event::home; };

template <class Event>
consteval std::string_view home_kind() {
    if constexpr (says_home<Event>)
        return Event::home::kind;
    else
        return kinds_in<Event>.kinds[0];
}

template <class Event>
consteval bool has_home_field() {
    return []<class... F>(reflect::types<F...>) {
        auto const is_home = []<class One>(std::type_identity<One>) {
            if constexpr (is_id<One>)
                return One::kind == home_kind<Event>();
            else
                return false;
        };
        return (is_home(std::type_identity<F>{}) || ...);
    }(reflect::field_types<Event>{});
}

/// The rules of an event; each broken one is a sentence and `Event` is named beside it.
template <class Event>
struct check_event {
    static_assert(
        reflect::plain_struct<Event> && std::is_default_constructible_v<Event>,
        "diptych: an event is a plain struct: public fields, no base class, no constructor"
    );
    static_assert(
        json::has_form<Event>,
        "diptych: a field of this event can not be written as JSON (see diptych/json.hpp)"
    );
    static_assert(
        kinds_in<Event>.count > 0,
        "diptych: this event carries no id, so it has no stream to be recorded in"
    );
    static_assert(
        kinds_in<Event>.count < 2 || says_home<Event>,
        "diptych: this event carries ids of several kinds: say which stream it is numbered in with "
        "`using home = ...;`"
    );
    static_assert(
        has_home_field<Event>(),
        "diptych: the home of this event must be one of its own fields, and not optional"
    );
    static constexpr bool passed = true;
};

/// The event with its stream, tags and data. Throws std::invalid_argument if the home id is empty
/// or a name is too long.
event_data make_event(
    std::string_view type,
    std::string_view home_kind,
    std::span<found_id const> ids,
    std::string data
);

}  // namespace detail

/// A plain struct that can be recorded.
template <class Event>
concept domain_event = std::is_class_v<Event> && detail::check_event<Event>::passed;

/// The event as it is recorded; its type is still without the context.
///
/// Throws std::invalid_argument or json::not_writable if a value can not be recorded.
template <domain_event Event>
event_data encode(Event const& event) {
    std::vector<found_id> ids;
    // Its direct fields come first, so that the first id of the home's kind is the home.
    reflect::with_fields(event, [&](auto const&... field) {
        auto const direct = [&]<class F>(F const& one) {
            if constexpr (is_id<F>) ids.push_back({F::kind, &one.value});
        };
        (direct(field), ...);
    });
    collect_ids(event, ids);
    return detail::make_event(
        event_name<Event>, detail::home_kind<Event>(), ids, json::write(event)
    );
}

}  // namespace diptych
