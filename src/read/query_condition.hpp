/// @file
/// Reads conditions: `eq.5`, `not.in.(a,b)`, and groups of them as in
/// `or=(status.eq.open,and(total.gt.5,paid.is.false))`.
#pragma once

#include "read/query_names.hpp"

#include <diptych/error.hpp>

#include <string>
#include <string_view>

namespace diptych::read {

inline constexpr std::size_t filters_max = 32;
inline constexpr std::size_t in_list_max = 100;
inline constexpr std::size_t condition_depth_max = 8;

/// Whether a parameter of this name is a group: `and`, `or`, `not.and`, `not.or`.
bool is_group(std::string_view parameter);

/// Reads the conditions of one query, and counts them. Keeps a reference. Not thread-safe.
class condition_reader {
public:
    explicit condition_reader(query_names const& names) : names_(names) {}

    /// A parameter as a condition. Fails with invalid, code "view_query", saying what is allowed.
    result<condition> read(std::string const& parameter, std::string const& value);

private:
    result<condition> group(std::string_view word, std::string_view list, std::size_t depth);
    result<condition> item(std::string_view text, std::size_t depth);
    result<condition> compare(target on, std::string_view text, bool in_group);
    result<void> operands(condition& made, std::string_view operation, std::string_view operand);
    result<void> untyped(condition& made, std::vector<std::string> const& list);
    result<void> is(condition& made, std::string_view operand);
    result<void> count();
    std::unexpected<error> refuse(std::string const& why) const;

    query_names const& names_;
    std::string parameter_;
    std::size_t read_ = 0;
};

}  // namespace diptych::read
