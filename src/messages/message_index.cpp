#include "messages/message_index.hpp"

#include "messages/command_record.hpp"
#include "messages/message.hpp"
#include "sqlite/rows.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

#include <cstdint>

namespace diptych::messages {

namespace {

constexpr std::size_t index_page = 2'000;

constexpr auto index_tables = R"(
create table conversation (
    id text not null,
    position integer not null,
    primary key (id, position)
) strict, without rowid;
create table user_message (
    name text not null,
    position integer not null,
    primary key (name, position)
) strict, without rowid;
create table command (
    position integer primary key,
    name text not null,
    short_name text not null,
    outcome text not null
) strict;
create index command_by_name on command (name, position);
create index command_by_short_name on command (short_name, position);
create index command_by_outcome on command (outcome, position);
create table command_stream (
    name text not null,
    position integer not null,
    primary key (name, position)
) strict, without rowid;
)";

constexpr auto insert_conversation =
    "insert or ignore into conversation (id, position) values (?1, ?2)";
constexpr auto insert_user = "insert or ignore into user_message (name, position) values (?1, ?2)";
constexpr auto insert_stream =
    "insert or ignore into command_stream (name, position) values (?1, ?2)";

std::int64_t number_of(position at) { return static_cast<std::int64_t>(at.value); }

position position_of_row(sqlite::statement const& row) {
    return position{static_cast<std::uint64_t>(row.integer(0))};
}

std::string_view short_name(std::string_view name) { return name.substr(name.rfind('.') + 1); }

}  // namespace

result<message_index> message_index::open(
    sqlite::location const& file, log::sequenced_log const& log
) {
    DIPTYCH_TRY(auto opened, write::ledger_file::open(file, log, index_tables));
    return message_index(std::move(opened));
}

result<bool> message_index::catch_up(log::sequenced_log const& log) {
    DIPTYCH_TRY(
        auto const page,
        log.read({.what = {.engine_events = true}, .after = at().position, .limit = index_page})
    );
    if (page.empty()) return false;
    DIPTYCH_TRY(auto all, file_.begin());
    for (auto const& event : page) DIPTYCH_TRY(note(event, log));
    DIPTYCH_TRY(file_.commit(all, page.seen(), {}, log));
    return !page.at_end();
}

result<void> message_index::note(recorded_event const& event, log::sequenced_log const& log) {
    json::document metadata;
    if (metadata.read(event.metadata)) {
        auto const root = metadata.root();
        if (auto const id = root.find("correlation_id"); id && !id->text().empty()) {
            DIPTYCH_TRY(put(insert_conversation, id->text(), event.position));
        }
        if (auto const user = root.find("user"); user && !user->text().empty()) {
            DIPTYCH_TRY(put(insert_user, user->text(), event.position));
        }
    }
    return is_command_record(event.type) ? note_command(event, log) : result<void>{};
}

result<void> message_index::note_command(
    recorded_event const& event, log::sequenced_log const& log
) {
    auto const found = command_in(event);
    if (!found) return {};
    DIPTYCH_TRY(auto const told, whole_command(*found, log));
    DIPTYCH_TRY(
        auto* const insert, file_.sql("insert or replace into command values (?1, ?2, ?3, ?4)")
    );
    insert->bind(1, number_of(event.position))
        .bind(2, told.name)
        .bind(3, short_name(told.name))
        .bind(4, told.outcome);
    DIPTYCH_TRY(insert->run());
    for (auto const& stream : told.streams) DIPTYCH_TRY(put(insert_stream, stream, event.position));
    return told.user.empty() ? result<void>{} : put(insert_user, told.user, event.position);
}

result<void> message_index::put(std::string_view insert, std::string_view name, position at) {
    DIPTYCH_TRY(auto* const row, file_.sql(insert));
    return row->bind(1, name).bind(2, number_of(at)).run();
}

result<std::vector<position>> message_index::by_name(
    std::string_view select, std::string_view name, position_range const& of
) {
    DIPTYCH_TRY(auto* const found, file_.sql(select));
    found->bind(1, name).bind(2, number_of(of.after)).bind(3, static_cast<std::int64_t>(of.limit));
    return sqlite::all_rows(*found, position_of_row);
}

result<std::vector<position>> message_index::of_conversation(
    std::string_view id, position_range const& of
) {
    return by_name(
        "select position from conversation where id = ?1 and position > ?2 order by position limit "
        "?3",
        id,
        of
    );
}

result<std::vector<position>> message_index::of_user(
    std::string_view user, position_range const& of
) {
    return by_name(
        "select position from user_message where name = ?1 and position > ?2 order by position "
        "limit ?3",
        user,
        of
    );
}

result<std::vector<position>> message_index::commands(
    command_filter const& which, position_range const& of
) {
    auto const is_full = which.name.find('.') != std::string_view::npos;
    DIPTYCH_TRY(
        auto* const found,
        which.name.empty() && which.outcome.empty()
            ? file_.sql("select position from command where ?1 = '' and ?2 = '' and position > ?3 "
                        "order by position limit ?4")
        : which.name.empty()
            ? file_.sql("select position from command where ?1 = '' and outcome = ?2 and position "
                        "> ?3 order by position limit ?4")
        : is_full
            ? file_.sql("select position from command where name = ?1 and (?2 = '' or outcome = "
                        "?2) and position > ?3 order by position limit ?4")
            : file_.sql("select position from command where short_name = ?1 and (?2 = '' or "
                        "outcome = ?2) and position > ?3 order by position limit ?4")
    );
    found->bind(1, which.name)
        .bind(2, which.outcome)
        .bind(3, number_of(of.after))
        .bind(4, static_cast<std::int64_t>(of.limit));
    return sqlite::all_rows(*found, position_of_row);
}

result<std::vector<position>> message_index::commands_on(
    std::string_view stream, position_range const& of
) {
    return by_name(
        "select position from command_stream where name = ?1 and position > ?2 order by position "
        "limit ?3",
        stream,
        of
    );
}

}  // namespace diptych::messages
