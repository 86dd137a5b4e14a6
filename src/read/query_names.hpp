/// @file
/// Looks up what a query names: which columns, and which values inside of json columns, may be
/// filtered, sorted and selected.
#pragma once

#include "read/view_query.hpp"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

/// What may be filtered by: the key, and what is declared, in the words of `@serve`.
std::vector<std::string> filterable(table const& of, served const& allowed);
std::vector<std::string> sortable(table const& of, served const& allowed);

/// Columns by name, and values inside of them. Keeps references. Thread-compatible.
class query_names {
public:
    query_names(table const& of, served const& allowed) : of_(of), allowed_(allowed) {}

    /// All fail with what is wrong, and what there is, for the end of a message.
    std::expected<target, std::string> to_filter(std::string_view name) const;
    std::expected<target, std::string> to_sort(std::string_view name) const;
    std::expected<target, std::string> to_select(std::string_view name) const;

    table const& of() const { return of_; }
    served const& allowed() const { return allowed_; }

private:
    std::expected<target, std::string> find(
        std::string_view name, std::vector<std::string> const& allowed, std::string_view verb
    ) const;

    table const& of_;
    served const& allowed_;
};

}  // namespace diptych::read
