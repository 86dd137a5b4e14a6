#include "read/case_cells.hpp"
#include "read/rewrite.hpp"
#include "read/row_json.hpp"
#include "read/view_case.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

namespace diptych::read {

namespace {

using literals = std::map<std::string, std::string, std::less<>>;  // by column, as SQL

struct wanted_row {
    literals cells = {};
    std::string json;
    std::size_t line = 0;
};

struct found_row {
    literals cells = {};
    std::map<std::string, std::string, std::less<>> shown = {};  // by column, as JSON
};

result<wanted_row> read_wanted(
    case_line const& line, table const& of, source const& in, bool is_exact, case_cells& cells
) {
    DIPTYCH_TRY(auto const document, json::parse(line.json));
    wanted_row made{.json = line.json, .line = place_of(in, line.offset).line};
    if (is_exact)
        for (auto const& column : of.columns) made.cells[column.name] = "NULL";
    for (auto const& [name, value] : document.root().members()) {
        auto const* const column = of.find(name);
        if (column == nullptr)
            return fail_at(in, line.offset, "no column '" + std::string{name} + "'");
        DIPTYCH_TRY(made.cells[column->name], cells.stored(value, column->type));
    }
    return made;
}

result<std::vector<found_row>> read_found(sqlite::database const& in, table const& of) {
    std::string plain;
    std::string quoted;
    std::string order;
    for (auto const& column : of.columns) {
        auto const name = quoted_name(column.name);
        plain += name + ", ";
        quoted += (quoted.empty() ? "" : ", ") + (column.type.kind == column_kind::json
                                                      ? "quote(json(" + name + "))"
                                                      : "quote(" + name + ")");
    }
    for (auto const& name : of.key) order += (order.empty() ? "" : ", ") + quoted_name(name);
    DIPTYCH_TRY(
        auto rows,
        in.prepare(
            "select " + plain + quoted + " from " + quoted_name(of.name) + " order by " + order
        )
    );
    std::vector<selected> columns;
    for (auto const& column : of.columns)
        columns.push_back({.what = {.of = &column, .type = column.type}, .name = column.name});
    std::vector<found_row> found;
    for (;;) {
        DIPTYCH_TRY(auto const more, rows.step());
        if (!more) return found;
        std::string json;
        append_row(json, rows, columns);
        DIPTYCH_TRY(auto const shown, json::parse(std::move(json)));
        auto& row = found.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            auto const& name = columns[i].name;
            row.cells[name] = rows.text(static_cast<int>(columns.size() + i));
            if (auto const value = shown.root().find(name)) row.shown[name] = value->raw();
        }
    }
}

bool agrees(wanted_row const& wanted, found_row const& found) {
    return std::ranges::all_of(wanted.cells, [&](auto const& cell) {
        return found.cells.at(cell.first) == cell.second;
    });
}

// Pairs wanted rows with found ones that agree, as many as can be: a wanted row that leaves columns
// out may give way to one that says more.
class pairing {
public:
    pairing(std::vector<wanted_row> const& wanted, std::vector<found_row> const& found)
        : wanted_(wanted), found_(found), partner_(found.size()) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            tried_.assign(found.size(), false);
            (void)place(i);
        }
    }

    std::optional<std::size_t> partner_of(std::size_t found) const { return partner_[found]; }
    bool is_placed(std::size_t wanted) const {
        return std::ranges::find(partner_, std::optional{wanted}) != partner_.end();
    }

private:
    bool place(std::size_t wanted) {
        for (std::size_t i = 0; i < found_.size(); ++i) {
            if (tried_[i] || !agrees(wanted_[wanted], found_[i])) continue;
            tried_[i] = true;
            if (partner_[i] && !place(*partner_[i])) continue;
            partner_[i] = wanted;
            return true;
        }
        return false;
    }

    std::vector<wanted_row> const& wanted_;
    std::vector<found_row> const& found_;
    std::vector<std::optional<std::size_t>> partner_;
    std::vector<bool> tried_;
};

// The columns that `like` names, or all if it is null, in the order of the table.
std::string shown_row(found_row const& row, table const& of, wanted_row const* like) {
    std::string text = "{";
    for (auto const& column : of.columns) {
        if (like != nullptr && !like->cells.contains(column.name)) continue;
        if (text.size() > 1) text += ',';
        json::append_quoted(text, column.name);
        text += ':' + row.shown.at(column.name);
    }
    return text + '}';
}

// The key, as far as it is wanted, says which found row is meant; else nothing does.
bool is_meant(wanted_row const& wanted, found_row const& found, table const& of) {
    return std::ranges::all_of(of.key, [&](std::string const& name) {
        auto const cell = wanted.cells.find(name);
        return cell != wanted.cells.end() && cell->second == found.cells.at(name);
    });
}

}  // namespace

result<std::vector<std::string>> row_differences(
    case_rows const& expected,
    view_definition const& view,
    source const& in,
    sqlite::database const& found
) {
    auto const of = std::ranges::find(view.tables, expected.table, &table::name);
    DIPTYCH_TRY(auto cells, case_cells::make());
    std::vector<wanted_row> wanted;
    for (auto const& line : expected.rows) {
        DIPTYCH_TRY(auto row, read_wanted(line, *of, in, expected.is_exact, cells));
        wanted.push_back(std::move(row));
    }
    DIPTYCH_TRY(auto const rows, read_found(found, *of));
    pairing const pairs{wanted, rows};
    std::vector<bool> is_told(rows.size());
    std::vector<std::string> lines;
    auto const at = [&](std::size_t line) { return in.file + ":" + std::to_string(line) + ": "; };
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (pairs.is_placed(i)) continue;
        lines.push_back(at(wanted[i].line) + "expected  " + wanted[i].json);
        auto instead = rows.size();
        for (std::size_t j = 0; j < rows.size(); ++j)
            if (!pairs.partner_of(j) && !is_told[j] && is_meant(wanted[i], rows[j], *of))
                instead = j;
        if (instead == rows.size()) {
            lines.push_back(at(wanted[i].line) + "found     no such row in " + of->name);
            continue;
        }
        is_told[instead] = true;
        lines.push_back(
            at(wanted[i].line) + "found     " + shown_row(rows[instead], *of, &wanted[i])
        );
    }
    auto const whole = at(place_of(in, expected.offset).line);
    for (std::size_t j = 0; j < rows.size(); ++j)
        if (!pairs.partner_of(j) && !is_told[j])
            lines.push_back(
                whole + "besides   " + shown_row(rows[j], *of, nullptr) + " in " + of->name
            );
    return lines;
}

}  // namespace diptych::read
