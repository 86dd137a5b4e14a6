#include "log/segments/index_schema.hpp"

#include "sqlite/file_trust.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <string>
#include <system_error>

namespace diptych::log::segments {

namespace {

constexpr auto schema = R"(
create table meta (
    one integer primary key check (one = 1),
    format integer not null,
    log_id blob not null,
    position integer not null,
    chain blob not null
) strict;
create table postings (
    key blob not null,
    first integer not null,
    last integer not null,
    before integer not null,
    homes integer not null,
    body blob not null,
    primary key (key, first)
) strict, without rowid;
create table recent_postings (
    key blob not null,
    first integer not null,
    last integer not null,
    before integer not null,
    homes integer not null,
    body blob not null,
    primary key (key, first)
) strict, without rowid;
create table event_ids (
    first blob primary key not null,
    body blob not null
) strict, without rowid;
insert into event_ids values (x'', x'');
create table answers (
    row integer primary key,
    caller blob not null,
    id blob not null,
    digest blob not null,
    recorded_at integer not null,
    first integer not null,
    count integer not null,
    judged_at integer not null,
    body blob not null
) strict;
create table answer_keys (
    hash integer not null,
    row integer not null,
    primary key (hash, row)
) strict, without rowid;
create table states (
    name blob primary key not null,
    bytes blob not null
) strict, without rowid;
)";

std::string_view bytes_of(uuid const& id) {
    return {reinterpret_cast<char const*>(id.bytes.data()), id.bytes.size()};
}

enum class kinship { none, empty, ours };

// Whether the file is an index of this log that this program can read.
result<kinship> kinship_of(sqlite::database const& opened, uuid const& log_id) {
    DIPTYCH_TRY(auto tables, opened.prepare("select count(*) from sqlite_schema"));
    DIPTYCH_TRY(tables.step());
    if (tables.integer(0) == 0) return kinship::empty;

    auto meta = opened.prepare("select format, log_id from meta");
    if (!meta)
        return meta.error().code == "sql" ? kinship::none
                                          : result<kinship>{std::unexpect, meta.error()};
    DIPTYCH_TRY(auto const is_there, meta->step());
    auto const is_ours =
        is_there && meta->integer(0) == index_format && meta->blob(1) == bytes_of(log_id);
    return is_ours ? kinship::ours : kinship::none;
}

result<void> lay_out(sqlite::database const& opened, uuid const& log_id) {
    DIPTYCH_TRY(auto all, sqlite::transaction::begin(opened));
    DIPTYCH_TRY(opened.execute(schema));
    DIPTYCH_TRY(auto meta, opened.prepare("insert into meta values (1, ?1, ?2, 0, ?3)"));
    auto const chain = hash256{};
    meta.bind(1, index_format).bind_blob(2, bytes_of(log_id)).bind_blob(3, log::bytes_of(chain));
    DIPTYCH_TRY(meta.run());
    return all.commit();
}

constexpr auto to_write = sqlite::options{
    .mode = sqlite::open_mode::read_write,
    .cache_kib = 48 * 1024,
    .automatic_checkpoint = false,
    .opens_without_room = true,
};

// Without a cache to speak of: every merge by the writer empties it anyway.
constexpr auto to_read = sqlite::options{
    .mode = sqlite::open_mode::read_only,
    .cache_kib = 2 * 1024,
};

}  // namespace

result<sqlite::database> open_index_to_write(sqlite::location const& file, uuid const& log_id) {
    {
        auto opened = sqlite::database::open(file, to_write);
        if (!opened && opened.error().code != "not_a_database") return opened;
        if (opened) {
            DIPTYCH_TRY(auto const whose, kinship_of(*opened, log_id));
            if (whose == kinship::ours) return opened;
            if (whose == kinship::empty) {
                DIPTYCH_TRY(lay_out(*opened, log_id));
                return opened;
            }
        }
    }
    DIPTYCH_TRY(sqlite::remove(file));
    DIPTYCH_TRY(auto fresh, sqlite::database::open(file, to_write));
    DIPTYCH_TRY(lay_out(fresh, log_id));
    return fresh;
}

result<sqlite::database> open_index_to_read(sqlite::location const& file, uuid const& log_id) {
    auto opened = sqlite::database::open(file, to_read);
    if (!opened && opened.error().code != "not_a_database") return opened;
    if (opened) {
        DIPTYCH_TRY(auto const whose, kinship_of(*opened, log_id));
        if (whose == kinship::ours) return opened;
    }
    return fail(
        errc::not_found,
        "no_index",
        file.string() + " is not an index of this log in format " + std::to_string(index_format)
    );
}

result<checkpoint_reader> checkpoint_reader::prepare(sqlite::database const& in) {
    checkpoint_reader made;
    DIPTYCH_TRY(made.select_, in.prepare("select position, chain from meta"));
    return made;
}

result<index_checkpoint> checkpoint_reader::read() {
    DIPTYCH_TRY(auto const is_there, select_.step());
    index_checkpoint found;
    auto const is_sound = is_there && select_.blob(1).size() == found.chain.size();
    if (is_sound) {
        found.position = position{static_cast<std::uint64_t>(select_.integer(0))};
        std::ranges::copy(select_.blob(1), found.chain.begin());
    }
    select_.reset();
    if (!is_sound) return fail(errc::corrupt, "damaged_index", "the index has no checkpoint");
    return found;
}

result<checkpoint_writer> checkpoint_writer::prepare(sqlite::database const& in) {
    checkpoint_writer made;
    DIPTYCH_TRY(made.update_, in.prepare("update meta set position = ?1, chain = ?2"));
    return made;
}

result<void> checkpoint_writer::write(index_checkpoint const& at) {
    update_.bind(1, static_cast<std::int64_t>(at.position.value));
    return update_.bind_blob(2, log::bytes_of(at.chain)).run();
}

}  // namespace diptych::log::segments
