#include "read/view_check.hpp"

#include "read/compare_tables.hpp"
#include "read/ended_replay.hpp"
#include "read/misfit.hpp"
#include "read/parking.hpp"
#include "read/projector.hpp"
#include "read/table_rows.hpp"
#include "read/view_database.hpp"

#include <diptych/try.hpp>

#include <limits>
#include <utility>

namespace diptych::read {

namespace {

constexpr std::uint64_t near = 10'000;  // events
constexpr int looks_max = 20;           // while it goes on as fast as it is followed

std::unexpected<error> wrong_view(sqlite::location const& file, std::string_view why) {
    return fail(errc::corrupt, "wrong_view", file.string() + ": " + std::string(why));
}

// What the file itself is to blame for: not the machine, which reads it another time.
template <class T>
result<T> blamed(sqlite::location const& file, result<T> what) {
    if (what || (what.error().kind != errc::corrupt && what.error().code != "sql")) return what;
    return wrong_view(file, what.error().message);
}

// Whoever makes it is not done yet.
result<void> check_begun(sqlite::location const& file, sqlite::database const& in) {
    DIPTYCH_TRY(auto tables, in.prepare("select count(*) from sqlite_schema"));
    DIPTYCH_TRY(tables.step());
    if (tables.integer(0) > 0) return {};
    return fail(errc::not_found, "empty_view", file.string() + " has nothing in it");
}

// SQLite 3.40 looks at the wrong column where a table without rowid has other columns before those
// of its key, and says that a value is null or of the wrong type. What values there are is not what
// is asked here: rows are compared with the log's.
bool is_about_a_value(std::string_view complaint) { return complaint.contains(" value in "); }

result<void> check_pages(sqlite::location const& file, sqlite::database const& in) {
    DIPTYCH_TRY(auto rows, in.prepare("pragma integrity_check(1000000)"));
    DIPTYCH_TRY(auto more, rows.step());
    if (!more) return wrong_view(file, "SQLite can not check it");
    while (more) {
        auto const says = rows.text(0);
        if (says != "ok" && !is_about_a_value(says)) return wrong_view(file, says);
        DIPTYCH_TRY(more, rows.step());
    }
    return {};
}

result<void> check_place(
    sqlite::location const& file, checkpoint const& is, log::sequenced_log& of
) {
    // The view may have followed further than this log has looked.
    if (is.at.position > of.durable_end().position) {
        DIPTYCH_TRY(of.refresh());
    }
    auto const end = of.durable_end();
    if (is.log_id != end.log_id) return wrong_view(file, "it is of another log");
    if (is.at.position.value == 0) return {};
    if (is.at.position > end.position)
        return wrong_view(
            file,
            "it is at " + to_string(is.at) + ", beyond the end of the log, " +
                to_string(token{end.epoch, end.position})
        );
    DIPTYCH_TRY(auto const chain, of.chain_at(is.at.position));
    if (chain == is.chain) return {};
    return wrong_view(file, "it is at " + to_string(is.at) + " of another line of history");
}

// A connection with a snapshot that stays.
struct snapshot {
    sqlite::database database;
    checkpoint at;
    parking_state parking = {};
};

result<snapshot> open_file(
    sqlite::location const& file, log::sequenced_log& of, std::stop_token const& stop = {}
) {
    DIPTYCH_TRY(
        auto opened,
        blamed(file, sqlite::database::open(file, {.mode = sqlite::open_mode::read_only}))
    );
    end_statements(opened, stop);
    DIPTYCH_TRY(blamed(file, opened.execute("begin")));
    DIPTYCH_TRY(blamed(file, check_begun(file, opened)));
    DIPTYCH_TRY(auto const at, blamed(file, read_checkpoint(opened, file.path)));
    DIPTYCH_TRY(check_place(file, at, of));
    parking_state parking;
    if (at.has_dead_letters) {
        DIPTYCH_TRY(parking, blamed(file, read_parking(opened)));
    }
    return snapshot{.database = std::move(opened), .at = at, .parking = std::move(parking)};
}

// Where it is now, without a snapshot that stays.
result<snapshot> place_of(
    sqlite::location const& file, log::sequenced_log& of, std::stop_token const& stop
) {
    DIPTYCH_TRY(auto now, open_file(file, of, stop));
    DIPTYCH_TRY(now.database.execute("rollback"));
    return now;
}

result<void> check_pages_of(
    sqlite::location const& file, log::sequenced_log& of, std::stop_token const& stop
) {
    DIPTYCH_TRY(auto const opened, open_file(file, of, stop));
    return blamed(file, check_pages(file, opened.database));
}

result<void> replay(
    view_database& into,
    projection& with,
    log::sequenced_log const& from,
    clock& time,
    position last,
    bool parks,
    view_check_options const& how
) {
    batch_limits const limits{
        .events_max = 10'000,
        .bytes_max = 8u << 20,
        .time_max = std::chrono::hours{1},
        .last = last,
        .parked_max = std::numeric_limits<std::size_t>::max(),
    };
    while (into.at().at.position < last) {
        DIPTYCH_TRY(go_on(how.stop));
        DIPTYCH_TRY(auto const done, project_batch(into, with, from, time, limits));
        if (done.poison && !is_fault_of_event(*done.poison) && done.poison->kind != errc::corrupt)
            return std::unexpected(*done.poison);
        if (done.poison && parks && is_fault_of_event(*done.poison)) {
            DIPTYCH_TRY(park_next(into, with, from, time, *done.poison, 1, limits.parked_max));
            continue;
        }
        if (done.poison)
            return fail(
                errc::corrupt,
                "wrong_view",
                "it shows events that it fails on: " + done.poison->message
            );
        if (done.events == 0 && !done.more)
            return fail(
                errc::corrupt, "the log ends before position " + std::to_string(last.value)
            );
        if (how.progress) how.progress(into.at().at.position, last);
    }
    return {};
}

}  // namespace

result<token> check_view_file(sqlite::location const& file, log::sequenced_log& of) {
    DIPTYCH_TRY(auto const opened, open_file(file, of));
    DIPTYCH_TRY(blamed(file, check_pages(file, opened.database)));
    return opened.at.at;
}

namespace {

result<view_comparison> compare_with_log(
    view_plan const& plan,
    sqlite::location const& file,
    log::sequenced_log& of,
    clock& time,
    view_check_options const& how
) {
    auto const again = how.scratch / file.path.filename();
    view_comparison compared{};
    {
        DIPTYCH_TRY(
            auto fresh, view_database::open(again, of.durable_end().log_id, plan.create, false)
        );
        end_statements(fresh, how.stop);
        DIPTYCH_TRY(auto const with, plan.project(fresh.connection()));
        auto const go_to = [&](snapshot const& found, view_check_options const& at_this_pace) {
            auto const parks = plan.definition->parks || found.parking.is_diverged;
            auto const last = found.at.at.position;
            return replay(fresh, *with, of, time, last, parks, at_this_pace);
        };
        DIPTYCH_TRY(check_pages_of(file, of, how.stop));
        // A long way is gone without a snapshot: while one stays, what its writer writes piles up.
        for (auto look = 0; look < looks_max; ++look) {
            DIPTYCH_TRY(auto const now, place_of(file, of, how.stop));
            auto const is_near = now.at.at.position.value < fresh.at().at.position.value + near;
            DIPTYCH_TRY(go_to(now, how));
            if (is_near) break;
        }
        DIPTYCH_TRY(auto const found, open_file(file, of, how.stop));
        if (found.at.at.position < fresh.at().at.position)
            return fail(errc::unavailable, "view_moves", file.string() + " was begun anew");
        auto at_once = how;
        at_once.progress = {};
        DIPTYCH_TRY(go_to(found, at_once));
        DIPTYCH_TRY(go_on(how.stop));
        compared.at = found.at.at;
        compared.parking = found.parking;
        compared.parked = fresh.parking().parked;
        DIPTYCH_TRY(auto const expected, schema_of(fresh.connection()));
        DIPTYCH_TRY(auto const is, blamed(file, schema_of(found.database)));
        if (is != expected) return wrong_view(file, "its tables are not those of the view");
        DIPTYCH_TRY(blamed(
            file,
            compare_tables(
                {fresh.connection(), *plan.definition},
                {found.database, *plan.definition},
                how.differences_max,
                compared
            )
        ));
    }
    DIPTYCH_TRY(sqlite::remove(again));
    return compared;
}

}  // namespace

result<view_comparison> check_view(
    view_plan const& plan,
    sqlite::location const& file,
    log::sequenced_log& of,
    clock& time,
    view_check_options const& how
) {
    return unless_ended(how.stop, compare_with_log(plan, file, of, time, how));
}

}  // namespace diptych::read
