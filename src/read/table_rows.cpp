#include "read/table_rows.hpp"

#include "base/hex.hpp"
#include "read/rewrite.hpp"
#include "read/row_json.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <cmath>
#include <sqlite3.h>
#include <string_view>
#include <utility>

namespace diptych::read {

namespace {

// Neither SQLite's nor the engine's.
constexpr std::string_view is_of_view =
    "name not like 'sqlite\\_%' escape '\\' and name not like '\\_diptych%' escape '\\'";

// With a point or an exponent: no whole number looks like it.
void write_real(json::writer& to, double real) {
    if (!std::isfinite(real)) {
        to.begin_object().member("real", real > 0 ? "infinite" : "-infinite").end_object();
        return;
    }
    json::writer number;
    auto text = number.value(real).text();
    if (text.find_first_of(".e") == text.npos) text += ".0";
    to.raw(text);
}

// Each value in a form that no other value has.
void write_cell(json::writer& to, found_cell const& one) {
    if (auto const* const number = std::get_if<std::int64_t>(&one))
        to.value(*number);
    else if (auto const* const real = std::get_if<double>(&one))
        write_real(to, *real);
    else if (auto const* const text = std::get_if<std::string>(&one); text && json::is_utf8(*text))
        to.value(*text);
    else if (text)
        to.begin_object().member("text", hex_of(*text)).end_object();
    else if (auto const* const bytes = std::get_if<blob>(&one))
        to.begin_object().member("bytes", hex_of(bytes->bytes)).end_object();
    else
        to.null();
}

// A value of the type, and not as queries answer it.
bool is_written_otherwise(found_cell const& one, column_kind kind) {
    auto const* const number = std::get_if<std::int64_t>(&one);
    switch (kind) {
        case column_kind::boolean:
            return number != nullptr && (*number == 0 || *number == 1);
        case column_kind::decimal:
        case column_kind::timestamp:
            return number != nullptr;
        case column_kind::json: {
            auto const* const text = std::get_if<std::string>(&one);
            return text != nullptr && json::parse(*text).has_value();
        }
        case column_kind::blob:
            return std::holds_alternative<blob>(one);
        case column_kind::text:
        case column_kind::integer:
        case column_kind::real:
            break;
    }
    return false;
}

}  // namespace

result<std::vector<std::string>> tables_of(sqlite::database const& in) {
    DIPTYCH_TRY(
        auto tables,
        in.prepare(
            "select name from sqlite_schema where type = 'table' and " + std::string{is_of_view} +
            " order by name"
        )
    );
    std::vector<std::string> names;
    for (;;) {
        DIPTYCH_TRY(auto const more, tables.step());
        if (!more) return names;
        names.emplace_back(tables.text(0));
    }
}

result<table_columns> columns_of(sqlite::database const& in, std::string const& table) {
    table_columns made;
    DIPTYCH_TRY(
        auto columns, in.prepare("select name, pk from pragma_table_info(?1) order by cid")
    );
    columns.bind(1, std::string_view(table));
    std::vector<std::pair<std::int64_t, std::string>> key;
    for (;;) {
        DIPTYCH_TRY(auto const more, columns.step());
        if (!more) break;
        made.names.emplace_back(columns.text(0));
        if (columns.integer(1) > 0) key.emplace_back(columns.integer(1), columns.text(0));
    }
    std::ranges::sort(key);
    for (auto& [place, name] : key) made.key.push_back(std::move(name));
    if (made.key.empty() && !made.names.empty())
        return fail(errc::corrupt, "wrong_view", "table " + table + " has no primary key");
    return made;
}

result<std::string> schema_of(sqlite::database const& in) {
    DIPTYCH_TRY(
        auto rows,
        in.prepare(
            "select type, name, coalesce(sql, '') from sqlite_schema where " +
            std::string{is_of_view} + " order by type, name"
        )
    );
    std::string text;
    for (;;) {
        DIPTYCH_TRY(auto const more, rows.step());
        if (!more) return text;
        for (auto const column : {0, 1, 2}) text.append(rows.text(column)).push_back('\n');
    }
}

result<table_rows> table_rows::open(
    sqlite::database const& in, std::string const& table, table_columns const& columns
) {
    table_rows made;
    made.names_ = columns.names;
    std::string order;
    for (auto const& name : columns.key) {
        made.key_.push_back(
            static_cast<std::size_t>(std::ranges::find(made.names_, name) - made.names_.begin())
        );
        order += (order.empty() ? "" : ", ") + quoted_name(name);
    }
    std::string all;
    for (auto const& name : columns.names) all += (all.empty() ? "" : ", ") + quoted_name(name);
    DIPTYCH_TRY(
        made.rows_,
        in.prepare("select " + all + " from " + quoted_name(table) + " order by " + order)
    );
    DIPTYCH_TRY(made.next());
    return made;
}

result<void> table_rows::next() {
    DIPTYCH_TRY(auto const more, rows_.step());
    here_.reset();
    if (!more) return {};
    here_.emplace();
    for (std::size_t i = 0; i < names_.size(); ++i)
        here_->cells.push_back(cell_at(static_cast<int>(i)));
    for (auto const i : key_) here_->key.push_back(here_->cells[i]);
    return {};
}

std::string table_rows::as_json() const {
    json::writer out;
    out.begin_object();
    for (std::size_t i = 0; i < names_.size(); ++i) {
        out.key(names_[i]);
        write_cell(out, here_->cells[i]);
    }
    return out.end_object().text();
}

std::string table_rows::as_json(table const* declared) const {
    json::writer out;
    out.begin_object();
    for (std::size_t i = 0; i < names_.size(); ++i) {
        out.key(names_[i]);
        auto const* const column = declared == nullptr ? nullptr : declared->find(names_[i]);
        auto const& cell = here_->cells[i];
        if (column == nullptr || !is_written_otherwise(cell, column->type.kind)) {
            write_cell(out, cell);
            continue;
        }
        std::string text;
        append_value(text, rows_, static_cast<int>(i), column->type);
        out.raw(text);
    }
    return out.end_object().text();
}

found_cell table_rows::cell_at(int column) const {
    switch (sqlite3_column_type(rows_.raw(), column)) {
        case SQLITE_INTEGER:
            return rows_.integer(column);
        case SQLITE_FLOAT:
            return rows_.real(column);
        case SQLITE_TEXT:
            return std::string(rows_.text(column));
        case SQLITE_BLOB:
            return blob{std::string(rows_.blob(column))};
        default:
            return std::monostate{};
    }
}

}  // namespace diptych::read
