#include "read/view_database.hpp"

#include "base/planted_bug.hpp"

#include <diptych/try.hpp>

#include <algorithm>
#include <sqlite3.h>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::int64_t format = 1;  // of a file without dead letters

constexpr char const* create_meta =
    "create table _diptych (one int primary key check (one = 1), format int not null, log_id blob "
    "not null, epoch int not null, position int not null, chain blob not null) strict";

template <std::size_t Size>
std::string_view bytes_of(std::array<std::uint8_t, Size> const& bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

template <std::size_t Size>
bool read_bytes(std::string_view from, std::array<std::uint8_t, Size>& to) {
    if (from.size() != Size) return false;
    std::ranges::copy(from, to.begin());
    return true;
}

result<bool> has_tables(sqlite::database const& in) {
    DIPTYCH_TRY(auto any, in.prepare("select 1 from sqlite_master limit 1"));
    return any.step();
}

result<void> set_up(sqlite::database const& in, uuid const& log_id, create_tables const& create) {
    DIPTYCH_TRY(auto whole, sqlite::transaction::begin(in));
    DIPTYCH_TRY(create(in));
    DIPTYCH_TRY(in.execute(create_meta));
    DIPTYCH_TRY(auto first, in.prepare("insert into _diptych values (1, ?1, ?2, 1, 0, ?3)"));
    auto const nothing = log::hash256{};
    first.bind(1, format).bind_blob(2, bytes_of(log_id.bytes)).bind_blob(3, bytes_of(nothing));
    DIPTYCH_TRY(first.run());
    return whole.commit();
}

}  // namespace

result<view_database> view_database::open(
    sqlite::location const& file,
    uuid const& log_id,
    create_tables const& create,
    bool paced,
    int wal_pages
) {
    view_database made;
    made.file_ = file.path;
    sqlite::options const how{.automatic_checkpoint = !paced, .wal_pages = wal_pages};
    DIPTYCH_TRY(made.connection_, sqlite::database::open(file, how));
    DIPTYCH_TRY(auto const is_set_up, has_tables(made.connection_));
    if (!is_set_up) {
        DIPTYCH_TRY(set_up(made.connection_, log_id, create));
    }
    DIPTYCH_TRY(made.at_, read_checkpoint(made.connection_, file.path));
    if (made.at_.has_dead_letters) {
        DIPTYCH_TRY(made.parking_, read_parking(made.connection_));
    }
    DIPTYCH_TRY(made.prepare());
    return made;
}

result<checkpoint> read_checkpoint(
    sqlite::database const& connection, std::filesystem::path const& file
) {
    auto query = connection.prepare(checkpoint_query);
    if (!query && query.error().kind != errc::corrupt && query.error().code != "sql")
        return std::unexpected(query.error());
    if (!query) return fail(errc::corrupt, "not_a_view", file.string() + " is no file of a view");
    DIPTYCH_TRY(auto const there, query->step());
    if (!there) return fail(errc::corrupt, "not_a_view", file.string() + " has no checkpoint");
    if (query->integer(0) > format_with_dead_letters)
        return fail(
            errc::invalid,
            "newer_format",
            file.string() + " has format " + std::to_string(query->integer(0)) +
                "; this program knows up to " + std::to_string(format_with_dead_letters)
        );
    checkpoint found{
        .log_id = {},
        .at =
            {epoch{static_cast<std::uint32_t>(query->integer(2))},
             position{static_cast<std::uint64_t>(query->integer(3))}},
        .has_dead_letters = query->integer(0) == format_with_dead_letters,
    };
    if (!read_bytes(query->blob(1), found.log_id.bytes) || !read_bytes(query->blob(4), found.chain))
        return fail(errc::corrupt, "not_a_view", file.string() + " has a damaged checkpoint");
    return found;
}

result<void> view_database::prepare() {
    DIPTYCH_TRY(begin_, connection_.prepare("begin immediate"));
    DIPTYCH_TRY(commit_, connection_.prepare("commit"));
    DIPTYCH_TRY(
        save_, connection_.prepare("update _diptych set epoch = ?1, position = ?2, chain = ?3")
    );
    DIPTYCH_TRY(position_, connection_.prepare("select position, format from _diptych"));
    return {};
}

bool view_database::in_transaction() const {
    return sqlite3_get_autocommit(connection_.raw()) == 0;
}

void view_database::roll_back() {
    if (in_transaction()) (void)connection_.execute("rollback");
}

result<void> view_database::make_dead_letters() {
    if (at_.has_dead_letters) return {};
    DIPTYCH_TRY(create_dead_letters(connection_));
    auto const sql = "update _diptych set format = " + std::to_string(format_with_dead_letters);
    DIPTYCH_TRY(connection_.execute(sql));
    at_.has_dead_letters = true;
    return {};
}

// Two processes on one folder: whoever comes second begins again at the checkpoint of the first.
result<void> view_database::begin() {
    DIPTYCH_TRY(begin_.run());
    DIPTYCH_TRY(auto const there, position_.step());
    auto const is_ours =
        there && position_.integer(0) == static_cast<std::int64_t>(at_.at.position.value);
    if (is_ours) at_.has_dead_letters = position_.integer(1) == format_with_dead_letters;
    position_.reset();
    // Another process may have tried some of them again, and not have moved the checkpoint.
    if (is_ours && at_.has_dead_letters) {
        auto state = read_parking(connection_);
        if (!state) roll_back();
        DIPTYCH_TRY(parking_, std::move(state));
    }
    if (is_ours) return parking_now_ = parking_, result<void>{};
    roll_back();
    DIPTYCH_TRY(at_, read_checkpoint(connection_, file_));
    return fail(
        errc::unavailable,
        "checkpoint_moved",
        file_.string() + " is being written by another process, and is now at " + to_string(at_.at)
    );
}

result<void> view_database::commit(checkpoint const& next) {
    // Outside of a transaction the checkpoint would be written without the rows.
    if (!in_transaction())
        return fail(
            errc::unavailable,
            "rolled_back",
            file_.string() + ": SQLite has given up the transaction before its commit"
        );
    auto const save = [&] {
        return save_.bind(1, std::int64_t{next.at.epoch.value})
            .bind(2, static_cast<std::int64_t>(next.at.position.value))
            .bind_blob(3, bytes_of(next.chain))
            .run();
    };
    auto done = result<void>{};
    if (is_planted(bug::checkpoint_behind_rows)) {
        done = commit_.run();
        if (done) done = begin_.run();
    }
    if (done) done = save();
    if (done && parking_now_ != parking_) done = write_parking(connection_, parking_now_);
    if (done) done = commit_.run();
    if (!done) {
        roll_back();
        if (!is_planted(bug::checkpoint_before_rows)) return done;
        auto const alone = begin_.run() && save() && commit_.run();
        if (!alone) return roll_back(), done;
    }
    at_.at = next.at;
    at_.chain = next.chain;
    parking_ = parking_now_;
    return {};
}

}  // namespace diptych::read
