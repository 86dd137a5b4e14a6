/// @file
/// Values of the fields that a shop invents for its products, and the rules that they pass.
#pragma once

#include <diptych/json_form.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace catalogue {

/// What a field holds. In JSON a number or a text, so that it comes back as what it was.
using field_value = std::variant<std::int64_t, std::string>;

/// Which of the two; the names are those of the form fields are declared with.
enum class field_type { String, Integer };  // NOLINT(*-naming): as the form has them

/// What a field demands of its values.
struct field_rules {
    field_type type;
    std::optional<std::int64_t> min;   ///< Of an Integer.
    std::optional<std::int64_t> max;   ///< Of an Integer.
    bool not_empty = false;            ///< Of a String.
    std::optional<std::string> regex;  ///< That a whole String matches (ECMAScript).

    bool operator==(field_rules const&) const = default;
};

inline constexpr std::size_t text_max = 1000;  ///< Bytes of a text that a field holds.

/// Why these are no rules: a range of texts, an empty range, a regex that is none. Empty: they are.
std::string fault_of(field_rules const& rules);

/// Why a value does not pass. Empty: it does.
std::string fault_of(field_value const& value, field_rules const& rules);

}  // namespace catalogue

template <>
struct diptych::json::form<catalogue::field_value> {
    static bool read(reader& in, catalogue::field_value& to) {
        auto const next = in.peek();
        if (next == kind::integer) return in.read(to.emplace<std::int64_t>());
        if (next == kind::text) return in.read(to.emplace<std::string>());
        return in.expected("a text or an integer of 64 bits");
    }
    static void write(std::string& to, catalogue::field_value const& what) {
        std::visit([&to]<class T>(T const& one) { form<T>::write(to, one); }, what);
    }
    static model::type describe() { return {.kind = model::value_kind::json}; }
};
