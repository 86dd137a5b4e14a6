#include "write/process/parked_inputs.hpp"

#include "sqlite/rows.hpp"
#include "write/record_text.hpp"

#include <diptych/try.hpp>

#include <string>

namespace diptych::write {

namespace {

parked_input parked_at(sqlite::statement const& row) {
    return {
        .instance = std::string(row.text(1)),
        .input = position{static_cast<std::uint64_t>(row.integer(0))},
        .attempts = static_cast<int>(row.integer(2)),
        .is_dead = row.integer(3) != 0,
        .why =
            {parse_errc(row.text(4)).value_or(errc::failed),
             std::string(row.text(5)),
             std::string(row.text(6))}
    };
}

std::int64_t number_of(position at) { return static_cast<std::int64_t>(at.value); }

}  // namespace

result<void> parked_inputs::load(ledger_file& in) { return count(in); }

result<void> parked_inputs::count(ledger_file& in) {
    DIPTYCH_TRY(
        auto* const counts, in.sql("select count(*), coalesce(sum(is_dead), 0) from parked")
    );
    DIPTYCH_TRY(counts->step());
    size_ = static_cast<std::uint64_t>(counts->integer(0));
    dead_ = static_cast<std::uint64_t>(counts->integer(1));
    counts->reset();
    return {};
}

result<void> parked_inputs::put(ledger_file& in, parked_input const& what) {
    DIPTYCH_TRY(
        auto* const insert,
        in.sql("insert into parked values (?1, ?2, ?2 = 'unknown' or not exists (select 1 from "
               "parked where instance = ?2), ?3, ?4, 0, ?5, ?6, ?7) on conflict (input) do update "
               "set is_dead = "
               "excluded.is_dead, attempts = excluded.attempts, kind = excluded.kind, code = "
               "excluded.code, message = excluded.message")
    );
    insert->bind(1, number_of(what.input))
        .bind(2, what.instance)
        .bind(3, std::int64_t{what.is_dead})
        .bind(4, std::int64_t{what.attempts})
        .bind(5, to_string(what.why.kind))
        .bind(6, what.why.code)
        .bind(7, what.why.message);
    DIPTYCH_TRY(auto const before, find(in, what.input));
    DIPTYCH_TRY(insert->run());
    if (!before) ++size_;
    if (before && before->is_dead) --dead_;
    if (what.is_dead) ++dead_;
    return {};
}

result<void> parked_inputs::remove(ledger_file& in, position input) {
    if (size_ == 0) return {};
    DIPTYCH_TRY(
        auto* const remove,
        in.sql("delete from parked where input = ?1 returning instance, is_dead")
    );
    DIPTYCH_TRY(auto const was_there, remove->bind(1, number_of(input)).step());
    if (!was_there) return remove->reset(), result<void>{};
    auto const instance = std::string(remove->text(0));
    auto const was_dead = remove->integer(1) != 0;
    DIPTYCH_TRY(remove->step());
    remove->reset();
    --size_;
    if (was_dead) --dead_;
    DIPTYCH_TRY(
        auto* const next,
        in.sql("update parked set is_head = 1 where input = (select min(input) from parked where "
               "instance = ?1)")
    );
    return next->bind(1, instance).run();
}

result<std::optional<parked_input>> parked_inputs::next(ledger_file& in, timestamp now) const {
    if (size_ == dead_) return std::optional<parked_input>{};
    DIPTYCH_TRY(
        auto* const row,
        in.sql("select input, instance, attempts, is_dead, kind, code, message from parked where "
               "is_head = 1 and is_dead = 0 and ready <= ?1 order by ready, input limit 1")
    );
    return sqlite::first_row(row->bind(1, microseconds_of(now)), parked_at);
}

result<std::optional<timestamp>> parked_inputs::next_ready(ledger_file& in) const {
    std::optional<timestamp> first;
    if (size_ == dead_) return first;
    DIPTYCH_TRY(
        auto* const row, in.sql("select min(ready) from parked where is_head = 1 and is_dead = 0")
    );
    DIPTYCH_TRY(row->step());
    if (!row->is_null(0)) first = timestamp{std::chrono::microseconds{row->integer(0)}};
    row->reset();
    return first;
}

result<void> parked_inputs::hold(ledger_file& in, position input, timestamp until, int attempts)
    const {
    DIPTYCH_TRY(
        auto* const update, in.sql("update parked set ready = ?2, attempts = ?3 where input = ?1")
    );
    return update->bind(1, number_of(input))
        .bind(2, microseconds_of(until))
        .bind(3, std::int64_t{attempts})
        .run();
}

result<std::uint64_t> parked_inputs::hurry(ledger_file& in, std::string_view instance) {
    DIPTYCH_TRY(
        auto* const update,
        in.sql(
            "update parked set ready = 0, attempts = min(attempts, 1), is_dead = 0 where is_head "
            "= 1 and (?1 = '' or instance = ?1)"
        )
    );
    DIPTYCH_TRY(update->bind(1, instance).run());
    auto const instances = static_cast<std::uint64_t>(in.changes());
    DIPTYCH_TRY(count(in));
    return instances;
}

result<void> parked_inputs::hurry_waiting(ledger_file& in) const {
    DIPTYCH_TRY(auto* const update, in.sql("update parked set ready = 0 where ready > 0"));
    return update->run();
}

result<std::optional<parked_input>> parked_inputs::find(ledger_file& in, position input) const {
    DIPTYCH_TRY(
        auto* const row,
        in.sql("select input, instance, attempts, is_dead, kind, code, message from parked where "
               "input = ?1")
    );
    return sqlite::first_row(row->bind(1, number_of(input)), parked_at);
}

result<bool> parked_inputs::has_any(ledger_file& in, std::string_view instance) const {
    if (size_ == 0) return false;
    DIPTYCH_TRY(auto* const row, in.sql("select 1 from parked where instance = ?1 limit 1"));
    DIPTYCH_TRY(auto const is_there, row->bind(1, instance).step());
    row->reset();
    return is_there;
}

result<std::vector<parked_input>> parked_inputs::list(
    ledger_file& in, std::string_view instance, position after, std::size_t limit
) const {
    DIPTYCH_TRY(
        auto* const rows,
        in.sql("select input, instance, attempts, is_dead, kind, code, message from parked where "
               "input > ?2 and (?1 = '' or instance = ?1) order by input limit ?3")
    );
    rows->bind(1, instance).bind(2, number_of(after)).bind(3, static_cast<std::int64_t>(limit));
    return sqlite::all_rows(*rows, parked_at);
}

}  // namespace diptych::write
