/// @file
/// Old events as they look today.
///
/// The log keeps what was recorded. When the shape of an event has to change, the old struct stays
/// and says what it means now, by a const `upcast`:
///
///     struct reserved {                                     // recorded until 2025
///         static constexpr auto type = "allocated";         // its name then; may be today's name
///         using home = product_id;
///         order_id order; product_id product; std::string quantity;
///         allocated upcast() const { return {order, product, std::stoi(quantity)}; }
///     };
///
/// and is listed in the context: `diptych::events<reserved>`. States that fold `allocated` then
/// fold the old ones, too. An upcast may answer a std::tuple or std::vector of events (a split), a
/// std::optional (dropped now and then), and events that have an upcast of their own (a chain).
///
/// Where old and new have *one name*, today's struct is tried first: an event is of the first shape
/// whose required fields are all there and of the right type. So a field may be renamed, or change
/// its type, under the same name of the event.
///
/// A field that is merely new needs nothing: older events leave it as the struct initialises it.
#pragma once

#include <diptych/reflect.hpp>

#include <concepts>
#include <optional>
#include <tuple>
#include <type_traits>
#include <vector>

namespace diptych {

/// An event that says what it means today.
template <class Event>
concept upcasting = requires(Event const& old) { old.upcast(); };

namespace detail {

template <class... A, class... B>
consteval reflect::types<A..., B...> operator+(reflect::types<A...>, reflect::types<B...>) {
    return {};
}

/// The events that an upcast can answer.
template <class T>
struct upcast_events {
    using types = reflect::types<T>;
};
template <class... T>
struct upcast_events<std::tuple<T...>> {
    using types = decltype((reflect::types<>{} + ... + typename upcast_events<T>::types{}));
};
template <class T>
struct upcast_events<std::vector<T>> : upcast_events<T> {};
template <class T>
struct upcast_events<std::optional<T>> : upcast_events<T> {};

template <upcasting Event>
using upcasts_to = typename upcast_events<
    std::remove_cvref_t<decltype(std::declval<Event const&>().upcast())>>::types;

template <class T>
inline constexpr bool is_tuple = false;
template <class... T>
inline constexpr bool is_tuple<std::tuple<T...>> = true;

/// Calls `take` with each event of what an upcast answered.
template <class T, class Take>
void for_each_upcast(T const& answer, Take const& take) {
    if constexpr (is_tuple<T>)
        std::apply([&](auto const&... one) { (for_each_upcast(one, take), ...); }, answer);
    else if constexpr (requires { answer.begin(); })
        for (auto const& one : answer) for_each_upcast(one, take);
    else if constexpr (requires { answer.has_value(); })
        answer ? for_each_upcast(*answer, take) : void();
    else
        take(answer);
}

}  // namespace detail
}  // namespace diptych
