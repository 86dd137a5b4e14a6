/// @file
/// How one C++ value looks in JSON: diptych::json::form<T> for numbers, texts, ids, enumerators and
/// times.
///
/// To give a type of your own a form (a money class with private parts, say), specialise `form`
/// with these four functions.
#pragma once

#include <diptych/id.hpp>
#include <diptych/iso8601.hpp>
#include <diptych/json_reader.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/model.hpp>
#include <diptych/reflect.hpp>

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace diptych::json {

/// A value that has no JSON form: a text that is not UTF-8, a number that is not finite, an
/// enumerator without a name, a time too far away. Thrown by write(); the engine turns it into
/// errc::failed.
class not_writable : public std::runtime_error {
    using runtime_error::runtime_error;
};

/// The JSON form of a type. Specialised below, in json_containers.hpp and in json_object.hpp.
///
///     static bool read(reader& in, T& to);
///     static void write(std::string& to, T const& what);  // throws not_writable
///     static model::type describe();
template <class T>
struct form;

/// A type that has a JSON form, and so have all its parts.
template <class T>
concept has_form = requires { sizeof(form<T>); };

/// Appends a text. Throws not_writable if it is not UTF-8.
void write_text(std::string& to, std::string_view text);

/// Appends a number. Throws not_writable if it is not finite.
void write_real(std::string& to, double number);

void write_integer(std::string& to, std::int64_t number);
void write_natural(std::string& to, std::uint64_t number);

/// Append a time and a date. Throw not_writable outside the years 0 to 9999, which could not be
/// read.
void write_time(std::string& to, timestamp when);
void write_date(std::string& to, std::chrono::sys_days day);

/// Reads an enumerator's name. Its place in `names` is its value; empty names are none.
bool read_name(reader& in, std::span<std::string_view const> names, std::size_t& index);
/// The place of a name, or names.size().
std::size_t find_name(std::span<std::string_view const> names, std::string_view name);
/// All that are not empty.
std::vector<std::string> list_names(std::span<std::string_view const> names);

bool read_id(reader& in, std::string_view kind, std::string& to);
/// Whether an id of this value is allowed here; if not, says so.
bool check_id(reader& in, std::string_view kind, std::string_view value);
bool read_time(reader& in, timestamp& to);
bool read_date(reader& in, std::chrono::sys_days& to);
bool read_duration(reader& in, std::chrono::microseconds& to);

template <>
struct form<bool> {
    static bool read(reader& in, bool& to) { return in.read(to); }
    static void write(std::string& to, bool what) { to += what ? "true" : "false"; }
    static model::type describe() { return {.kind = model::value_kind::boolean}; }
};

template <class T>
concept number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> &&
                 !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
                 !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

template <number T>
struct form<T> {
    static bool read(reader& in, T& to) {
        if constexpr (std::is_unsigned_v<T> && sizeof(T) == sizeof(std::uint64_t)) {
            std::uint64_t wide = 0;
            if (!in.read(wide)) return false;
            to = wide;
        } else {
            std::int64_t wide = 0;
            if (!in.read(wide, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()))
                return false;
            to = static_cast<T>(wide);
        }
        return true;
    }
    static void write(std::string& to, T what) {
        if constexpr (std::is_unsigned_v<T>)
            write_natural(to, what);
        else
            write_integer(to, what);
    }
    static model::type describe() { return {.kind = model::value_kind::integer}; }
};

template <std::floating_point T>
struct form<T> {
    static bool read(reader& in, T& to) {
        constexpr auto most = static_cast<double>(std::numeric_limits<T>::max());
        auto const before = in.place();
        double wide = 0;
        if (!in.read(wide)) return false;
        if (wide < -most || wide > most)
            return in.expected_at(before, "a number in the range of float");
        to = static_cast<T>(wide);
        return true;
    }
    static void write(std::string& to, T what) { write_real(to, static_cast<double>(what)); }
    static model::type describe() { return {.kind = model::value_kind::real}; }
};

template <>
struct form<std::string> {
    static bool read(reader& in, std::string& to) { return in.read(to); }
    static void write(std::string& to, std::string_view what) { write_text(to, what); }
    static model::type describe() { return {.kind = model::value_kind::text}; }
};

template <fixed_string Kind>
struct form<id<Kind>> {
    static bool read(reader& in, id<Kind>& to) { return read_id(in, id<Kind>::kind, to.value); }
    static void write(std::string& to, id<Kind> const& what) { write_text(to, what.value); }
    static model::type describe() {
        return {.kind = model::value_kind::id, .id_kind = std::string{id<Kind>::kind}};
    }
};

template <class E>
    requires std::is_enum_v<E>
struct form<E> {
    static_assert(
        std::is_scoped_enum_v<E>, "diptych: only an `enum class` has names that can be written down"
    );
    static bool read(reader& in, E& to) {
        std::size_t index = 0;
        if (!read_name(in, reflect::enumerator_names<E>, index)) return false;
        to = static_cast<E>(index);
        return true;
    }
    static void write(std::string& to, E what) {
        auto const name = reflect::enumerator_name(what);
        if (name.empty()) throw not_writable("an enumerator without a name or above 63");
        write_text(to, name);
    }
    static model::type describe() {
        return {
            .kind = model::value_kind::enumeration,
            .names = list_names(reflect::enumerator_names<E>)
        };
    }
};

/// A point in time: ISO 8601 in UTC. Coarser ones than microseconds are rounded down when read.
template <class Duration>
struct form<std::chrono::sys_time<Duration>> {
    static_assert(
        std::ratio_greater_equal_v<typename Duration::period, std::micro>,
        "diptych: times are recorded in microseconds; use diptych::timestamp"
    );
    static bool read(reader& in, std::chrono::sys_time<Duration>& to) {
        timestamp exact;
        if (!read_time(in, exact)) return false;
        to = std::chrono::floor<Duration>(exact);
        return true;
    }
    static void write(std::string& to, std::chrono::sys_time<Duration> what) {
        write_time(to, timestamp{what});
    }
    static model::type describe() { return {.kind = model::value_kind::timestamp}; }
};

template <>
struct form<std::chrono::sys_days> {
    static bool read(reader& in, std::chrono::sys_days& to) { return read_date(in, to); }
    static void write(std::string& to, std::chrono::sys_days what) { write_date(to, what); }
    static model::type describe() { return {.kind = model::value_kind::date}; }
};

/// A length of time: ISO 8601, "PT15M", so that another unit in C++ does not change what is stored.
template <std::integral Rep, class Period>
struct form<std::chrono::duration<Rep, Period>> {
    using length = std::chrono::duration<Rep, Period>;
    static_assert(
        std::ratio_greater_equal_v<Period, std::micro>,
        "diptych: durations are recorded in microseconds"
    );
    static bool read(reader& in, length& to) {
        using wide = std::chrono::duration<std::int64_t, Period>;
        auto const before = in.place();
        std::chrono::microseconds exact{};
        if (!read_duration(in, exact)) return false;
        auto const rounded = std::chrono::floor<wide>(exact);
        if (!std::in_range<Rep>(rounded.count()))
            return in.expected_at(before, "a duration that its type can hold");
        to = std::chrono::duration_cast<length>(rounded);
        return true;
    }
    static void write(std::string& to, length what) {
        to += '"';
        append_iso8601(to, std::chrono::microseconds{what});
        to += '"';
    }
    static model::type describe() { return {.kind = model::value_kind::duration}; }
};

}  // namespace diptych::json
