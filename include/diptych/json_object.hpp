/// @file
/// The JSON form of a plain struct: an object with a member for each field.
///
/// Read tolerantly (events), a missing member leaves the field as its struct initialises it and an
/// unknown one is passed over. Read strictly (commands), both are faults. A field may be missing if
/// it is an optional, a vector, a set or a map, or if the struct says so:
///
///     struct allocate {
///         order_id order;
///         int priority = 5;
///         static constexpr auto optional_fields = {"priority"};
///     };
#pragma once

#include <diptych/json_containers.hpp>
#include <diptych/json_form.hpp>
#include <diptych/reflect.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::json {

/// A form with its type erased: functions for values that only it knows.
struct erased_form {
    bool (*read)(reader& in, void* to);
    void (*write)(std::string& to, void const* what);
    model::type (*describe)();
};

namespace detail {

template <class T>
struct erase {
    static bool read(reader& in, void* to) { return form<T>::read(in, *static_cast<T*>(to)); }
    static void write(std::string& to, void const* what) {
        form<T>::write(to, *static_cast<T const*>(what));
    }
};

}  // namespace detail

template <has_form T>
inline constexpr erased_form erased_form_of{
    detail::erase<T>::read, detail::erase<T>::write, form<T>::describe
};

struct field_form {
    std::string_view name;
    erased_form const* of;
    bool required;
};

/// A struct: its fields, and how to find them in an object.
struct object_form {
    field_form const* fields;
    std::size_t count;
    void (*addresses)(void const* object, void const** fields);
};

bool read_object(reader& in, void* to, object_form const& how);
void write_object(std::string& to, void const* what, object_form const& how);
std::vector<model::field> describe_object(object_form const& how);

namespace detail {

template <class T>
concept says_optional_fields =
    requires { requires !std::is_member_pointer_v<decltype(&T::optional_fields)>; };

template <class T>
constexpr bool says_optional(std::string_view name) {
    if constexpr (says_optional_fields<T>)
        for (std::string_view const one : T::optional_fields)
            if (one == name) return true;
    return false;
}

template <class T>
consteval bool optional_fields_exist() {
    if constexpr (says_optional_fields<T>)
        for (std::string_view const one : T::optional_fields) {
            bool known = false;
            for (auto const name : reflect::field_names<T>) known = known || name == one;
            if (!known) return false;
        }
    return true;
}

template <class T, class Fields = reflect::field_types<T>>
struct fields_of;

template <class T, class... F>
struct fields_of<T, reflect::types<F...>> {
    static_assert(
        optional_fields_exist<T>(),
        "diptych: `optional_fields` names a field that the struct does not have"
    );
    static constexpr bool have_forms = (has_form<F> && ...);

    static constexpr auto table = [] {
        std::size_t i = 0;
        [[maybe_unused]] auto const entry = [&](erased_form const& of, bool missing) {
            auto const name = reflect::field_names<T>[i++];
            return field_form{name, &of, !missing && !says_optional<T>(name)};
        };
        return std::array<field_form, sizeof...(F)>{entry(erased_form_of<F>, may_be_missing<F>)...};
    }();

    static void addresses(void const* object, void const** to) {
        reflect::with_fields(*static_cast<T const*>(object), [&](auto const&... field) {
            ((*to++ = &field), ...);
        });
    }
};

}  // namespace detail

template <class T>
inline constexpr object_form object_form_of{
    detail::fields_of<T>::table.data(),
    detail::fields_of<T>::table.size(),
    detail::fields_of<T>::addresses,
};

template <reflect::plain_struct T>
    requires(detail::fields_of<T>::have_forms)
struct form<T> {
    static bool read(reader& in, T& to) { return read_object(in, &to, object_form_of<T>); }
    static void write(std::string& to, T const& what) {
        write_object(to, &what, object_form_of<T>);
    }
    static model::type describe() {
        return {.kind = model::value_kind::object, .fields = describe_object(object_form_of<T>)};
    }
};

}  // namespace diptych::json
