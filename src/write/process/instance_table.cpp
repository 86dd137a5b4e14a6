#include "write/process/instance_table.hpp"

#include "sqlite/rows.hpp"

#include <diptych/try.hpp>

namespace diptych::write {

namespace {

std::int64_t stored(position at) { return static_cast<std::int64_t>(at.value); }

std::optional<position> position_at(sqlite::statement const& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return position{static_cast<std::uint64_t>(row.integer(column))};
}

process_instance instance_at(sqlite::statement const& row) {
    return {
        .name = std::string(row.text(0)),
        .started = position_at(row, 1),
        .last = position{static_cast<std::uint64_t>(row.integer(2))},
        .reactions = static_cast<std::uint64_t>(row.integer(3)),
        .finished = position_at(row, 4)
    };
}

result<std::optional<std::string>> one_text(sqlite::statement& row) {
    DIPTYCH_TRY(auto const is_there, row.step());
    std::optional<std::string> found;
    if (is_there) found = std::string(row.text(0));
    row.reset();
    return found;
}

std::string_view list_query(instance_table::filter which) {
    using filter = instance_table::filter;
    switch (which) {
        case filter::running:
            return "select * from instance where name > ?1 and finished is null order by name "
                   "limit ?2";
        case filter::finished:
            return "select * from instance where name > ?1 and finished is not null order by name "
                   "limit ?2";
        case filter::parked:
            return "select * from instance where name > ?1 and exists (select 1 from parked where "
                   "parked.instance = name) order by name limit ?2";
        case filter::all:
            break;
    }
    return "select * from instance where name > ?1 order by name limit ?2";
}

}  // namespace

result<void> instance_table::load(ledger_file& in) {
    DIPTYCH_TRY(auto* const counts, in.sql("select count(*), count(finished) from instance"));
    DIPTYCH_TRY(counts->step());
    size_ = static_cast<std::uint64_t>(counts->integer(0));
    finished_ = static_cast<std::uint64_t>(counts->integer(1));
    counts->reset();
    return {};
}

result<void> instance_table::note_record(ledger_file& in, std::string_view instance, position at) {
    DIPTYCH_TRY(auto* const update, in.sql("update instance set last = ?2 where name = ?1"));
    DIPTYCH_TRY(update->bind(1, instance).bind(2, stored(at)).run());
    if (in.changes() > 0) return {};
    DIPTYCH_TRY(auto* const insert, in.sql("insert into instance values (?1, null, ?2, 0, null)"));
    DIPTYCH_TRY(insert->bind(1, instance).bind(2, stored(at)).run());
    ++size_;
    return {};
}

result<void> instance_table::note_reaction(
    ledger_file& in, std::string_view instance, reaction_record const& what, position at
) {
    DIPTYCH_TRY(note_record(in, instance, at));
    DIPTYCH_TRY(
        auto* const update,
        in.sql("update instance set started = coalesce(started, ?2), reactions = reactions + 1, "
               "finished = coalesce(finished, ?3) where name = ?1")
    );
    update->bind(1, instance).bind(2, stored(what.input));
    if (what.finish)
        update->bind(3, stored(what.input));
    else
        update->bind_null(3);
    DIPTYCH_TRY(update->run());
    if (what.finish) ++finished_;
    for (auto const& id : what.correlate) {
        DIPTYCH_TRY(
            auto* const insert, in.sql("insert or replace into correlation values (?1, ?2)")
        );
        DIPTYCH_TRY(insert->bind(1, id).bind(2, instance).run());
    }
    for (auto const& command : what.commands) {
        if (command.slot.empty()) continue;
        DIPTYCH_TRY(auto* const insert, in.sql("insert or replace into slot values (?1, ?2, ?3)"));
        DIPTYCH_TRY(insert->bind(1, instance).bind(2, command.slot).bind(3, command.id).run());
    }
    return {};
}

result<std::optional<process_instance>> instance_table::find(
    ledger_file& in, std::string_view instance
) const {
    DIPTYCH_TRY(auto* const row, in.sql("select * from instance where name = ?1"));
    return sqlite::first_row(row->bind(1, instance), instance_at);
}

result<std::optional<std::string>> instance_table::correlated(ledger_file& in, std::string_view id)
    const {
    DIPTYCH_TRY(auto* const row, in.sql("select instance from correlation where id = ?1"));
    return one_text(row->bind(1, id));
}

result<std::optional<std::string>> instance_table::latest(
    ledger_file& in, std::string_view instance, std::string_view slot
) const {
    DIPTYCH_TRY(auto* const row, in.sql("select id from slot where instance = ?1 and name = ?2"));
    return one_text(row->bind(1, instance).bind(2, slot));
}

result<std::vector<process_instance>> instance_table::list(
    ledger_file& in, filter which, std::string_view after, std::size_t limit
) const {
    DIPTYCH_TRY(auto* const rows, in.sql(list_query(which)));
    rows->bind(1, after).bind(2, static_cast<std::int64_t>(limit));
    return sqlite::all_rows(*rows, instance_at);
}

}  // namespace diptych::write
