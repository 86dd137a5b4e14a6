#include "read/row_json.hpp"

#include "read/base64.hpp"
#include "read/decimal.hpp"
#include "read/iso_time.hpp"

#include <diptych/json_writer.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace diptych::read {

namespace {

template <class Number>
void append_number(std::string& to, Number number) {
    std::array<char, 40> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    to.append(digits.data(), end);
}

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

}  // namespace

void append_row(
    std::string& to, sqlite::statement const& row, std::span<column const* const> columns
) {
    auto separator = '{';
    int at = 0;
    for (auto const* const column : columns) {
        to += std::exchange(separator, ',');
        json::append_quoted(to, column->name);
        to += ':';
        append_value(to, row, at++, column->type);
    }
    to += '}';
}

cell cell_of(sqlite::statement const& row, int at, column_type type) {
    if (row.is_null(at)) return {};
    switch (type.kind) {
        case column_kind::text:
        case column_kind::json:
            return std::string{row.text(at)};
        case column_kind::real:
            return row.real(at);
        default:
            return row.integer(at);
    }
}

}  // namespace diptych::read
