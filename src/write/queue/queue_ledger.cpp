#include "write/queue/queue_ledger.hpp"

#include "base/planted_bug.hpp"
#include "write/record_text.hpp"
#include "write/record_types.hpp"

#include <diptych/try.hpp>

#include <tuple>
#include <utility>

namespace diptych::write {

namespace {

constexpr std::size_t records_page = 1'000;

constexpr auto queue_tables = R"(
create table command (
    position integer primary key,
    id text not null unique,
    name text not null,
    body text not null,
    key text not null,
    lane text not null,
    is_head integer not null,
    is_dead integer not null,
    priority integer not null,
    not_before integer not null,
    expires integer,
    ready integer not null,
    is_ready integer not null,
    is_here integer not null,
    attempts integer not null,
    kind text not null,
    code text not null,
    message text not null,
    command_id text not null,
    caller text not null,
    user text not null,
    reason text not null,
    correlation_id text not null,
    causation_id text not null,
    traceparent text not null
) strict;
create index command_by_lane on command (lane, position);
create index command_by_turn on command (priority desc, position)
    where is_head = 1 and is_dead = 0 and is_ready = 1 and is_here = 1;
create index command_by_name on command (name, priority desc, position)
    where is_head = 1 and is_dead = 0 and is_ready = 1;
create index command_by_expiry on command (expires)
    where is_head = 1 and is_dead = 0 and is_here = 0 and expires is not null;
create index command_by_time on command (ready) where is_ready = 0;
create index command_by_dead on command (position) where is_dead = 1;
create table ended (
    id text primary key,
    name text not null,
    position integer not null,
    state integer not null,
    answer text not null,
    at integer not null
) strict, without rowid;
create index ended_by_time on ended (at);
)";

query records_of_queue() {
    return records_of(
        queue_category,
        {std::string(queued_type),
         std::string(accepted_type),
         std::string(refused_type),
         std::string(failed_type),
         std::string(parked_type),
         std::string(dropped_type)}
    );
}

queued_status::state state_of(std::string_view type) {
    using state = queued_status::state;
    if (type == accepted_type) return state::accepted;
    if (type == refused_type) return state::refused;
    return type == failed_type ? state::failed : state::dropped;
}

}  // namespace

std::string_view to_string(queued_status::state state) {
    switch (state) {
        case queued_status::state::waiting:
            return "waiting";
        case queued_status::state::accepted:
            return "accepted";
        case queued_status::state::refused:
            return "refused";
        case queued_status::state::failed:
            return "failed";
        case queued_status::state::dead:
            return "dead";
        case queued_status::state::dropped:
            return "dropped";
    }
    return "waiting";
}

result<std::shared_ptr<queue_ledger>> queue_ledger::open(
    sqlite::location const& file,
    log::sequenced_log const& log,
    std::function<bool(std::string_view)> is_here
) {
    DIPTYCH_TRY(auto opened, ledger_file::open(file, log, queue_tables));
    std::shared_ptr<queue_ledger> made(new queue_ledger(std::move(opened), std::move(is_here)));
    DIPTYCH_TRY(made->end_rests());  // those of another life
    std::lock_guard const lock(made->mutex_);
    DIPTYCH_TRY(made->count());
    DIPTYCH_TRY(made->note_who_executes());
    return made;
}

// Another program may have written the file.
result<void> queue_ledger::note_who_executes() {
    DIPTYCH_TRY(auto const all, all_names());
    for (auto const& name : all) {
        DIPTYCH_TRY(
            auto* const update,
            file_.sql("update command set is_here = ?2 where name = ?1 and is_here <> ?2")
        );
        DIPTYCH_TRY(update->bind(1, name).bind(2, std::int64_t{is_here_(name)}).run());
    }
    return {};
}

result<void> queue_ledger::count() {
    DIPTYCH_TRY(
        auto* const counts, file_.sql("select count(*), coalesce(sum(is_dead), 0) from command")
    );
    DIPTYCH_TRY(counts->step());
    size_ = static_cast<std::uint64_t>(counts->integer(0));
    dead_ = static_cast<std::uint64_t>(counts->integer(1));
    counts->reset();
    return {};
}

result<std::size_t> queue_ledger::catch_up(log::sequenced_log const& log) {
    auto const what = records_of_queue();
    for (std::size_t records = 0;;) {
        DIPTYCH_TRY(
            auto const page, log.read({.what = what, .after = at().position, .limit = records_page})
        );
        std::lock_guard const lock(mutex_);
        if (!page.empty()) {
            DIPTYCH_TRY(take(page, log));
        }
        records += page.size();
        at_ = page.seen();
        if (page.empty() || page.at_end()) return records;
    }
}

result<void> queue_ledger::take(page const& records, log::sequenced_log const& log) {
    DIPTYCH_TRY(auto all, file_.begin());
    auto const counted = std::pair{size_, dead_};
    auto done = result<void>{};
    for (auto const& event : records) {
        done = fold(event);
        if (!done) break;
    }
    if (done) done = file_.commit(all, records.seen(), {}, log);
    if (!done) std::tie(size_, dead_) = counted;
    return done;
}

token queue_ledger::at() const {
    std::lock_guard const lock(mutex_);
    return at_;
}

bool queue_ledger::is_lost() const {
    std::lock_guard const lock(mutex_);
    return file_.is_lost();
}

std::uint64_t queue_ledger::size() const {
    std::lock_guard const lock(mutex_);
    return size_;
}

std::uint64_t queue_ledger::dead() const {
    std::lock_guard const lock(mutex_);
    return dead_;
}

result<void> queue_ledger::fold(recorded_event const& event) {
    if (event.type == queued_type) {
        auto const command = parse_queued(event);
        return command ? add(*command) : result<void>{};  // one that can not be read stops no other
    }
    auto const read = parse_queue_record(event);
    if (!read) return {};
    auto const& how = *read;
    if (event.type != parked_type) return end(event, how);
    if (is_planted(bug::dead_passed)) {
        DIPTYCH_TRY(
            auto* const others,
            file_.sql(
                "update command set is_head = 1 where lane = (select lane from command where id "
                "= ?1)"
            )
        );
        DIPTYCH_TRY(others->bind(1, how.id).run());
    }
    DIPTYCH_TRY(
        auto* const update,
        file_.sql("update command set is_dead = 1, attempts = ?2, kind = ?3, code = ?4, message = "
                  "?5 where id = ?1 and is_dead = 0")
    );
    update->bind(1, how.id)
        .bind(2, std::int64_t{how.attempts})
        .bind(3, diptych::to_string(how.why.kind))
        .bind(4, how.why.code)
        .bind(5, how.why.message);
    DIPTYCH_TRY(update->run());
    dead_ += static_cast<std::uint64_t>(file_.changes());
    return {};
}

result<void> queue_ledger::add(queued_command const& command) {
    DIPTYCH_TRY(
        auto* const insert,
        file_.sql(
            "insert or ignore into command values (?1, ?2, ?3, ?4, ?5, ?6, not exists "
            "(select 1 from command where lane = ?6), 0, ?7, ?8, ?9, ?8, ?8 = 0, ?17, 0, '', '', "
            "'', ?16, ?10, ?11, ?12, ?13, ?14, ?15)"
        )
    );
    auto const lane = lane_of(command);
    insert->bind(1, static_cast<std::int64_t>(command.at.value))
        .bind(2, command.id)
        .bind(3, command.name)
        .bind(4, command.body)
        .bind(5, command.key)
        .bind(6, lane)
        .bind(7, std::int64_t{command.priority})
        .bind(8, command.not_before ? microseconds_of(*command.not_before) : 0)
        .bind(10, command.caller)
        .bind(11, command.user)
        .bind(12, command.reason)
        .bind(13, command.about.correlation_id)
        .bind(14, command.about.causation_id)
        .bind(15, command.about.traceparent)
        .bind(16, command.command_id)
        .bind(17, std::int64_t{is_here_(command.name)});
    if (command.expires)
        insert->bind(9, microseconds_of(*command.expires));
    else
        insert->bind_null(9);
    DIPTYCH_TRY(insert->run());
    size_ += static_cast<std::uint64_t>(file_.changes());
    return {};
}

result<void> queue_ledger::end(recorded_event const& event, queue_record const& how) {
    DIPTYCH_TRY(
        auto* const remove,
        file_.sql("delete from command where id = ?1 returning lane, name, position, is_dead")
    );
    DIPTYCH_TRY(auto const was_there, remove->bind(1, how.id).step());
    if (!was_there) return remove->reset(), result<void>{};
    auto const lane = std::string(remove->text(0));
    auto const name = std::string(remove->text(1));
    auto const position = remove->integer(2);
    if (remove->integer(3) != 0) --dead_;
    --size_;
    DIPTYCH_TRY(remove->step());
    remove->reset();
    DIPTYCH_TRY(
        auto* const next,
        file_.sql("update command set is_head = 1 where position = (select min(position) from "
                  "command where lane = ?1)")
    );
    DIPTYCH_TRY(next->bind(1, lane).run());
    DIPTYCH_TRY(
        auto* const insert,
        file_.sql("insert or replace into ended values (?1, ?2, ?3, ?4, ?5, ?6)")
    );
    return insert->bind(1, how.id)
        .bind(2, name)
        .bind(3, position)
        .bind(4, static_cast<std::int64_t>(state_of(event.type)))
        .bind(5, how.answer)
        .bind(6, microseconds_of(event.recorded_at))
        .run();
}

}  // namespace diptych::write
