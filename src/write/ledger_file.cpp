#include "write/ledger_file.hpp"

#include "sqlite/file_trust.hpp"
#include "write/log_stamp.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

constexpr std::int64_t ledger_format = 1;

constexpr auto schema = R"(
create table meta (
    one integer primary key check (one = 1),
    format integer not null,
    stamp text not null,
    epoch integer not null,
    position integer not null,
    passed integer not null
) strict;
create table instance (
    name text primary key,
    started integer,
    last integer not null,
    reactions integer not null,
    finished integer
) strict, without rowid;
create index instance_by_last on instance (last);
create table correlation (
    id text primary key,
    instance text not null
) strict, without rowid;
create table slot (
    instance text not null,
    name text not null,
    id text not null,
    primary key (instance, name)
) strict, without rowid;
create table command (
    input integer not null,
    ordinal integer not null,
    instance text not null,
    id text not null unique,
    name text not null,
    body text not null,
    slot text not null,
    lane text not null,
    is_head integer not null,
    not_before integer not null,
    expires integer,
    ready integer not null,
    attempts integer not null,
    correlation_id text not null,
    causation_id text not null,
    traceparent text not null,
    primary key (input, ordinal)
) strict, without rowid;
create index command_by_lane on command (lane, input, ordinal);
create index command_by_instance on command (instance, input, ordinal);
create index command_by_ready on command (ready, input, ordinal) where is_head = 1;
create table timer (
    instance text not null,
    name text not null,
    due integer not null,
    started_by integer not null,
    correlation_id text not null,
    causation_id text not null,
    traceparent text not null,
    primary key (instance, name)
) strict, without rowid;
create index timer_by_due on timer (due);
create table parked (
    input integer primary key,
    instance text not null,
    is_head integer not null,
    is_dead integer not null,
    attempts integer not null,
    ready integer not null,
    kind text not null,
    code text not null,
    message text not null
) strict;
create index parked_by_instance on parked (instance, input);
create index parked_by_ready on parked (ready, input) where is_head = 1 and is_dead = 0;
)";

}  // namespace

result<ledger_file> ledger_file::open(sqlite::location const& file, log::sequenced_log const& log) {
    auto opened = open_as_it_is(file, log);
    auto const is_of_no_use =
        !opened && (opened.error().code == "other_log" || opened.error().kind == errc::corrupt ||
                    opened.error().code == "sql");
    if (!is_of_no_use) return opened;
    DIPTYCH_TRY(sqlite::remove(file));
    return open_as_it_is(file, log);
}

result<ledger_file> ledger_file::open_as_it_is(
    sqlite::location const& file, log::sequenced_log const& log
) {
    ledger_file made;
    DIPTYCH_TRY(
        made.database_,
        sqlite::database::open(file, {.cache_kib = 2 * 1024, .opens_without_room = true})
    );
    DIPTYCH_TRY(auto tables, made.database_.prepare("select count(*) from sqlite_schema"));
    DIPTYCH_TRY(tables.step());
    if (tables.integer(0) == 0) {
        tables.reset();
        DIPTYCH_TRY(made.lay_out());
        made.at_.epoch = log.end().epoch;
        return made;
    }
    DIPTYCH_TRY(auto const is_ours, made.read_checkpoint(log));
    if (!is_ours)
        return fail(errc::failed, "other_log", file.string() + " is not of this log as it is");
    // What is on its way when a life ends is not on its way in the next.
    DIPTYCH_TRY(
        made.database_.execute("update command set ready = not_before where ready <> not_before")
    );
    return made;
}

result<void> ledger_file::lay_out() {
    DIPTYCH_TRY(auto all, begin());
    DIPTYCH_TRY(database_.execute(schema));
    DIPTYCH_TRY(auto* const meta, sql("insert into meta values (1, ?1, '', 0, 0, 0)"));
    DIPTYCH_TRY(meta->bind(1, ledger_format).run());
    return all.commit();
}

result<bool> ledger_file::read_checkpoint(log::sequenced_log const& log) {
    DIPTYCH_TRY(auto* const meta, sql("select format, stamp, epoch, position, passed from meta"));
    DIPTYCH_TRY(auto const is_there, meta->step());
    if (!is_there || meta->integer(0) != ledger_format) return false;
    auto const end = log.durable_end();
    token const at{
        epoch{static_cast<std::uint32_t>(meta->integer(2))},
        position{static_cast<std::uint64_t>(meta->integer(3))}
    };
    passed_ = position{static_cast<std::uint64_t>(meta->integer(4))};
    auto const known = at.position.value == 0 ? std::optional(position{})
                                              : position_of_stamp(log, meta->text(1), end.position);
    meta->reset();
    if (known != at.position || passed_ > end.position) return false;
    at_ = at.position.value == 0 ? token{.epoch = end.epoch, .position = {}} : at;
    return true;
}

result<void> ledger_file::commit(
    sqlite::transaction& with, token at, position passed, log::sequenced_log const& log
) {
    DIPTYCH_TRY(auto const stamp, stamp_of(log, at.position));
    DIPTYCH_TRY(
        auto* const save, sql("update meta set stamp = ?1, epoch = ?2, position = ?3, passed = ?4")
    );
    save->bind(1, stamp)
        .bind(2, std::int64_t{at.epoch.value})
        .bind(3, static_cast<std::int64_t>(at.position.value))
        .bind(4, static_cast<std::int64_t>(passed.value));
    DIPTYCH_TRY(save->run());
    DIPTYCH_TRY(with.commit());
    at_ = at;
    passed_ = passed;
    return {};
}

}  // namespace diptych::write
