#include "read/index_advice.hpp"

#include "read/query_plan.hpp"
#include "read/rewrite.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <array>
#include <span>
#include <sqlite3.h>
#include <utility>
#include <vector>

namespace diptych::read {

namespace {

constexpr std::string_view trial_name = "_diptych_trial";
constexpr std::size_t candidates_max = 16;

// The tokens of the normal form, names without quotes.
std::vector<std::string> words_of(statement_definition const& statement) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < statement.origins.size(); ++i) {
        auto const begin = statement.origins[i].first;
        auto const end = i + 1 < statement.origins.size() ? statement.origins[i + 1].first
                                                          : statement.sql.size();
        auto word = statement.sql.substr(begin, end - begin);
        while (word.ends_with(' ')) word.pop_back();
        if (word.size() > 2 && word.starts_with('"')) word = word.substr(1, word.size() - 2);
        words.push_back(std::move(word));
    }
    return words;
}

bool is_one_of(std::string_view word, std::span<std::string_view const> words) {
    return std::ranges::find(words, word) != words.end();
}

struct candidates {
    std::vector<std::string> equal;    // compared with =
    std::vector<std::string> between;  // compared with <, >, ...
    std::vector<std::string> named;    // anywhere: of order by, min, max
};

void add(std::vector<std::string>& to, std::string const& name) {
    if (to.size() < candidates_max && std::ranges::find(to, name) == to.end()) to.push_back(name);
}

candidates candidates_in(statement_definition const& statement, table const& of) {
    constexpr std::array<std::string_view, 4> equals{"=", "==", "is", "in"};
    constexpr std::array<std::string_view, 5> ranges{"<", "<=", ">", ">=", "between"};
    auto const words = words_of(statement);
    auto const at = [&](std::size_t i) { return i < words.size() ? words[i] : std::string{}; };
    candidates found;
    for (std::size_t i = 1; i < words.size(); ++i) {
        auto const* const column = of.find(words[i]);
        if (column == nullptr || column->type.kind == column_kind::json ||
            column->type.kind == column_kind::blob)
            continue;
        auto const before = words[i - 1] == "." && i >= 3 ? words[i - 3] : words[i - 1];
        auto const after = at(i + 1);
        if (is_one_of(after, equals) || is_one_of(before, equals))
            add(found.equal, words[i]);
        else if (is_one_of(after, ranges) || is_one_of(before, ranges))
            add(found.between, words[i]);
        add(found.named, words[i]);
    }
    return found;
}

class trials {
public:
    trials(sqlite::database const& on, statement_definition const& statement, table const& of)
        : on_(on), statement_(statement), of_(of) {}

    result<std::size_t> scans() const {
        DIPTYCH_TRY(auto const all, scanned_tables(on_, statement_.sql));
        return static_cast<std::size_t>(std::ranges::count(all, of_.name));
    }

    // Whether the plan looks up by the last of these columns.
    result<bool> is_used(std::vector<std::string> const& columns) const {
        return with(columns, [&]() -> result<bool> {
            DIPTYCH_TRY(auto const steps, query_plan(on_, statement_.sql));
            auto const index = "INDEX " + std::string{trial_name} + " (";
            return std::ranges::any_of(steps, [&](plan_step const& one) {
                auto const begin = one.text.find(index);
                if (begin == std::string::npos) return false;
                auto const terms = " AND " + one.text.substr(begin + index.size());
                return std::ranges::any_of(std::array{'=', '>', '<'}, [&](char sign) {
                    return terms.contains(" AND " + columns.back() + sign);
                });
            });
        });
    }

    // Whether there are fewer scans than without it.
    result<bool> helps(std::vector<std::string> const& columns, std::size_t before) const {
        return with(columns, [&]() -> result<bool> {
            DIPTYCH_TRY(auto const left, scans());
            return left < before;
        });
    }

private:
    template <class Look>
    result<bool> with(std::vector<std::string> const& columns, Look look) const {
        std::string list;
        for (auto const& one : columns) list += (list.empty() ? "" : ", ") + quoted_name(one);
        auto const name = quoted_name(trial_name);
        auto const made = on_.execute(
            "create index " + name + " on " + quoted_name(of_.name) + " (" + list + ")"
        );
        if (!made) return false;
        auto said = look();
        DIPTYCH_TRY(on_.execute("drop index " + name));
        return said;
    }

    sqlite::database const& on_;
    statement_definition const& statement_;
    table const& of_;
};

std::string free_name(view_definition const& view, std::vector<std::string> const& columns) {
    std::string name = "by";
    for (auto const& one : columns) name += '_' + one;
    auto const is_taken = [&](std::string const& one) {
        return std::ranges::find(view.indexes, one, &index::name) != view.indexes.end() ||
               std::ranges::find(view.tables, one, &table::name) != view.tables.end();
    };
    auto made = name;
    for (int i = 2; is_taken(made); ++i) made = name + '_' + std::to_string(i);
    return made;
}

std::string written(std::string const& name) {
    auto const is_plain = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    auto const is_keyword = sqlite3_keyword_check(name.data(), static_cast<int>(name.size())) != 0;
    auto const begins = !name.empty() && (name.front() < '0' || name.front() > '9');
    return is_plain && begins && !is_keyword ? name : quoted_name(name);
}

}  // namespace

result<std::optional<index>> index_for(
    sqlite::database const& empty,
    view_definition const& view,
    statement_definition const& statement,
    table const& of
) {
    trials const with{empty, statement, of};
    auto const may = candidates_in(statement, of);
    DIPTYCH_TRY(auto const before, with.scans());
    std::vector<std::string> chosen;
    auto const try_next = [&](std::string const& column) -> result<bool> {
        if (std::ranges::find(chosen, column) != chosen.end()) return false;
        chosen.push_back(column);
        DIPTYCH_TRY(auto const is_used, with.is_used(chosen));
        if (!is_used) chosen.pop_back();
        return is_used;
    };
    for (auto const& column : may.equal) DIPTYCH_TRY(try_next(column));
    for (auto const& column : may.between) {
        DIPTYCH_TRY(auto const is_used, try_next(column));
        if (is_used) break;  // what is behind a range is not looked up
    }
    auto helps = false;
    if (!chosen.empty()) {
        DIPTYCH_TRY(helps, with.helps(chosen, before));
    }
    for (std::size_t i = 0; i < may.named.size() && !helps; ++i) {
        if (std::ranges::find(chosen, may.named[i]) != chosen.end()) continue;
        chosen.push_back(may.named[i]);
        DIPTYCH_TRY(helps, with.helps(chosen, before));
        if (!helps) chosen.pop_back();
    }
    if (!helps) return std::optional<index>{};
    index made{.name = free_name(view, chosen), .table = of.name, .columns = {}};
    for (auto& column : chosen) made.columns.push_back({.name = std::move(column)});
    return std::optional{std::move(made)};
}

std::string to_sql(index const& one) {
    std::string columns;
    for (auto const& [name, keys, descending] : one.columns) {
        columns += (columns.empty() ? "" : ", ") + written(name);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            columns += i + 1 == keys.size() ? "->>'" : "->'";
            for (auto const c : keys[i]) columns.append(c == '\'' ? 2 : 1, c);
            columns += '\'';
        }
        if (descending) columns += " desc";
    }
    return (one.unique ? "create unique index " : "create index ") + written(one.name) + " on " +
           written(one.table) + " (" + columns + ");";
}

std::size_t mention_of(statement_definition const& statement, std::string_view table) {
    constexpr std::array<std::string_view, 4> before{"from", "join", ",", "update"};
    auto const words = words_of(statement);
    for (std::size_t i = 1; i < words.size(); ++i)
        if (words[i] == table && is_one_of(words[i - 1], before))
            return statement.origins[i].second;
    return statement.offset;
}

}  // namespace diptych::read
