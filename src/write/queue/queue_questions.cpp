// What is asked of a queue's ledger, and what it is told that is not in the log.
#include "base/planted_bug.hpp"
#include "sqlite/rows.hpp"
#include "write/queue/queue_ledger.hpp"
#include "write/record_text.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

constexpr std::string_view queued_columns =
    "position, id, name, body, key, priority, not_before, expires, caller, user, reason, "
    "correlation_id, causation_id, traceparent, attempts, is_dead, kind, code, message, "
    "command_id, is_ready, ready, case when is_head = 1 then '' else (select first.id from command "
    "first where first.lane = command.lane order by first.position limit 1) end";

timestamp time_of(sqlite::statement const& row, int column) {
    return timestamp{std::chrono::microseconds{row.integer(column)}};
}

std::string text_of(sqlite::statement const& row, int column) {
    return std::string(row.text(column));
}

queued_command queued_at(sqlite::statement const& row) {
    queued_command made{
        .id = text_of(row, 1),
        .name = text_of(row, 2),
        .body = text_of(row, 3),
        .key = text_of(row, 4),
        .priority = static_cast<int>(row.integer(5)),
        .command_id = text_of(row, 19),
        .caller = text_of(row, 8),
        .user = text_of(row, 9),
        .reason = text_of(row, 10),
        .about = {text_of(row, 11), text_of(row, 12), text_of(row, 13)},
        .at = position{static_cast<std::uint64_t>(row.integer(0))},
        .attempts = static_cast<int>(row.integer(14)),
        .is_dead = row.integer(15) != 0,
        .behind = text_of(row, 22),
        .why = {parse_errc(row.text(16)).value_or(errc::failed), text_of(row, 17), text_of(row, 18)}
    };
    if (row.integer(6) != 0) made.not_before = time_of(row, 6);
    if (!row.is_null(7)) made.expires = time_of(row, 7);
    if (row.integer(20) == 0 && made.attempts > 0) made.retry_at = time_of(row, 21);
    return made;
}

std::string select(std::string_view behind) {
    return "select " + std::string(queued_columns) + " from command " + std::string(behind);
}

}  // namespace

result<std::vector<queued_command>> queue_ledger::ready(
    timestamp now,
    std::size_t limit,
    std::function<bool(std::string const&)> const& is_taken,
    std::string_view name
) {
    std::lock_guard const lock(mutex_);
    static auto const of_all = select(
        "where is_head = 1 and is_dead = 0 and is_ready = 1 and is_here = 1 order by priority "
        "desc, position"
    );
    static auto const of_one = select(
        "where is_head = 1 and is_dead = 0 and is_ready = 1 and name = ?1 and (expires is null or "
        "expires > ?2) order by priority desc, position"
    );
    DIPTYCH_TRY(
        auto* const come,
        file_.sql("update command set is_ready = 1 where is_ready = 0 and ready <= ?1")
    );
    DIPTYCH_TRY(come->bind(1, microseconds_of(now)).run());
    DIPTYCH_TRY(auto* const rows, file_.sql(name.empty() ? of_all : of_one));
    if (!name.empty()) rows->bind(1, name).bind(2, microseconds_of(now));
    std::vector<queued_command> page;
    std::size_t bytes = 0;
    while (page.size() < limit && bytes < queue_page_bytes) {
        DIPTYCH_TRY(auto const is_there, rows->step());
        if (!is_there) break;
        if (is_taken(text_of(*rows, 1))) continue;  // its body, which may be large, is not read
        page.push_back(queued_at(*rows));
        bytes += page.back().body.size();
    }
    rows->reset();
    return page;
}

result<std::optional<timestamp>> queue_ledger::next_ready() {
    std::lock_guard const lock(mutex_);
    DIPTYCH_TRY(auto* const row, file_.sql("select min(ready) from command where is_ready = 0"));
    DIPTYCH_TRY(row->step());
    std::optional<timestamp> first;
    if (!row->is_null(0)) first = time_of(*row, 0);
    row->reset();
    return first;
}

result<void> queue_ledger::hold(
    std::string_view id, timestamp until, int attempts, error const& why
) {
    std::lock_guard const lock(mutex_);
    if (is_planted(bug::resting_passed)) {
        DIPTYCH_TRY(
            auto* const others,
            file_.sql(
                "update command set is_head = 1 where lane = (select lane from command where id "
                "= ?1)"
            )
        );
        DIPTYCH_TRY(others->bind(1, id).run());
    }
    DIPTYCH_TRY(
        auto* const update,
        file_.sql("update command set ready = ?2, is_ready = 0, attempts = ?3, kind = ?4, code = "
                  "?5, message = ?6 where id = ?1")
    );
    return update->bind(1, id)
        .bind(2, microseconds_of(until))
        .bind(3, std::int64_t{attempts})
        .bind(4, diptych::to_string(why.kind))
        .bind(5, why.code)
        .bind(6, why.message)
        .run();
}

result<std::uint64_t> queue_ledger::hurry(std::string_view id) {
    std::lock_guard const lock(mutex_);
    DIPTYCH_TRY(
        auto* const update,
        file_.sql(
            "update command set is_dead = 0, attempts = 0, is_ready = 1 where is_dead = 1 and "
            "(?1 = '' or id = ?1)"
        )
    );
    DIPTYCH_TRY(update->bind(1, id).run());
    auto const count = static_cast<std::uint64_t>(file_.changes());
    dead_ -= count;
    return count;
}

result<void> queue_ledger::end_rests() {
    std::lock_guard const lock(mutex_);
    DIPTYCH_TRY(
        auto* const update, file_.sql("update command set ready = not_before where is_ready = 0")
    );
    return update->run();
}

result<std::optional<queued_command>> queue_ledger::find(std::string_view id) {
    std::lock_guard const lock(mutex_);
    return command_of(id);
}

result<std::optional<queued_command>> queue_ledger::command_of(std::string_view id) {
    static auto const text = select("where id = ?1");
    DIPTYCH_TRY(auto* const row, file_.sql(text));
    return sqlite::first_row(row->bind(1, id), queued_at);
}

result<std::optional<queued_status>> queue_ledger::status(std::string_view id) {
    std::lock_guard const lock(mutex_);
    std::optional<queued_status> found;
    DIPTYCH_TRY(auto waiting, command_of(id));
    if (waiting) {
        auto const is_dead = waiting->is_dead;
        found.emplace(queued_status{
            .is = is_dead ? queued_status::state::dead : queued_status::state::waiting,
            .command = *std::move(waiting)
        });
        return found;
    }
    DIPTYCH_TRY(
        auto* const row, file_.sql("select name, position, state, answer from ended where id = ?1")
    );
    DIPTYCH_TRY(auto const is_there, row->bind(1, id).step());
    if (is_there)
        found.emplace(queued_status{
            .is = static_cast<queued_status::state>(row->integer(2)),
            .command =
                {.id = std::string(id),
                 .name = text_of(*row, 0),
                 .body = {},
                 .key = {},
                 .at = position{static_cast<std::uint64_t>(row->integer(1))}},
            .answer = text_of(*row, 3)
        });
    row->reset();
    return found;
}

result<std::vector<queued_command>> queue_ledger::list(
    bool only_dead, position after, std::size_t limit
) {
    std::lock_guard const lock(mutex_);
    static auto const of_all = select("where position > ?1 order by position limit ?2");
    static auto const of_dead =
        select("where is_dead = 1 and position > ?1 order by position limit ?2");
    DIPTYCH_TRY(auto* const rows, file_.sql(only_dead ? of_dead : of_all));
    rows->bind(1, static_cast<std::int64_t>(after.value)).bind(2, static_cast<std::int64_t>(limit));
    std::vector<queued_command> page;
    for (std::size_t bytes = 0; bytes < queue_page_bytes; bytes += page.back().body.size()) {
        DIPTYCH_TRY(auto const is_there, rows->step());
        if (!is_there) break;
        page.push_back(queued_at(*rows));
    }
    rows->reset();
    return page;
}

std::optional<error> queue_ledger::newest_death() {
    std::lock_guard const lock(mutex_);
    static auto const newest = select("where is_dead = 1 order by position desc limit 1");
    auto const row = file_.sql(newest);
    if (!row) return std::nullopt;
    auto const is_there = (*row)->step();
    std::optional<error> why;
    if (is_there && *is_there) {
        auto newest_one = queued_at(**row);
        why = std::move(newest_one.why);
        why->message = newest_one.id + " (" + newest_one.name + "): " + why->message;
    }
    (*row)->reset();
    return why;
}

result<std::optional<position>> queue_ledger::place_of(std::string_view id) {
    std::lock_guard const lock(mutex_);
    DIPTYCH_TRY(
        auto* const row,
        file_.sql("select position from command where id = ?1 union all select position from ended "
                  "where id = ?1 order by position desc limit 1")
    );
    return sqlite::first_row(row->bind(1, id), [](auto const& found) {
        return position{static_cast<std::uint64_t>(found.integer(0))};
    });
}

result<std::vector<std::string>> queue_ledger::names() {
    std::lock_guard const lock(mutex_);
    return all_names();
}

result<std::vector<std::string>> queue_ledger::all_names() {
    DIPTYCH_TRY(auto* const rows, file_.sql("select distinct name from command order by name"));
    return sqlite::all_rows(*rows, [](auto const& row) { return text_of(row, 0); });
}

// One look into the index for each name, however many commands wait.
result<std::vector<std::string>> queue_ledger::names_in_turn() {
    std::lock_guard const lock(mutex_);
    DIPTYCH_TRY(
        auto* const next,
        file_.sql("select min(name) from command where is_head = 1 and is_dead = 0 and is_ready = "
                  "1 and name > ?1")
    );
    std::vector<std::string> all;
    for (std::string after;; after = all.back()) {
        DIPTYCH_TRY(next->bind(1, after).step());
        auto const is_there = !next->is_null(0);
        if (is_there) all.push_back(text_of(*next, 0));
        next->reset();
        if (!is_there) return all;
    }
}

result<std::vector<queued_command>> queue_ledger::expired_elsewhere(
    timestamp now, std::size_t limit
) {
    std::lock_guard const lock(mutex_);
    static auto const text = select(
        "where is_head = 1 and is_dead = 0 and is_here = 0 and expires is not null and expires <= "
        "?1 order by expires limit ?2"
    );
    DIPTYCH_TRY(auto* const rows, file_.sql(text));
    rows->bind(1, microseconds_of(now)).bind(2, static_cast<std::int64_t>(limit));
    return sqlite::all_rows(*rows, queued_at);
}

result<bool> queue_ledger::forget(timestamp before) {
    std::lock_guard const lock(mutex_);
    constexpr std::int64_t at_once = 1'000;
    DIPTYCH_TRY(
        auto* const remove,
        file_.sql("delete from ended where id in (select id from ended where at < ?1 limit ?2)")
    );
    DIPTYCH_TRY(remove->bind(1, microseconds_of(before)).bind(2, at_once).run());
    return file_.changes() == at_once;
}

}  // namespace diptych::write
