/// @file
/// The ids that a value carries, at any depth: in optionals, lists, sets, maps and nested structs.
#pragma once

#include <diptych/id.hpp>
#include <diptych/reflect.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych {

/// An id found in a value. Valid as long as the value.
struct found_id {
    std::string_view kind;
    std::string const* value;
};

/// Kinds of ids, each once, in the order in which they are found.
struct kind_list {
    static constexpr std::size_t max = 32;
    std::array<std::string_view, max> kinds{};
    std::size_t count = 0;

    constexpr void add(std::string_view kind) {
        for (std::size_t i = 0; i < count; ++i)
            if (kinds[i] == kind) return;
        kinds[count++] = kind;
    }
    constexpr bool contains(std::string_view kind) const {
        for (std::size_t i = 0; i < count; ++i)
            if (kinds[i] == kind) return true;
        return false;
    }
};

namespace detail {

template <class T>
concept keyed_container = requires { typename T::mapped_type; };
template <class T>
concept container = requires { typename T::value_type; } && !keyed_container<T>;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
constexpr void add_kinds(kind_list& to) {
    if constexpr (is_id<T>) {
        to.add(T::kind);
    } else if constexpr (keyed_container<T>) {
        add_kinds<typename T::key_type>(to);
        add_kinds<typename T::mapped_type>(to);
    } else if constexpr (container<T>) {
        add_kinds<typename T::value_type>(to);
    } else if constexpr (reflect::plain_struct<T>) {
        [&]<class... F>(reflect::types<F...>) {
            (add_kinds<F>(to), ...);
        }(reflect::field_types<T>{});
    }
}

}  // namespace detail

/// The kinds of ids that values of a type can carry.
template <class T>
inline constexpr kind_list kinds_in = [] {
    kind_list kinds;
    detail::add_kinds<T>(kinds);
    return kinds;
}();

/// Appends all ids in `value`, in the order of its fields.
template <class T>
void collect_ids(T const& value, std::vector<found_id>& to) {
    if constexpr (kinds_in<T>.count == 0) {
        return;
    } else if constexpr (is_id<T>) {
        to.push_back({T::kind, &value.value});
    } else if constexpr (detail::is_optional<T>) {
        if (value) collect_ids(*value, to);
    } else if constexpr (detail::keyed_container<T>) {
        for (auto const& [key, mapped] : value) {
            collect_ids(key, to);
            collect_ids(mapped, to);
        }
    } else if constexpr (detail::container<T>) {
        for (auto const& one : value) collect_ids(one, to);
    } else {
        reflect::with_fields(value, [&](auto const&... field) { (collect_ids(field, to), ...); });
    }
}

}  // namespace diptych
