#include "read/compare_tables.hpp"

#include "read/table_rows.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace diptych::read {

namespace {

class comparer {
public:
    comparer(
        std::size_t most,
        view_definition const& expected,
        view_definition const& found,
        view_comparison& into
    )
        : most_(most), expected_(expected), found_(found), into_(into) {}

    result<void> compare(std::string const& table, table_rows expected, table_rows found) {
        while (!expected.is_at_end() || !found.is_at_end()) {
            auto const is_missing = found.is_at_end() || (!expected.is_at_end() &&
                                                          expected.here().key < found.here().key);
            auto const is_besides = expected.is_at_end() ||
                                    (!found.is_at_end() && found.here().key < expected.here().key);
            if (is_missing)
                tell(table, as_json(expected, expected_, table), "");
            else if (is_besides)
                tell(table, "", as_json(found, found_, table));
            else if (expected.here().cells != found.here().cells)
                tell(table, as_json(expected, expected_, table), as_json(found, found_, table));
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
    // Of those that nobody will see, nothing.
    std::string as_json(
        table_rows const& row, view_definition const& declared, std::string const& name
    ) const {
        return into_.different < most_ ? row.as_json(declared.find(name)) : std::string{};
    }

    void tell(std::string const& table, std::string expected, std::string found) {
        if (++into_.different > most_) return;
        into_.differences.push_back(
            {.table = table, .expected = std::move(expected), .found = std::move(found)}
        );
    }

    std::size_t most_;
    view_definition const& expected_;
    view_definition const& found_;
    view_comparison& into_;
};

}  // namespace

result<void> compare_tables(
    compared_side const& expected,
    compared_side const& found,
    std::size_t differences_max,
    view_comparison& into
) {
    comparer both(differences_max, expected.declared, found.declared, into);
    DIPTYCH_TRY(auto const tables, tables_of(expected.rows));
    for (auto const& table : tables) {
        DIPTYCH_TRY(auto should, columns_of(expected.rows, table));
        DIPTYCH_TRY(auto const is, columns_of(found.rows, table));
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
        DIPTYCH_TRY(auto first, table_rows::open(expected.rows, table, should));
        DIPTYCH_TRY(auto second, table_rows::open(found.rows, table, should));
        DIPTYCH_TRY(both.compare(table, std::move(first), std::move(second)));
    }
    DIPTYCH_TRY(auto const others, tables_of(found.rows));
    for (auto const& table : others)
        if (std::ranges::find(tables, table) == tables.end()) into.only_found.push_back(table);
    return {};
}

}  // namespace diptych::read
