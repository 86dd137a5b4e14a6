#include "write/process/open_commands.hpp"

#include "sqlite/rows.hpp"
#include "write/record_text.hpp"

#include <diptych/try.hpp>

#include <string>

namespace diptych::write {

namespace {

constexpr auto command_columns =
    "input, instance, id, name, body, slot, not_before, expires, attempts, correlation_id, "
    "causation_id, traceparent";

timestamp time_at(sqlite::statement const& row, int column) {
    return timestamp{std::chrono::microseconds{row.integer(column)}};
}

sent_command command_at(sqlite::statement const& row) {
    sent_command made{
        .instance = std::string(row.text(1)),
        .input = position{static_cast<std::uint64_t>(row.integer(0))},
        .what =
            {.name = std::string(row.text(3)),
             .id = std::string(row.text(2)),
             .body = std::string(row.text(4)),
             .slot = std::string(row.text(5))},
        .about =
            {.correlation_id = std::string(row.text(9)),
             .causation_id = std::string(row.text(10)),
             .traceparent = std::string(row.text(11))},
        .attempts = static_cast<int>(row.integer(8))
    };
    if (row.integer(6) != 0) made.what.not_before = time_at(row, 6);
    if (!row.is_null(7)) made.what.expires = time_at(row, 7);
    return made;
}

std::int64_t ordinal_of(std::string_view id) {
    std::int64_t ordinal = 0;
    for (auto const digit : id.substr(id.rfind('/') + 1)) ordinal = ordinal * 10 + (digit - '0');
    return ordinal;
}

std::string lane_of(sent_command const& command) {
    return command.what.not_before ? command.instance + '\x1f' + command.what.id : command.instance;
}

}  // namespace

result<void> open_commands::load(ledger_file& in) {
    DIPTYCH_TRY(
        auto* const count, in.sql("select count(*), count(nullif(not_before, 0)) from command")
    );
    DIPTYCH_TRY(count->step());
    size_ = static_cast<std::uint64_t>(count->integer(0));
    delayed_ = static_cast<std::uint64_t>(count->integer(1));
    count->reset();
    return {};
}

result<void> open_commands::add(ledger_file& in, sent_command const& command) {
    auto const lane = lane_of(command);
    DIPTYCH_TRY(
        auto* const first, in.sql("select not exists (select 1 from command where lane = ?1)")
    );
    DIPTYCH_TRY(first->bind(1, lane).step());
    auto const is_head = first->integer(0);
    first->reset();
    DIPTYCH_TRY(
        auto* const insert,
        in.sql(
            "insert into command (input, ordinal, instance, id, name, body, slot, lane, is_head, "
            "not_before, expires, ready, attempts, correlation_id, causation_id, traceparent) "
            "values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?10, 0, ?12, ?13, ?14)"
        )
    );
    auto const& what = command.what;
    insert->bind(1, static_cast<std::int64_t>(command.input.value))
        .bind(2, ordinal_of(what.id))
        .bind(3, command.instance)
        .bind(4, what.id)
        .bind(5, what.name)
        .bind(6, what.body)
        .bind(7, what.slot)
        .bind(8, lane)
        .bind(9, is_head)
        .bind(10, what.not_before ? microseconds_of(*what.not_before) : 0)
        .bind(12, command.about.correlation_id)
        .bind(13, command.about.causation_id)
        .bind(14, command.about.traceparent);
    if (what.expires)
        insert->bind(11, microseconds_of(*what.expires));
    else
        insert->bind_null(11);
    DIPTYCH_TRY(insert->run());
    ++size_;
    if (what.not_before) ++delayed_;
    return {};
}

result<void> open_commands::remove(ledger_file& in, std::string_view id) {
    DIPTYCH_TRY(
        auto* const remove, in.sql("delete from command where id = ?1 returning lane, not_before")
    );
    DIPTYCH_TRY(auto const was_there, remove->bind(1, id).step());
    if (!was_there) return remove->reset(), result<void>{};
    auto const lane = std::string(remove->text(0));
    if (remove->integer(1) != 0) --delayed_;
    DIPTYCH_TRY(remove->step());
    remove->reset();
    --size_;
    DIPTYCH_TRY(
        auto* const next,
        in.sql("update command set is_head = 1 where (input, ordinal) = (select input, ordinal "
               "from command where lane = ?1 order by input, ordinal limit 1)")
    );
    return next->bind(1, lane).run();
}

result<std::vector<sent_command>> open_commands::ready(
    ledger_file& in, timestamp now, std::size_t limit
) const {
    static auto const text =
        std::string("select ") + command_columns +
        " from command where is_head = 1 and ready <= ?1 order by ready, input, ordinal limit ?2";
    DIPTYCH_TRY(auto* const rows, in.sql(text));
    rows->bind(1, microseconds_of(now)).bind(2, static_cast<std::int64_t>(limit));
    return sqlite::all_rows(*rows, command_at);
}

result<std::optional<timestamp>> open_commands::next_ready(ledger_file& in) const {
    DIPTYCH_TRY(
        auto* const row, in.sql("select min(ready) from command where is_head = 1 and ready > 0")
    );
    DIPTYCH_TRY(row->step());
    std::optional<timestamp> first;
    if (!row->is_null(0)) first = time_at(*row, 0);
    row->reset();
    return first;
}

result<void> open_commands::hold(
    ledger_file& in, std::string_view id, timestamp until, int attempts
) const {
    DIPTYCH_TRY(
        auto* const update, in.sql("update command set ready = ?2, attempts = ?3 where id = ?1")
    );
    return update->bind(1, id)
        .bind(2, microseconds_of(until))
        .bind(3, std::int64_t{attempts})
        .run();
}

result<void> open_commands::hurry(ledger_file& in) const {
    DIPTYCH_TRY(
        auto* const update, in.sql("update command set ready = not_before where attempts > 0")
    );
    return update->run();
}

result<bool> open_commands::contains(ledger_file& in, std::string_view id) const {
    DIPTYCH_TRY(auto* const found, in.sql("select 1 from command where id = ?1"));
    DIPTYCH_TRY(auto const is_there, found->bind(1, id).step());
    found->reset();
    return is_there;
}

result<std::vector<sent_command>> open_commands::of(
    ledger_file& in, std::string_view instance, std::size_t limit
) const {
    static auto const text = std::string("select ") + command_columns +
                             " from command where instance = ?1 order by input, ordinal limit ?2";
    DIPTYCH_TRY(auto* const rows, in.sql(text));
    rows->bind(1, instance).bind(2, static_cast<std::int64_t>(limit));
    return sqlite::all_rows(*rows, command_at);
}

}  // namespace diptych::write
