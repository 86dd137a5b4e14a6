#include "read/compare_tables.hpp"

#include "read/rewrite.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <sqlite3.h>
#include <utility>
#include <variant>

namespace diptych::read {

namespace {

// Neither SQLite's nor the engine's.
constexpr std::string_view is_of_view =
    "name not like 'sqlite\\_%' escape '\\' and name not like '\\_diptych%' escape '\\'";

struct blob {
    std::string bytes;
    auto operator<=>(blob const&) const = default;
};

// In the order of SQLite: null, numbers, texts, blobs. A column has one type.
using found_cell = std::variant<std::monostate, std::int64_t, double, std::string, blob>;

std::string in_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (auto const byte : bytes) {
        auto const value = static_cast<unsigned char>(byte);
        text += {digits[value >> 4], digits[value & 15]};
    }
    return text;
}

struct row {
    std::vector<found_cell> key;
    std::vector<found_cell> cells;
};

struct table_columns {
    std::vector<std::string> names;
    std::vector<std::string> key;

    bool has(std::string const& name) const {
        return std::ranges::find(names, name) != names.end();
    }
};

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

// The rows of a table by key.
class table_rows {
public:
    static result<table_rows> open(
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

    bool is_at_end() const { return !here_; }
    row const& here() const { return *here_; }

    result<void> next() {
        DIPTYCH_TRY(auto const more, rows_.step());
        here_.reset();
        if (!more) return {};
        here_.emplace();
        for (std::size_t i = 0; i < names_.size(); ++i)
            here_->cells.push_back(cell_at(static_cast<int>(i)));
        for (auto const i : key_) here_->key.push_back(here_->cells[i]);
        return {};
    }

    std::string as_json() const {
        json::writer out;
        out.begin_object();
        for (std::size_t i = 0; i < names_.size(); ++i) {
            out.key(names_[i]);
            auto const& one = here_->cells[i];
            if (auto const* const number = std::get_if<std::int64_t>(&one))
                out.value(*number);
            else if (auto const* const real = std::get_if<double>(&one))
                out.value(*real);
            else if (auto const* const text = std::get_if<std::string>(&one))
                out.value(*text);
            else if (auto const* const bytes = std::get_if<blob>(&one))
                out.value(in_hex(bytes->bytes));
            else
                out.null();
        }
        return out.end_object().text();
    }

private:
    found_cell cell_at(int column) const {
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

    std::vector<std::string> names_;
    std::vector<std::size_t> key_;
    sqlite::statement rows_;
    std::optional<row> here_;
};

class comparer {
public:
    comparer(std::size_t most, view_comparison& into) : most_(most), into_(into) {}

    result<void> compare(std::string const& table, table_rows expected, table_rows found) {
        while (!expected.is_at_end() || !found.is_at_end()) {
            auto const is_missing = found.is_at_end() || (!expected.is_at_end() &&
                                                          expected.here().key < found.here().key);
            auto const is_besides = expected.is_at_end() ||
                                    (!found.is_at_end() && found.here().key < expected.here().key);
            if (is_missing)
                tell(table, expected.as_json(), "");
            else if (is_besides)
                tell(table, "", found.as_json());
            else if (expected.here().cells != found.here().cells)
                tell(table, expected.as_json(), found.as_json());
            if (!is_besides) {
                ++into_.rows;
                DIPTYCH_TRY(expected.next());
            }
            if (!is_missing) {
                DIPTYCH_TRY(found.next());
            }
        }
        return {};
    }

private:
    void tell(std::string const& table, std::string expected, std::string found) {
        if (++into_.different > most_) return;
        into_.differences.push_back(
            {.table = table, .expected = std::move(expected), .found = std::move(found)}
        );
    }

    std::size_t most_;
    view_comparison& into_;
};

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

}  // namespace

result<void> compare_tables(
    sqlite::database const& expected,
    sqlite::database const& found,
    std::size_t differences_max,
    view_comparison& into
) {
    comparer both(differences_max, into);
    DIPTYCH_TRY(auto const tables, tables_of(expected));
    for (auto const& table : tables) {
        DIPTYCH_TRY(auto should, columns_of(expected, table));
        DIPTYCH_TRY(auto const is, columns_of(found, table));
        if (is.key != should.key) {
            into.only_expected.push_back(table);
            continue;
        }
        for (auto const& name : is.names)
            if (!should.has(name)) into.only_found.push_back(table + '.' + name);
        std::erase_if(should.names, [&](std::string const& name) {
            if (is.has(name)) return false;
            into.only_expected.push_back(table + '.' + name);
            return true;
        });
        DIPTYCH_TRY(auto first, table_rows::open(expected, table, should));
        DIPTYCH_TRY(auto second, table_rows::open(found, table, should));
        DIPTYCH_TRY(both.compare(table, std::move(first), std::move(second)));
    }
    DIPTYCH_TRY(auto const others, tables_of(found));
    for (auto const& table : others)
        if (std::ranges::find(tables, table) == tables.end()) into.only_found.push_back(table);
    return {};
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

}  // namespace diptych::read
