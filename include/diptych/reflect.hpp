/// @file
/// Names and values of the fields of a plain struct, names of enumerators and types: no macro.
///
/// Works for aggregates of up to 16 public fields, without base class and C array, and for `enum
/// class`es whose enumerators lie between 0 and 63. The names come from the compiler's spelling of
/// a function; static_asserts at the end fail the build (rather than a stored document) if a
/// compiler ever spells it differently.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

namespace diptych::reflect {

inline constexpr std::size_t fields_max = 16;
inline constexpr std::size_t enumerators_max = 64;

/// A struct whose fields can be listed.
template <class T>
concept plain_struct = std::is_aggregate_v<T> && std::is_class_v<T>;

/// Several types as one.
template <class... T>
struct types {
    static constexpr std::size_t size = sizeof...(T);
};

namespace detail {

struct anything {
    template <class T>
    operator T() const;  // NOLINT(google-explicit-constructor)
};

template <class T, std::size_t... I>
consteval bool initialisable_with(std::index_sequence<I...>) {
    return requires { T{(static_cast<void>(I), anything{})...}; };
}

template <class T, std::size_t N>
consteval std::size_t count_fields() {
    if constexpr (N == 0 || initialisable_with<T>(std::make_index_sequence<N>{}))
        return N;
    else
        return count_fields<T, N - 1>();
}

}  // namespace detail

/// Number of fields; one more than fields_max if there are too many.
template <plain_struct T>
inline constexpr std::size_t field_count = detail::count_fields<T, fields_max + 1>();

/// Calls `f` with references to all fields of `object`, in the order they are declared.
template <class T, class F>
constexpr decltype(auto) with_fields(T& object, F&& f) {
    constexpr auto n = field_count<std::remove_const_t<T>>;
    static_assert(
        n <= fields_max, "diptych: a struct may have 16 fields; nest what belongs together"
    );
    // clang-format off
    if constexpr (n == 0) { return f(); }
    else if constexpr (n == 1) { auto& [a] = object; return f(a); }
    else if constexpr (n == 2) { auto& [a, b] = object; return f(a, b); }
    else if constexpr (n == 3) { auto& [a, b, c] = object; return f(a, b, c); }
    else if constexpr (n == 4) { auto& [a, b, c, d] = object; return f(a, b, c, d); }
    else if constexpr (n == 5) { auto& [a, b, c, d, e] = object; return f(a, b, c, d, e); }
    else if constexpr (n == 6) { auto& [a, b, c, d, e, g] = object; return f(a, b, c, d, e, g); }
    else if constexpr (n == 7) { auto& [a, b, c, d, e, g, h] = object; return f(a, b, c, d, e, g, h); }
    else if constexpr (n == 8) { auto& [a, b, c, d, e, g, h, i] = object; return f(a, b, c, d, e, g, h, i); }
    else if constexpr (n == 9) { auto& [a, b, c, d, e, g, h, i, j] = object; return f(a, b, c, d, e, g, h, i, j); }
    else if constexpr (n == 10) { auto& [a, b, c, d, e, g, h, i, j, k] = object; return f(a, b, c, d, e, g, h, i, j, k); }
    else if constexpr (n == 11) { auto& [a, b, c, d, e, g, h, i, j, k, l] = object; return f(a, b, c, d, e, g, h, i, j, k, l); }
    else if constexpr (n == 12) { auto& [a, b, c, d, e, g, h, i, j, k, l, m] = object; return f(a, b, c, d, e, g, h, i, j, k, l, m); }
    else if constexpr (n == 13) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o] = object; return f(a, b, c, d, e, g, h, i, j, k, l, m, o); }
    else if constexpr (n == 14) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p] = object; return f(a, b, c, d, e, g, h, i, j, k, l, m, o, p); }
    else if constexpr (n == 15) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q] = object; return f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q); }
    else if constexpr (n == 16) { auto& [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r] = object; return f(a, b, c, d, e, g, h, i, j, k, l, m, o, p, q, r); }
    // clang-format on
}

namespace detail {

struct list_types {
    template <class... T>
    types<std::remove_cv_t<T>...> operator()(T&...) const {
        return {};
    }
};

/// Never defined: only the addresses of its fields are used, as template arguments.
template <class T>
struct holder {
    T value;
};
#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-internal"  // a T without linkage is as good
#endif
template <class T>
extern holder<T> const unreal;
#ifdef __clang__
#pragma clang diagnostic pop
#endif

constexpr bool is_identifier(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The identifier that `text` ends with, brackets behind it left out.
constexpr std::string_view last_identifier(std::string_view text) {
    auto end = text.size();
    while (end > 0 && !is_identifier(text[end - 1])) --end;
    auto begin = end;
    while (begin > 0 && is_identifier(text[begin - 1])) --begin;
    return text.substr(begin, end - begin);
}

template <auto... Values>
consteval std::string_view spelling() {
    return __PRETTY_FUNCTION__;
}

/// The last identifiers of a list such as "{ns::colour::red, (ns::colour)1}" or "<&u.a, &u.b>".
/// Numbers, the compilers' way to write an enumerator that is not there, come out empty.
template <std::size_t Count>
consteval std::array<std::string_view, Count> split_values(std::string_view text) {
    std::array<std::string_view, Count> found{};
    auto at = text.find("Values = ") + 10;
    for (auto& name : found) {
        auto const begin = at;
        for (int depth = 0; depth > 0 || (text[at] != ',' && text[at] != '}' && text[at] != '>');
             ++at) {
            if (text[at] == '(' || text[at] == '<' || text[at] == '{') ++depth;
            if (text[at] == ')' || text[at] == '>' || text[at] == '}') --depth;
        }
        auto const one = last_identifier(text.substr(begin, at - begin));
        bool const number = !one.empty() && one[0] >= '0' && one[0] <= '9';
        name = one.substr(0, number ? 0 : one.size());
        ++at;
    }
    return found;
}

#ifdef __clang__
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#endif
template <class T, class Indexes = std::make_index_sequence<field_count<T>>>
struct names_of_fields;

template <class T, std::size_t... I>
struct names_of_fields<T, std::index_sequence<I...>> {
    template <std::size_t Index>
    static consteval auto const* field() {
        return with_fields(unreal<T>.value, [](auto const&... all) {
            return pick<Index>(&all...);
        });
    }
    template <std::size_t Index, class First, class... Rest>
    static constexpr auto pick(First first, Rest... rest) {
        if constexpr (Index == 0)
            return first;
        else
            return pick<Index - 1>(rest...);
    }
    static constexpr auto value = split_values<sizeof...(I)>(spelling<field<I>()...>());
};

template <class T>
struct names_of_fields<T, std::index_sequence<>> {
    static constexpr std::array<std::string_view, 0> value{};
};

#ifdef __clang__
#pragma clang diagnostic pop
#endif

template <class E, std::size_t... I>
consteval auto names_of_enumerators(std::index_sequence<I...>) {
    return split_values<sizeof...(I)>(spelling<static_cast<E>(I)...>());
}

template <class T>
consteval std::string_view spelled_type() {
    constexpr std::string_view text = __PRETTY_FUNCTION__;
    constexpr auto begin = text.find("T = ") + 4;
    return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

}  // namespace detail

/// The types of the fields, as types<...>.
template <plain_struct T>
using field_types = decltype(with_fields(std::declval<T&>(), detail::list_types{}));

/// The names of the fields, in order.
template <plain_struct T>
inline constexpr auto const& field_names = detail::names_of_fields<T>::value;

/// The names of the enumerators by value; "" where there is none.
template <class E>
    requires std::is_scoped_enum_v<E>
inline constexpr auto enumerator_names =
    detail::names_of_enumerators<E>(std::make_index_sequence<enumerators_max>{});

/// The name of an enumerator, or "" if its value is none between 0 and 63.
template <class E>
constexpr std::string_view enumerator_name(E value) {
    auto const index = static_cast<std::size_t>(value);
    if (index >= enumerators_max) return {};
    return enumerator_names<E>[index];
}

/// The unqualified name of a type, for example "money_deposited".
template <class T>
inline constexpr std::string_view type_name =
    detail::last_identifier(detail::spelled_type<T>().substr(0, detail::spelled_type<T>().find('<'))
    );

/// The innermost namespace of a type, "bank"; "" if it has none with a name.
template <class T>
inline constexpr std::string_view namespace_name = [] {
    auto path = detail::spelled_type<T>();
    auto const end = path.substr(0, path.find('<')).rfind("::");
    if (end == std::string_view::npos || !detail::is_identifier(path[end - 1]))
        return std::string_view{};
    return detail::last_identifier(path.substr(0, end));
}();

namespace detail::self_test {
enum class colour { red, green, blue = 5 };
struct point {
    int first1;
    colour second2;
};
struct nothing {};
static_assert(field_count<point> == 2 && field_count<nothing> == 0);
static_assert(std::is_same_v<field_types<point>, types<int, colour>>);
static_assert(field_names<point>[0] == "first1" && field_names<point>[1] == "second2");
static_assert(enumerator_name(colour::green) == "green" && enumerator_name(colour::blue) == "blue");
static_assert(enumerator_name(colour{4}).empty() && enumerator_name(colour{99}).empty());
static_assert(type_name<point> == "point" && type_name<int> == "int");
static_assert(namespace_name<point> == "self_test" && namespace_name<int>.empty());
}  // namespace detail::self_test

}  // namespace diptych::reflect
