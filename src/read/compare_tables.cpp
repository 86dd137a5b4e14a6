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

// The rows of a table by key.
class table_rows {
public:
    static result<table_rows> open(sqlite::database const& in, std::string const& table) {
        table_rows made;
        DIPTYCH_TRY(
            auto columns, in.prepare("select name, pk from pragma_table_info(?1) order by cid")
        );
        columns.bind(1, std::string_view(table));
        std::vector<std::pair<std::int64_t, std::size_t>> key;
        for (;;) {
            DIPTYCH_TRY(auto const more, columns.step());
            if (!more) break;
            if (columns.integer(1) > 0) key.emplace_back(columns.integer(1), made.names_.size());
            made.names_.emplace_back(columns.text(0));
        }
        std::ranges::sort(key);
        std::string order;
        for (auto const& [place, column] : key) {
            made.key_.push_back(column);
            order += (order.empty() ? "" : ", ") + quoted_name(made.names_[column]);
        }
        if (order.empty())
            return fail(errc::corrupt, "wrong_view", "table " + table + " has no primary key");
        DIPTYCH_TRY(
            made.rows_, in.prepare("select * from " + quoted_name(table) + " order by " + order)
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

}  // namespace

result<void> compare_tables(
    sqlite::database const& expected,
    sqlite::database const& found,
    std::size_t differences_max,
    view_comparison& into
) {
    DIPTYCH_TRY(
        auto tables,
        expected.prepare("select name from sqlite_schema where type = 'table' and name not like "
                         "'sqlite\\_%' escape '\\' and name not like '\\_diptych%' escape '\\' "
                         "order by name")
    );
    comparer both(differences_max, into);
    for (;;) {
        DIPTYCH_TRY(auto const more, tables.step());
        if (!more) return {};
        std::string const table(tables.text(0));
        DIPTYCH_TRY(auto should, table_rows::open(expected, table));
        DIPTYCH_TRY(auto is, table_rows::open(found, table));
        DIPTYCH_TRY(both.compare(table, std::move(should), std::move(is)));
    }
}

result<std::string> schema_of(sqlite::database const& in) {
    DIPTYCH_TRY(
        auto rows,
        in.prepare("select type, name, coalesce(sql, '') from sqlite_schema "
                   "where name not like 'sqlite\\_%' escape '\\' order by type, name")
    );
    std::string text;
    for (;;) {
        DIPTYCH_TRY(auto const more, rows.step());
        if (!more) return text;
        for (auto const column : {0, 1, 2}) text.append(rows.text(column)).push_back('\n');
    }
}

}  // namespace diptych::read
