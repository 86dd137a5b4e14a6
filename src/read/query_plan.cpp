#include "read/query_plan.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>

namespace diptych::read {

namespace {

struct instruction {
    std::string name;
    std::int64_t p1;
    std::int64_t p2;
    std::int64_t p3;
};

using program = std::vector<instruction>;

result<program> program_of(sqlite::database const& on, std::string_view sql) {
    DIPTYCH_TRY(auto rows, on.prepare("explain " + std::string{sql}));
    program made;
    for (;;) {
        DIPTYCH_TRY(auto const more, rows.step());
        if (!more) return made;
        made.push_back(
            {.name = std::string{rows.text(1)},
             .p1 = rows.integer(2),
             .p2 = rows.integer(3),
             .p3 = rows.integer(4)}
        );
    }
}

result<std::map<std::int64_t, std::string>> tables_by_page(sqlite::database const& in) {
    DIPTYCH_TRY(
        auto rows, in.prepare("select rootpage, tbl_name from sqlite_schema where rootpage > 0")
    );
    std::map<std::int64_t, std::string> made;
    for (;;) {
        DIPTYCH_TRY(auto const more, rows.step());
        if (!more) return made;
        made.emplace(rows.integer(0), rows.text(1));
    }
}

// What SQLite 3.40 can jump with to its second operand, from inside of a loop.
bool jumps(instruction const& one) {
    constexpr std::array<std::string_view, 44> names{
        "DecrJumpZero", "ElseEq",    "Eq",        "Filter",    "Found",     "Ge",    "Gosub",
        "Goto",         "Gt",        "IdxGE",     "IdxGT",     "IdxLE",     "IdxLT", "If",
        "IfNoHope",     "IfNot",     "IfNotOpen", "IfNotZero", "IfNullRow", "IfPos", "IsNull",
        "IsType",       "Last",      "Le",        "Lt",        "MustBeInt", "Ne",    "Next",
        "NoConflict",   "NotExists", "NotFound",  "NotNull",   "Once",      "Prev",  "Rewind",
        "SeekGE",       "SeekGT",    "SeekLE",    "SeekLT",    "SeekRowid", "Sort",  "SorterSort",
        "VFilter",      "VNext",
    };
    return std::ranges::find(names, one.name) != names.end();
}

bool is_either(instruction const& one, std::string_view a, std::string_view b) {
    return one.name == a || one.name == b;
}

// Whether the loop that begins at `from` may come to the last row.
bool goes_on(program const& of, std::size_t from) {
    auto const cursor = of[from].p1;
    for (auto end = from + 1; end < of.size(); ++end) {
        if (!is_either(of[end], "Next", "Prev") || of[end].p1 != cursor) continue;
        if (!is_either(of[end - 1], "Goto", "DecrJumpZero")) return true;
        for (auto i = from + 1; i < end; ++i)
            if (jumps(of[i]) && of[i].p2 == static_cast<std::int64_t>(end)) return true;
        return false;
    }
    return false;
}

}  // namespace

result<std::vector<plan_step>> query_plan(sqlite::database const& on, std::string_view sql) {
    DIPTYCH_TRY(auto rows, on.prepare("explain query plan " + std::string{sql}));
    std::vector<plan_step> steps;
    std::map<std::int64_t, std::size_t> depths;
    for (;;) {
        DIPTYCH_TRY(auto const more, rows.step());
        if (!more) return steps;
        auto const above = depths.find(rows.integer(1));
        auto const depth = above == depths.end() ? 0 : above->second + 1;
        depths[rows.integer(0)] = depth;
        steps.push_back({.text = std::string{rows.text(3)}, .depth = depth});
    }
}

result<std::vector<std::string>> scanned_tables(sqlite::database const& on, std::string_view sql) {
    DIPTYCH_TRY(auto const steps, program_of(on, sql));
    DIPTYCH_TRY(auto const tables, tables_by_page(on));
    std::vector<std::string> found;
    auto const add = [&](std::int64_t page) {
        if (auto const table = tables.find(page); table != tables.end())
            found.push_back(table->second);
    };
    std::map<std::int64_t, std::int64_t> page_of;  // by cursor
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto const& one = steps[i];
        if (is_either(one, "OpenRead", "OpenWrite") || one.name == "ReopenIdx") {
            page_of[one.p1] = one.p2;
        } else if (is_either(one, "OpenEphemeral", "OpenAutoindex")) {
            page_of.erase(one.p1);
        } else if (one.name == "Clear") {
            // Of a table without rowid and its indexes; each has a page of its own.
            auto const table = tables.find(one.p1);
            if (table != tables.end() && (found.empty() || found.back() != table->second))
                add(one.p1);
        } else if (one.name == "Count" || (is_either(one, "Rewind", "Last") && goes_on(steps, i))) {
            if (auto const page = page_of.find(one.p1); page != page_of.end()) add(page->second);
        }
    }
    return found;
}

}  // namespace diptych::read
