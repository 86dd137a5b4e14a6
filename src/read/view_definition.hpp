/// @file
/// What a view file means once it is read: tables, statements per event, what may be queried.
#pragma once

#include "read/column_type.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::read {

struct column {
    std::string name;
    column_type type;
    bool required = false;     ///< `not null`, or part of the primary key.
    std::string initial = {};  ///< SQL of its `default`, already in stored form; empty: none.
};

struct table {
    std::string name;
    std::vector<column> columns;
    std::vector<std::string> key;  ///< Columns of the primary key, never empty.
    std::vector<std::vector<std::string>> unique = {};
    std::vector<std::string> checks = {};  ///< SQL expressions.

    column const* find(std::string_view column_name) const {
        for (auto const& one : columns)
            if (one.name == column_name) return &one;
        return nullptr;
    }
};

struct index_column {
    std::string name;
    std::vector<std::string> keys = {};  ///< Of a value inside of a json column.
    bool descending = false;
};

struct index {
    std::string name;
    std::string table;
    std::vector<index_column> columns;
    bool unique = false;
    std::string where = {};  ///< SQL; empty: all rows.
};

/// Where a statement's parameter comes from.
enum class binding_source : std::uint8_t {
    field,        ///< `:name`, `:address.city`: of the event's data.
    element,      ///< `:line.sku`: of what `@each` goes through.
    ordinal,      ///< `:$index`: which element of `@each`, from 1.
    position,     ///< `:$position`
    stream,       ///< `:$stream`
    version,      ///< `:$version`
    recorded_at,  ///< `:$recorded_at`
    type,         ///< `:$type`
    id,           ///< `:$id`
    tags,         ///< `:$tags`, a JSON array.
    metadata,     ///< `:$metadata`, `:$metadata.user`
};

/// One parameter.
struct binding {
    binding_source from = binding_source::field;
    std::vector<std::string> path = {};  ///< Of a field, an element or metadata.
    std::optional<column_type> as = {};  ///< The type of the place it is put, if one is known.
    std::size_t offset = 0;              ///< In the file.
    std::size_t level = 0;               ///< Of an element or its number: in which `@each`, from 0.

    bool same_value(binding const& other) const {
        return from == other.from && path == other.path && as == other.as && level == other.level;
    }
};

/// How a binding is written: ":address.city".
std::string to_string(binding const& one);

/// Something multiplied or divided (`:price * :quantity`) that has to do with a decimal column. One
/// factor must be a decimal itself.
struct product {
    column_type into;        ///< The decimal that it has to do with.
    std::size_t offset = 0;  ///< Of one of its values in the file.
    int decimals = 0;        ///< Factors that are decimal columns; one that divides takes one away.
    struct factor {
        std::size_t binding;  ///< Of the statement's.
        bool divides;
    };
    std::vector<factor> bindings = {};  ///< Which may be decimals as their event declares them.
};

/// Goes through an array of the event, or of an element of another `@each`.
struct each {
    std::vector<std::string> path;  ///< Of the array.
    std::string name;               ///< What an element is called.
    std::optional<std::size_t> in = {
    };  ///< The `@each` of whose element it is; nullopt: the event.
};

/// One SQL statement: `?1`, `?2`, ... stand for the bindings.
struct statement_definition {
    std::string sql;
    std::vector<binding> bindings = {};
    std::vector<product> products = {};
    std::vector<read::each> each = {};  ///< The outermost first.
    bool may_scan = false;              ///< `@scan`: it is meant to go through all rows of a table.
    std::size_t offset = 0;             ///< In the file.
    std::size_t line = 0;               ///< In the file, from 1.
    /// Where the pieces of `sql` come from: (offset in sql, offset in the file), ascending.
    std::vector<std::pair<std::size_t, std::size_t>> origins = {};
};

/// What happens on an event.
struct handler {
    std::vector<std::string> types;  ///< As written; as recorded, former names too, once resolved.
    std::vector<statement_definition> statements = {};
    std::size_t offset = 0;  ///< Of the `@on` in the file.
};

/// A field that an event is known to have.
struct known_field {
    std::string name;
    std::optional<column_type> type = {};  ///< nullopt: anything.
    std::vector<known_field> fields = {};  ///< Of an object, or of the elements of a list.
    bool is_list = false;
};

/// An event type that a context or an `@event` line declares.
struct known_event {
    std::string type;
    std::vector<std::string> formerly = {};
    std::vector<known_field> fields = {};
    std::size_t offset = 0;  ///< Of the `@event` in the file.
};

/// A field of `@key`.
struct key_field {
    std::vector<std::string> path;
    std::size_t offset = 0;  ///< Of the word in the file.
};

/// `review->>average real`
struct declared_type {
    std::string path;
    column_type type;
};

/// `owner = :claim.sub`, or `:claim.role = 'clerk'`
struct permission_test {
    std::string what;        ///< A column, a value inside of JSON, or a claim with its `:claim.`.
    std::string claim = {};  ///< What it must equal; empty: the text.
    std::string text = {};
};

/// An `@allow`: all of it must hold.
using permission = std::vector<permission_test>;

/// What `@serve` allows, besides the primary key. Columns, and values inside of json columns:
/// `review->>average`, or `fields->>*` for all keys.
struct served {
    std::vector<std::string> filter = {};
    std::vector<std::string> sort = {};
    std::vector<declared_type> types = {};
    std::vector<std::string> search = {};  ///< Text columns whose words can be searched.
    std::vector<permission> allow = {};    ///< Of which one must hold; none: all rows are seen.
    std::size_t limit_max = 1000;
    std::uint32_t cache_seconds = 0;  ///< How long an answer may be kept; 0: asked about each time.
    std::size_t offset = 0;           ///< Of the `@serve` in the file.
};

/// A line of JSON in a test of the file.
struct case_line {
    std::string json;
    std::size_t offset = 0;  ///< In the file.
};

/// `@expect`: all rows of a table.
struct case_rows {
    std::string table;
    std::size_t offset = 0;  ///< Of the `@expect` in the file.
    bool is_exact = false;   ///< A column that is not written is null; else it may be anything.
    std::vector<case_line> rows = {};
};

/// A test in the file: `@given` events, `@expect` rows. Not part of the view's meaning.
struct view_case {
    std::string name;        ///< As written behind `@given`; may be empty.
    std::size_t offset = 0;  ///< Of the `@given` in the file.
    std::vector<case_line> given = {};
    std::vector<case_rows> expected = {};
};

struct view_definition {
    std::string name;
    bool is_inline = false;
    bool parks = false;                    ///< `@park`: goes on behind an event that it fails on.
    std::vector<key_field> keys = {};      ///< `@key`; none: home stream and tags.
    std::vector<read::table> tables = {};  ///< The first is the one that is served.
    std::vector<read::index> indexes = {};
    std::vector<read::handler> handlers = {};
    std::vector<known_event> events = {};  ///< `@event` lines.
    read::served served = {};
    std::vector<view_case> cases = {};
    std::vector<std::string> warnings = {};  ///< With their places.

    table const* find(std::string_view table_name) const {
        for (auto const& one : tables)
            if (one.name == table_name) return &one;
        return nullptr;
    }
};

}  // namespace diptych::read
