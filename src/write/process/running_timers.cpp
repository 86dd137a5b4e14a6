#include "write/process/running_timers.hpp"

#include "sqlite/rows.hpp"
#include "write/record_text.hpp"

#include <diptych/try.hpp>

#include <string>

namespace diptych::write {

namespace {

running_timer timer_at(sqlite::statement const& row) {
    return {
        .instance = std::string(row.text(0)),
        .name = std::string(row.text(1)),
        .due = timestamp{std::chrono::microseconds{row.integer(2)}},
        .started_by = position{static_cast<std::uint64_t>(row.integer(3))},
        .about =
            {.correlation_id = std::string(row.text(4)),
             .causation_id = std::string(row.text(5)),
             .traceparent = std::string(row.text(6))}
    };
}

}  // namespace

result<void> running_timers::load(ledger_file& in) {
    DIPTYCH_TRY(auto* const count, in.sql("select count(*) from timer"));
    DIPTYCH_TRY(count->step());
    size_ = static_cast<std::uint64_t>(count->integer(0));
    count->reset();
    return {};
}

result<void> running_timers::start(ledger_file& in, running_timer const& timer) {
    DIPTYCH_TRY(stop(in, timer.instance, timer.name));
    DIPTYCH_TRY(
        auto* const insert, in.sql("insert into timer values (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    );
    insert->bind(1, timer.instance)
        .bind(2, timer.name)
        .bind(3, microseconds_of(timer.due))
        .bind(4, static_cast<std::int64_t>(timer.started_by.value))
        .bind(5, timer.about.correlation_id)
        .bind(6, timer.about.causation_id)
        .bind(7, timer.about.traceparent);
    DIPTYCH_TRY(insert->run());
    ++size_;
    return {};
}

result<void> running_timers::count_removed(ledger_file& in, sqlite::statement& remove) {
    DIPTYCH_TRY(remove.run());
    size_ -= static_cast<std::uint64_t>(in.changes());
    return {};
}

result<void> running_timers::stop(
    ledger_file& in, std::string_view instance, std::string_view name
) {
    DIPTYCH_TRY(auto* const remove, in.sql("delete from timer where instance = ?1 and name = ?2"));
    return count_removed(in, remove->bind(1, instance).bind(2, name));
}

result<void> running_timers::stop_all(ledger_file& in, std::string_view instance) {
    DIPTYCH_TRY(auto* const remove, in.sql("delete from timer where instance = ?1"));
    return count_removed(in, remove->bind(1, instance));
}

result<void> running_timers::fired(ledger_file& in, running_timer const& timer) {
    DIPTYCH_TRY(
        auto* const remove,
        in.sql("delete from timer where instance = ?1 and name = ?2 and started_by = ?3")
    );
    remove->bind(1, timer.instance)
        .bind(2, timer.name)
        .bind(3, static_cast<std::int64_t>(timer.started_by.value));
    return count_removed(in, *remove);
}

result<std::vector<running_timer>> running_timers::due(
    ledger_file& in, timestamp now, std::size_t limit
) const {
    DIPTYCH_TRY(
        auto* const rows,
        in.sql("select * from timer where due <= ?1 order by due, instance, name limit ?2")
    );
    rows->bind(1, microseconds_of(now)).bind(2, static_cast<std::int64_t>(limit));
    return sqlite::all_rows(*rows, timer_at);
}

result<std::optional<timestamp>> running_timers::next(ledger_file& in) const {
    DIPTYCH_TRY(auto* const row, in.sql("select min(due) from timer"));
    DIPTYCH_TRY(row->step());
    std::optional<timestamp> first;
    if (!row->is_null(0)) first = timestamp{std::chrono::microseconds{row->integer(0)}};
    row->reset();
    return first;
}

result<std::vector<running_timer>> running_timers::of(
    ledger_file& in, std::string_view instance, std::size_t limit
) const {
    DIPTYCH_TRY(
        auto* const rows, in.sql("select * from timer where instance = ?1 order by due limit ?2")
    );
    rows->bind(1, instance).bind(2, static_cast<std::int64_t>(limit));
    return sqlite::all_rows(*rows, timer_at);
}

}  // namespace diptych::write
