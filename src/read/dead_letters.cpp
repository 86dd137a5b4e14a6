#include "read/dead_letters.hpp"

#include <diptych/try.hpp>

namespace diptych::read {

namespace {

constexpr char const* create_all =
    "create table _diptych_parking (one int primary key check (one = 1), parked int not null, "
    "ever int not null, changes int not null, diverged int not null, rule text not null) strict;"
    "create table _diptych_dead_letters (position integer primary key, type text not null, stream "
    "text not null, code text not null, reason text not null, attempts int not null, parked_at int "
    "not null, behind int) strict;"
    "create table _diptych_parked_keys (key text not null, position int not null, primary key "
    "(key, position)) strict, without rowid;"
    "create index _diptych_keys_of_parked on _diptych_parked_keys (position);"
    "insert into _diptych_parking values (1, 0, 0, 0, 0, '')";

// Dead letters, of a row each.
std::string select_from(std::string_view tables) {
    return "select d.position, type, stream, code, reason, attempts, parked_at, behind from " +
           std::string{tables};
}

constexpr std::string_view behind_a_position =
    "_diptych_dead_letters d where d.position > ?1 order by 1 limit ";

std::int64_t number(position at) { return static_cast<std::int64_t>(at.value); }

position position_in(sqlite::statement const& row, int column) {
    return position{static_cast<std::uint64_t>(row.integer(column))};
}

dead_letter letter_in(sqlite::statement const& row) {
    dead_letter made{
        .at = position_in(row, 0),
        .type = std::string{row.text(1)},
        .stream = std::string{row.text(2)},
        .code = std::string{row.text(3)},
        .reason = std::string{row.text(4)},
        .attempts = static_cast<int>(row.integer(5)),
        .parked_at = timestamp{std::chrono::microseconds{row.integer(6)}},
    };
    if (!row.is_null(7)) made.behind = position_in(row, 7);
    return made;
}

result<void> prepare_once(
    sqlite::database const& in, sqlite::statement& with, std::string_view sql
) {
    if (with.raw() != nullptr) return {};
    DIPTYCH_TRY(with, in.prepare(sql));
    return {};
}

result<std::optional<dead_letter>> only_row(sqlite::statement& rows) {
    DIPTYCH_TRY(auto const there, rows.step());
    std::optional<dead_letter> found;
    if (there) found = letter_in(rows);
    rows.reset();
    return found;
}

}  // namespace

result<void> create_dead_letters(sqlite::database const& in) { return in.execute(create_all); }

result<parking_state> read_parking(sqlite::database const& in) {
    DIPTYCH_TRY(
        auto row, in.prepare("select parked, ever, changes, diverged, rule from _diptych_parking")
    );
    DIPTYCH_TRY(auto const there, row.step());
    if (!there) return fail(errc::corrupt, "not_a_view", "_diptych_parking has no row");
    return parking_state{
        .parked = static_cast<std::uint64_t>(row.integer(0)),
        .ever = static_cast<std::uint64_t>(row.integer(1)),
        .changes = static_cast<std::uint64_t>(row.integer(2)),
        .is_diverged = row.integer(3) != 0,
        .rule = std::string{row.text(4)},
    };
}

result<void> write_parking(sqlite::database const& in, parking_state const& state) {
    DIPTYCH_TRY(
        auto save,
        in.prepare("update _diptych_parking set parked = ?1, ever = ?2, changes = ?3, diverged = "
                   "?4, rule = ?5")
    );
    return save.bind(1, static_cast<std::int64_t>(state.parked))
        .bind(2, static_cast<std::int64_t>(state.ever))
        .bind(3, static_cast<std::int64_t>(state.changes))
        .bind(4, std::int64_t{state.is_diverged ? 1 : 0})
        .bind(5, std::string_view{state.rule})
        .run();
}

result<std::vector<dead_letter>> list_dead_letters(
    sqlite::database const& in, position after, std::size_t limit
) {
    DIPTYCH_TRY(auto rows, in.prepare(select_from(behind_a_position) + "?2"));
    rows.bind(1, number(after)).bind(2, static_cast<std::int64_t>(limit));
    std::vector<dead_letter> list;
    while (true) {
        DIPTYCH_TRY(auto const there, rows.step());
        if (!there) return list;
        list.push_back(letter_in(rows));
    }
}

result<std::optional<dead_letter>> find_dead_letter(sqlite::database const& in, position at) {
    if (at.value == 0) return std::nullopt;
    DIPTYCH_TRY(auto found, list_dead_letters(in, position{at.value - 1}, 1));
    if (found.empty() || found.front().at != at) return std::nullopt;
    return std::move(found.front());
}

result<void> dead_letters::add(dead_letter const& one, event_keys const& keys) {
    DIPTYCH_TRY(prepare_once(
        in_, add_, "insert into _diptych_dead_letters values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
    ));
    add_.bind(1, number(one.at))
        .bind(2, std::string_view{one.type})
        .bind(3, std::string_view{one.stream})
        .bind(4, std::string_view{one.code})
        .bind(5, std::string_view{one.reason})
        .bind(6, std::int64_t{one.attempts})
        .bind(7, std::int64_t{one.parked_at.time_since_epoch().count()});
    if (one.behind) add_.bind(8, number(*one.behind));
    DIPTYCH_TRY(add_.run());
    return add_keys(one.at, keys);
}

result<void> dead_letters::add_keys(position at, event_keys const& keys) {
    DIPTYCH_TRY(prepare_once(in_, add_key_, "insert into _diptych_parked_keys values (?1, ?2)"));
    for (auto const& key : keys)
        DIPTYCH_TRY(add_key_.bind(1, std::string_view{key}).bind(2, number(at)).run());
    return {};
}

result<std::optional<dead_letter>> dead_letters::first_with(std::string_view key, position before) {
    DIPTYCH_TRY(prepare_once(
        in_,
        first_with_,
        select_from("_diptych_parked_keys k join _diptych_dead_letters d on d.position = "
                    "k.position where k.key = ?1 and k.position < ?2 order by k.position limit 1")
    ));
    first_with_.bind(1, key).bind(2, number(before));
    return only_row(first_with_);
}

result<std::optional<dead_letter>> dead_letters::next(position after) {
    DIPTYCH_TRY(prepare_once(in_, next_, select_from(behind_a_position) + "1"));
    next_.bind(1, number(after));
    return only_row(next_);
}

result<event_keys> dead_letters::keys_of(position at) {
    DIPTYCH_TRY(prepare_once(
        in_, keys_, "select key from _diptych_parked_keys where position = ?1 order by key"
    ));
    keys_.bind(1, number(at));
    event_keys list;
    while (true) {
        DIPTYCH_TRY(auto const there, keys_.step());
        if (!there) break;
        list.emplace_back(keys_.text(0));
    }
    keys_.reset();
    return list;
}

result<void> dead_letters::change(dead_letter const& one) {
    DIPTYCH_TRY(prepare_once(
        in_,
        change_,
        "update _diptych_dead_letters set code = ?2, reason = ?3, attempts = ?4, behind = ?5 where "
        "position = ?1"
    ));
    change_.bind(1, number(one.at))
        .bind(2, std::string_view{one.code})
        .bind(3, std::string_view{one.reason})
        .bind(4, std::int64_t{one.attempts});
    if (one.behind) change_.bind(5, number(*one.behind));
    return change_.run();
}

result<void> dead_letters::run(sqlite::statement& with, char const* sql, position at) {
    DIPTYCH_TRY(prepare_once(in_, with, sql));
    return with.bind(1, number(at)).run();
}

result<void> dead_letters::remove(position at) {
    DIPTYCH_TRY(run(remove_keys_, "delete from _diptych_parked_keys where position = ?1", at));
    return run(remove_, "delete from _diptych_dead_letters where position = ?1", at);
}

result<void> dead_letters::remove_all() {
    DIPTYCH_TRY(remove_all_keys());
    return in_.execute("delete from _diptych_dead_letters");
}

result<void> dead_letters::remove_all_keys() {
    return in_.execute("delete from _diptych_parked_keys");
}

}  // namespace diptych::read
