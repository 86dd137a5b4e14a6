#include "field_values.hpp"

#include <regex>

namespace catalogue {

namespace {

constexpr std::size_t regex_max = 200;

// Polynomial: no expression makes matching take exponential time.
std::regex compiled(std::string const& text) {
    return std::regex{text, std::regex::ECMAScript | std::regex_constants::__polynomial};
}

std::string fault_of_integer(std::int64_t value, field_rules const& rules) {
    if (rules.type != field_type::Integer) return "It is a String, not an Integer";
    if (rules.min && value < *rules.min)
        return std::to_string(value) + " is less than " + std::to_string(*rules.min);
    if (rules.max && value > *rules.max)
        return std::to_string(value) + " is more than " + std::to_string(*rules.max);
    return {};
}

std::string fault_of_text(std::string const& value, field_rules const& rules) {
    if (rules.type != field_type::String) return "It is an Integer, not a String";
    if (value.size() > text_max) return "A text has at most " + std::to_string(text_max) + " bytes";
    if (rules.not_empty && value.empty()) return "It may not be empty";
    if (rules.regex && !std::regex_match(value, compiled(*rules.regex)))
        return "\"" + value + "\" does not match " + *rules.regex;
    return {};
}

}  // namespace

std::string fault_of(field_rules const& rules) {
    if (rules.type == field_type::String && (rules.min || rules.max))
        return "A String has no min and max";
    if (rules.type == field_type::Integer && (rules.not_empty || rules.regex))
        return "An Integer has no not_empty and regex";
    if (rules.min && rules.max && *rules.min > *rules.max) return "min is more than max";
    if (!rules.regex) return {};
    if (rules.regex->size() > regex_max)
        return "A regex has at most " + std::to_string(regex_max) + " bytes";
    try {
        compiled(*rules.regex);
    } catch (std::regex_error const& fault) {
        return "The regex is none: " + std::string{fault.what()};
    }
    return {};
}

std::string fault_of(field_value const& value, field_rules const& rules) {
    auto const* const number = std::get_if<std::int64_t>(&value);
    return number ? fault_of_integer(*number, rules)
                  : fault_of_text(std::get<std::string>(value), rules);
}

}  // namespace catalogue
