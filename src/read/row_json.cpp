#include "read/row_json.hpp"

#include "read/base64.hpp"
#include "read/decimal.hpp"
#include "read/iso_time.hpp"

#include <diptych/json_writer.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <sqlite3.h>

namespace diptych::read {

namespace {

template <class Number>
void append_number(std::string& to, Number number) {
    std::array<char, 40> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    to.append(digits.data(), end);
}

}  // namespace

void append_value(std::string& to, sqlite::statement const& row, int at, column_type type) {
    if (row.is_null(at)) {
        to += "null";
        return;
    }
    switch (type.kind) {
        case column_kind::text:
            json::append_quoted(to, row.text(at));
            break;
        case column_kind::integer:
            append_number(to, row.integer(at));
            break;
        case column_kind::real:
            if (std::isfinite(row.real(at)))
                append_number(to, row.real(at));
            else
                to += "null";
            break;
        case column_kind::decimal:
            append_decimal(to, row.integer(at), type.scale);
            break;
        case column_kind::boolean:
            to += row.integer(at) != 0 ? "true" : "false";
            break;
        case column_kind::timestamp:
            to += '"';
            append_time(to, row.integer(at));
            to += '"';
            break;
        case column_kind::json:
            to += row.text(at);
            break;
        case column_kind::blob:
            to += '"' + to_base64(row.blob(at)) + '"';
            break;
    }
}

void append_row(std::string& to, sqlite::statement const& row, std::span<selected const> columns) {
    auto separator = '{';
    int at = 0;
    for (auto const& [what, name] : columns) {
        to += std::exchange(separator, ',');
        json::append_quoted(to, name);
        to += ':';
        // A value inside of JSON is JSON, as its column is.
        append_value(to, row, at++, what.of->type);
    }
    to += '}';
}

cell cell_of(sqlite::statement const& row, int at) {
    switch (sqlite3_column_type(row.raw(), at)) {
        case SQLITE_NULL:
            return {};
        case SQLITE_INTEGER:
            return row.integer(at);
        case SQLITE_FLOAT:
            return row.real(at);
        default:
            return std::string{row.text(at)};
    }
}

}  // namespace diptych::read
