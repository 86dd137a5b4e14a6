#include "write/ledger_file.hpp"

#include "sqlite/file_trust.hpp"
#include "write/log_stamp.hpp"

#include <diptych/try.hpp>

#include <utility>

namespace diptych::write {

namespace {

constexpr std::int64_t ledger_format = 1;

constexpr auto meta_table = R"(
create table meta (
    one integer primary key check (one = 1),
    format integer not null,
    tables text not null,
    stamp text not null,
    epoch integer not null,
    position integer not null,
    passed integer not null
) strict;
)";

}  // namespace

bool ledger_file::is_damage(error const& what) {
    return what.code == "damaged_file" || what.code == "not_a_database" ||
           (what.kind == errc::refused && what.code.starts_with("constraint"));
}

result<ledger_file> ledger_file::open(
    sqlite::location const& file, log::sequenced_log const& log, std::string_view tables
) {
    auto opened = open_as_it_is(file, log, tables);
    auto const is_of_no_use =
        !opened && (opened.error().code == "other_log" || opened.error().kind == errc::corrupt ||
                    opened.error().code == "sql");
    if (!is_of_no_use) return opened;
    DIPTYCH_TRY(sqlite::remove(file));
    return open_as_it_is(file, log, tables);
}

result<ledger_file> ledger_file::open_as_it_is(
    sqlite::location const& file, log::sequenced_log const& log, std::string_view tables
) {
    ledger_file made;
    DIPTYCH_TRY(
        made.database_,
        sqlite::database::open(file, {.cache_kib = 2 * 1024, .opens_without_room = true})
    );
    DIPTYCH_TRY(auto there, made.database_.prepare("select count(*) from sqlite_schema"));
    DIPTYCH_TRY(there.step());
    if (there.integer(0) == 0) {
        there.reset();
        DIPTYCH_TRY(made.lay_out(tables));
        made.at_.epoch = log.end().epoch;
        return made;
    }
    DIPTYCH_TRY(auto const is_ours, made.read_checkpoint(log, tables));
    if (!is_ours)
        return fail(errc::failed, "other_log", file.string() + " is not of this log as it is");
    return made;
}

result<void> ledger_file::lay_out(std::string_view tables) {
    DIPTYCH_TRY(auto all, begin());
    DIPTYCH_TRY(database_.execute(meta_table));
    DIPTYCH_TRY(database_.execute(tables));
    DIPTYCH_TRY(auto* const meta, sql("insert into meta values (1, ?1, ?2, '', 0, 0, 0)"));
    DIPTYCH_TRY(meta->bind(1, ledger_format).bind(2, tables).run());
    return all.commit();
}

result<bool> ledger_file::read_checkpoint(log::sequenced_log const& log, std::string_view tables) {
    DIPTYCH_TRY(
        auto* const meta, sql("select format, tables, stamp, epoch, position, passed from meta")
    );
    DIPTYCH_TRY(auto const is_there, meta->step());
    if (!is_there || meta->integer(0) != ledger_format || meta->text(1) != tables) return false;
    auto const end = log.durable_end();
    token const at{
        epoch{static_cast<std::uint32_t>(meta->integer(3))},
        position{static_cast<std::uint64_t>(meta->integer(4))}
    };
    passed_ = position{static_cast<std::uint64_t>(meta->integer(5))};
    auto const known = at.position.value == 0 ? std::optional(position{})
                                              : position_of_stamp(log, meta->text(2), end.position);
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
