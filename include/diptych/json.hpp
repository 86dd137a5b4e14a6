/// @file
/// Plain structs to JSON and back: no macro, no base class, no list of fields.
///
///     struct line     { product_id product; int quantity; };
///     struct order    { order_id order; std::vector<line> lines; std::optional<sys_days> eta; };
///
///     json::write(o);  // {"order":"o1","lines":[{"product":"TABLE","quantity":2}],"eta":null}
///     json::read<order>(text, json::strict);
///         // invalid: lines/0/quantity: expected an integer, found "two"
///
/// | C++                                        | JSON                                         |
/// |--------------------------------------------|----------------------------------------------|
/// | bool, integers, float, double, std::string | as they are; integers within their range     |
/// | diptych::id                                | its bare value, a text                       |
/// | enum class (enumerators 0 to 63)           | the enumerator's name                        |
/// | sys_time, sys_days, duration               | ISO 8601 texts (iso8601.hpp)                 |
/// | optional                                   | the value, or null                           |
/// | vector, set                                | a list                                       |
/// | map from text, id, enum class or integer   | an object                                    |
/// | struct of up to 16 such fields             | an object                                    |
#pragma once

#include <diptych/error.hpp>
#include <diptych/json_containers.hpp>
#include <diptych/json_form.hpp>
#include <diptych/json_object.hpp>
#include <diptych/json_reader.hpp>

#include <string>
#include <string_view>

namespace diptych::json {

/// What a value of this type looks like in JSON. Throws not_writable if it holds a text that is
/// not UTF-8, a number that is not finite or an enumerator without a name.
template <has_form T>
std::string write(T const& what) {
    std::string text;
    form<T>::write(text, what);
    return text;
}

/// Reads one value.
///
/// Fails with `kind` if the text is not JSON or does not fit: the message and the facts have the
/// path of the fault.
template <has_form T>
result<T> read(std::string_view text, rules how = tolerant, errc kind = errc::invalid) {
    reader in{text, how};
    T value{};
    if (form<T>::read(in, value) && in.end()) return value;
    return std::unexpected(in.error(kind));
}

}  // namespace diptych::json
