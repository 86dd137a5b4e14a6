/// @file
/// What a query asks, understood: names looked up, values in stored form. No SQL yet.
#pragma once

#include "read/search_terms.hpp"
#include "read/view_definition.hpp"

#include <diptych/view_model.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace diptych::read {

/// A value as a column stores it; blobs and JSON are not compared.
using model::cell;

/// A column, or a value inside of a json column.
struct target {
    column const* of = nullptr;
    std::vector<std::string> keys = {};  ///< Of the objects inside of it; none: the column itself.
    std::optional<column_type> type = {};  ///< nullopt: of whatever type each row's value is.

    bool is_same(target const& other) const { return of == other.of && keys == other.keys; }

    /// A value inside of JSON may always be missing.
    bool is_required() const { return keys.empty() && of->required; }
};

enum class comparison : std::uint8_t { eq, neq, gt, gte, lt, lte, like, in, is_null, is_not_null };

struct filter {
    target on = {};
    comparison how = comparison::eq;
    std::vector<cell> values = {};  ///< One; several with `in`; none with is_null.
};

/// Which rows are meant: a filter, or several conditions of which all or any must hold.
struct condition {
    enum class kind : std::uint8_t { one, all, any };
    kind is = kind::one;
    bool negated = false;
    filter what = {};                   ///< Of `one`.
    std::vector<condition> parts = {};  ///< Of `all` and `any`: at least one.
};

struct order_term {
    target by = {};
    bool descending = false;
};

/// A member of each object that is answered.
struct selected {
    target what = {};
    std::string name;
};

/// Points into the table.
struct view_query {
    std::vector<selected> select = {};
    std::vector<condition> where = {};  ///< All must hold.
    std::optional<search_terms> search = {};
    std::vector<order_term> order = {};  ///< As asked, and the rest of the key behind it.
    std::size_t limit = 0;
    std::optional<std::size_t> page = {};  ///< From 1.
    std::optional<std::string> cursor = {};

    std::size_t skipped() const { return page ? (*page - 1) * limit : 0; }
};

}  // namespace diptych::read
