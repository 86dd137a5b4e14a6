/// @file
/// (e) Catching up with a log of a million events: a typed fold over all of it against a scan of
/// the same files with simdjson, and an async SQL view against a hand-written loop that does the
/// same upsert in transactions of 10,000.
#include "appends.hpp"
#include "bank.hpp"
#include "bare_scan.hpp"
#include "sqlite/database.hpp"

#include <diptych/application.hpp>

#include <filesystem>
#include <optional>
#include <string>

using namespace diptych;
using namespace diptych::bench;

namespace {

using namespace std::chrono_literals;

struct history {
    std::string folder;
    std::uint64_t events;
};

void make(history const& of) {
    auto app = application{{.data = of.folder + "/data"}};
    stream_picker streams;
    fill(app.log(), streams, of.events);
    app.close().or_throw();
}

void check(history const& of, std::int64_t deposits) {
    if (static_cast<std::uint64_t>(deposits) != of.events)
        give_up("counted", std::to_string(deposits) + " deposits");
}

double per_second(history const& of, seconds took) {
    return static_cast<double>(of.events) / took.count();
}

double bare_fold(history const& of) {
    bank::total all;
    return per_second(of, time_of([&] {
                          bare_segments const segments(of.folder + "/data/log");
                          deposit_reader reader;
                          segments.scan([&](bare_record const& record) {
                              auto const one = reader.read(record.data, record.readable);
                              all.amount += one.amount;
                              ++all.deposits;
                          });
                          check(of, all.deposits);
                      }));
}

double typed_fold(history const& of, application& app) {
    return per_second(of, time_of([&] {
                          auto const state = app.state("total", {}, position{of.events});
                          must(state, "state");
                          check(of, json::read<bank::total>(*state).or_throw().deposits);
                      }));
}

double bare_view(history const& of) {
    auto const file = of.folder + "/hand-written.db";
    auto const took = time_of([&] {
        auto const database = sqlite::database::open(file).or_throw();
        database
            .execute(
                "create table balances (account text primary key not null, balance integer not "
                "null, deposits integer not null) strict;"
                "create table checkpoint (position integer not null) strict;"
                "insert into checkpoint values (0)"
            )
            .or_throw();
        auto upsert =
            database
                .prepare(
                    "insert into balances (account, balance, deposits) values (?1, ?2, 1) on "
                    "conflict (account) do update set balance = balance + excluded.balance, "
                    "deposits = deposits + 1"
                )
                .or_throw();
        auto checkpoint = database.prepare("update checkpoint set position = ?1").or_throw();
        std::optional<sqlite::transaction> open;
        std::int64_t done = 0;
        auto const commit = [&] {
            checkpoint.bind(1, done).run().or_throw();
            open->commit().or_throw();
            open.reset();
        };
        bare_segments const segments(of.folder + "/data/log");
        deposit_reader reader;
        segments.scan([&](bare_record const& record) {
            if (!open) open.emplace(sqlite::transaction::begin(database).or_throw());
            auto const one = reader.read(record.data, record.readable);
            upsert.bind(1, one.account).bind(2, one.amount).run().or_throw();
            if (++done % 10'000 == 0) commit();
        });
        if (open) commit();
        check(of, done);
    });
    for (auto const* const ending : {"", "-wal", "-shm"}) std::filesystem::remove(file + ending);
    return per_second(of, took);
}

double sql_view(history const& of) {
    write_balance_view(of.folder + "/balances.sql");
    std::filesystem::remove_all(of.folder + "/data/views");
    auto app = application{{.data = of.folder + "/data", .wait_max = 10min}};
    app.add<bank::context>().views(of.folder + "/balances.sql");
    auto const took = time_of([&] {
        app.start().or_throw();
        must(app.view("balances").wait_for(app.log().end()), "view");
    });
    app.close().or_throw();
    return per_second(of, took);
}

}  // namespace

int main(int count, char** values) {
    arguments const given(count, values, {{"dir", "."}, {"rounds", "5"}, {"events", "1000000"}});
    scratch const folder(given.text("dir"));
    history const of{
        .folder = folder.path(), .events = static_cast<std::uint64_t>(given.number("events"))
    };
    make(of);
    rounds folds;
    rounds views;
    for (int round = 0; round < static_cast<int>(given.number("rounds")); ++round) {
        folds.add("scan + simdjson", bare_fold(of));
        {
            auto app = application{{.data = of.folder + "/data"}};
            app.add<bank::context>().start().or_throw();
            folds.add("typed fold", typed_fold(of, app));
            app.close().or_throw();
        }
        views.add("hand-written loop", bare_view(of));
        views.add("async SQL view", sql_view(of));
    }
    auto const title = "of " + given.text("events") + " events";
    folds.print("fold " + title, "events/s", "scan + simdjson");
    views.print("view " + title, "events/s", "hand-written loop");
}
