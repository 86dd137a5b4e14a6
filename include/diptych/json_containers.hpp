/// @file
/// The JSON forms of std::optional, std::vector, std::set and std::map.
///
/// An optional without value is null or missing; a vector or set is a list; a map is an object
/// whose names are its keys: texts, ids, enumerators or integers.
#pragma once

#include <diptych/json_form.hpp>

#include <concepts>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::json {

/// What may be missing where a command is read strictly.
template <class T>
inline constexpr bool may_be_missing = false;
template <class T>
inline constexpr bool may_be_missing<std::optional<T>> = true;
template <class T, class A>
inline constexpr bool may_be_missing<std::vector<T, A>> = true;
template <class T, class L, class A>
inline constexpr bool may_be_missing<std::set<T, L, A>> = true;
template <class K, class T, class L, class A>
inline constexpr bool may_be_missing<std::map<K, T, L, A>> = true;

template <has_form T>
struct form<std::optional<T>> {
    static bool read(reader& in, std::optional<T>& to) {
        if (in.take_null()) {
            to.reset();
            return true;
        }
        return form<T>::read(in, to.emplace());
    }
    static void write(std::string& to, std::optional<T> const& what) {
        if (what)
            form<T>::write(to, *what);
        else
            to += "null";
    }
    static model::type describe() {
        auto type = form<T>::describe();
        type.nullable = true;
        return type;
    }
};

namespace detail {

/// Writes what `each` writes for every element, with commas and brackets.
template <class Range, class Each>
void write_all(std::string& to, char open, Range const& range, char close, Each each) {
    to += open;
    bool first = true;
    for (auto const& one : range) {
        if (!first) to += ',';
        first = false;
        each(one);
    }
    to += close;
}

}  // namespace detail

template <has_form T>
struct form<std::vector<T>> {
    static bool read(reader& in, std::vector<T>& to) {
        to.clear();
        if (!in.begin_array()) return false;
        while (in.next_element()) {
            T one{};  // not emplace_back: vector<bool> has no references
            if (!form<T>::read(in, one)) return in.inside(to.size());
            to.push_back(std::move(one));
        }
        return !in.failed();
    }
    static void write(std::string& to, std::vector<T> const& what) {
        detail::write_all(to, '[', what, ']', [&](T const& one) { form<T>::write(to, one); });
    }
    static model::type describe() {
        return {.kind = model::value_kind::list, .fields = {{"", form<T>::describe()}}};
    }
};

template <has_form T>
struct form<std::set<T>> {
    static bool read(reader& in, std::set<T>& to) {
        to.clear();
        if (!in.begin_array()) return false;
        for (std::size_t index = 0; in.next_element(); ++index) {
            T one{};
            if (!form<T>::read(in, one)) return in.inside(index);
            to.insert(std::move(one));
        }
        return !in.failed();
    }
    static void write(std::string& to, std::set<T> const& what) {
        detail::write_all(to, '[', what, ']', [&](T const& one) { form<T>::write(to, one); });
    }
    static model::type describe() { return form<std::vector<T>>::describe(); }
};

/// What may be the name of a member.
template <class K>
concept key = std::same_as<K, std::string> || is_id<K> || std::is_scoped_enum_v<K> || number<K>;

/// Reads a key from the name of a member; false if it is none.
template <key K>
bool read_key(std::string_view name, K& to) {
    if constexpr (std::same_as<K, std::string>) {
        to = name;
    } else if constexpr (is_id<K>) {
        to.value = name;
    } else if constexpr (number<K>) {
        auto const [end, problem] = std::from_chars(name.data(), name.data() + name.size(), to);
        return problem == std::errc{} && end == name.data() + name.size();
    } else {
        auto const index = find_name(reflect::enumerator_names<K>, name);
        to = static_cast<K>(index);
        return index < reflect::enumerators_max;
    }
    return true;
}

template <key K, has_form T>
struct form<std::map<K, T>> {
    static bool read(reader& in, std::map<K, T>& to) {
        to.clear();
        if (!in.begin_object()) return false;
        for (std::string_view name; in.next_member(name);) {
            std::string const shown{name};
            K one{};
            if constexpr (is_id<K>) {
                if (!check_id(in, K::kind, name)) return in.inside(shown);
            }
            if (!read_key(name, one)) {
                in.fail("invalid_value", "not one of the keys that may be here");
                return in.inside(shown);
            }
            auto const [at, is_new] = to.try_emplace(std::move(one));
            if (!is_new && in.how().all_known) {
                in.fail("repeated_field", "given twice");
                return in.inside(shown);
            }
            if (!form<T>::read(in, at->second)) return in.inside(shown);
        }
        return !in.failed();
    }
    static void write(std::string& to, std::map<K, T> const& what) {
        detail::write_all(to, '{', what, '}', [&](auto const& one) {
            if constexpr (number<K>) to += '"';
            form<K>::write(to, one.first);
            if constexpr (number<K>) to += '"';
            to += ':';
            form<T>::write(to, one.second);
        });
    }
    static model::type describe() {
        return {.kind = model::value_kind::map, .fields = {{"", form<T>::describe()}}};
    }
};

}  // namespace diptych::json
