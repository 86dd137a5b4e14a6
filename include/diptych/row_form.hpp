/// @file
/// Fields of a row as columns, and back. Users of the library need nothing in here; see view.hpp.
///
/// Texts, ids and enumerators are text; numbers, booleans and times are themselves; an optional may
/// be null; everything else that has a JSON form is kept as JSON.
#pragma once

#include <diptych/id.hpp>
#include <diptych/json.hpp>
#include <diptych/reflect.hpp>
#include <diptych/view_model.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

namespace diptych::detail {

/// How a field becomes a cell. The general case: JSON.
template <class T>
struct cell_form {
    static_assert(json::has_form<T>, "diptych: a field of this row can not be written as JSON");
    static constexpr auto kind = model::value_kind::json;
    static constexpr bool required = true;
    static model::cell write(T const& value) { return json::write(value); }
    static T read(model::cell const& from) {
        return json::read<T>(std::get<std::string>(from), json::tolerant, errc::corrupt).or_throw();
    }
};

template <>
struct cell_form<std::string> {
    static constexpr auto kind = model::value_kind::text;
    static constexpr bool required = true;
    static model::cell write(std::string const& value) { return value; }
    static std::string read(model::cell const& from) { return std::get<std::string>(from); }
};

template <fixed_string Kind>
struct cell_form<id<Kind>> {
    static constexpr auto kind = model::value_kind::text;
    static constexpr bool required = true;
    static model::cell write(id<Kind> const& value) { return value.value; }
    static id<Kind> read(model::cell const& from) { return {std::get<std::string>(from)}; }
};

template <class T>
    requires std::is_scoped_enum_v<T>
struct cell_form<T> {
    static constexpr auto kind = model::value_kind::text;
    static constexpr bool required = true;
    static model::cell write(T value) {
        auto const quoted = json::write(value);
        return quoted.substr(1, quoted.size() - 2);
    }
    static T read(model::cell const& from) {
        auto const quoted = '"' + std::get<std::string>(from) + '"';
        return json::read<T>(quoted, json::tolerant, errc::corrupt).or_throw();
    }
};

template <std::integral T>
struct cell_form<T> {
    static constexpr auto kind =
        std::same_as<T, bool> ? model::value_kind::boolean : model::value_kind::integer;
    static constexpr bool required = true;
    static model::cell write(T value) {
        if (!std::in_range<std::int64_t>(value))
            throw std::out_of_range("an integer of a row does not fit into 64 bits with sign");
        return static_cast<std::int64_t>(value);
    }
    static T read(model::cell const& from) { return static_cast<T>(std::get<std::int64_t>(from)); }
};
template <>
inline model::cell cell_form<bool>::write(bool value) {
    return std::int64_t{value};
}
template <>
inline bool cell_form<bool>::read(model::cell const& from) {
    return std::get<std::int64_t>(from) != 0;
}

template <std::floating_point T>
struct cell_form<T> {
    static constexpr auto kind = model::value_kind::real;
    static constexpr bool required = true;
    static model::cell write(T value) { return static_cast<double>(value); }
    static T read(model::cell const& from) { return static_cast<T>(std::get<double>(from)); }
};

template <class Duration>
struct cell_form<std::chrono::sys_time<Duration>> {
    static constexpr auto kind = model::value_kind::timestamp;
    static constexpr bool required = true;
    static model::cell write(std::chrono::sys_time<Duration> value) {
        auto const since = std::chrono::floor<std::chrono::microseconds>(value).time_since_epoch();
        return std::int64_t{since.count()};
    }
    static std::chrono::sys_time<Duration> read(model::cell const& from) {
        auto const at = timestamp{std::chrono::microseconds{std::get<std::int64_t>(from)}};
        return std::chrono::floor<Duration>(at);
    }
};

template <class T>
struct cell_form<std::optional<T>> {
    static constexpr auto kind = cell_form<T>::kind;
    static constexpr bool required = false;
    static model::cell write(std::optional<T> const& value) {
        return value ? cell_form<T>::write(*value) : model::cell{};
    }
    static std::optional<T> read(model::cell const& from) {
        if (std::holds_alternative<std::monostate>(from)) return {};
        return cell_form<T>::read(from);
    }
};

template <class Row>
std::vector<model::cell> row_cells(Row const& row) {
    return reflect::with_fields(row, []<class... T>(T const&... field) {
        return std::vector<model::cell>{cell_form<T>::write(field)...};
    });
}

template <class Row>
Row row_from(std::vector<model::cell> const& cells) {
    Row row{};
    reflect::with_fields(row, [&]<class... T>(T&... field) {
        std::size_t at = 0;
        ((field = cell_form<T>::read(cells.at(at++))), ...);
    });
    return row;
}

template <class Row>
std::vector<model::view_column> row_columns() {
    return []<class... T>(reflect::types<T...>) {
        std::size_t at = 0;
        return std::vector<model::view_column>{model::view_column{
            .name = std::string{reflect::field_names<Row>[at++]},
            .kind = cell_form<T>::kind,
            .required = cell_form<T>::required,
        }...};
    }(reflect::field_types<Row>{});
}

template <class Key>
struct key_types {
    using list = reflect::types<Key>;
    static auto tied(Key const& of) { return std::tie(of); }
};
template <class... T>
struct key_types<std::tuple<T...>> {
    using list = reflect::types<T...>;
    static std::tuple<T const&...> tied(std::tuple<T...> const& of) { return of; }
};

template <class Key>
inline constexpr std::size_t key_size = key_types<Key>::list::size;

template <class... Field, class... Key>
consteval bool begins_with(reflect::types<Field...>, reflect::types<Key...>) {
    if constexpr (sizeof...(Key) > sizeof...(Field) || sizeof...(Key) == 0) {
        return false;
    } else {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (
                std::same_as<
                    std::tuple_element_t<I, std::tuple<Field...>>,
                    std::tuple_element_t<I, std::tuple<Key...>>> &&
                ...
            );
        }(std::make_index_sequence<sizeof...(Key)>{});
    }
}

/// Whether a row begins with the fields of the key.
template <class Row, class Key>
consteval bool key_begins() {
    return begins_with(reflect::field_types<Row>{}, typename key_types<Key>::list{});
}

template <class Key>
std::vector<model::cell> key_cells(Key const& of) {
    return std::apply(
        []<class... T>(T const&... part) {
            return std::vector<model::cell>{cell_form<T>::write(part)...};
        },
        key_types<Key>::tied(of)
    );
}

/// A row with nothing but its key.
template <class Row, class Key>
Row empty_row(Key const& of) {
    Row row{};
    reflect::with_fields(row, [&](auto&... field) {
        auto const all = std::tie(field...);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((std::get<I>(all) = std::get<I>(key_types<Key>::tied(of))), ...);
        }(std::make_index_sequence<key_size<Key>>{});
    });
    return row;
}

}  // namespace diptych::detail
