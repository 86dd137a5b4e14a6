#include "app/copies.hpp"

#include "log/segments/folder.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

using namespace diptych;

namespace {

namespace fs = std::filesystem;

application_options plain(fs::path const& data) { return {.data = data, .threads = false}; }

append_request one_event(std::string const& stream = "order-o1") {
    return {.events = {{.stream = stream, .type = "order_placed", .data = R"({"total":3})"}}};
}

/// A folder with logs in it.
struct place {
    testing::temporary_folder folder;
    fs::path shop = folder / "shop";
    fs::path backup = folder / "backup";
    fs::path restored = folder / "restored";

    void append(fs::path const& to, int count) {
        auto app = application{plain(to)};
        for (int i = 0; i < count; ++i) app.log().append(one_event()).or_throw();
        app.close().or_throw();
    }
    token end(fs::path const& of) {
        auto app = application{{.data = of, .read_only = true, .threads = false}};
        app.start().or_throw();
        return app.log().end();
    }
    /// The end of a log that goes on after it was copied to "old".
    token see_after_copy(int more) {
        append(shop, 2);
        fs::copy(shop, folder / "old", fs::copy_options::recursive);
        append(shop, more);
        return end(shop);
    }
    std::string said(fs::path const& file) {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }

    app::backup_report back_up() { return app::back_up(shop, backup, {}).or_throw(); }
    app::restore_report restore(fs::path const& to) {
        return app::restore(backup, to, system_random(), {}).or_throw();
    }
};

std::string code_of(auto const& what) { return what ? "" : what.error().code; }

}  // namespace

TEST_CASE("a backup is a log that is restored up to where it was taken") {
    place of;
    of.append(of.shop, 3);
    fs::create_directories(of.shop / "views");
    std::ofstream(of.shop / "views" / "a.sql") << "-- a view";
    auto const taken = of.back_up();
    CHECK(taken.end == token{epoch{1}, position{3}});
    CHECK_FALSE(taken.went_on);
    of.append(of.shop, 2);
    auto const made = of.restore(of.restored);
    CHECK(made.end == token{epoch{1}, position{3}});
    CHECK(made.begun > epoch{1});
    CHECK(of.said(of.restored / "views" / "a.sql") == "-- a view");
    CHECK_FALSE(fs::exists(of.restored / log::segments::unfinished_name));
    CHECK_FALSE(fs::exists(of.backup / log::segments::unfinished_name));
    of.append(of.restored, 1);
    CHECK(of.end(of.restored) == token{made.begun, position{4}});
    CHECK(of.end(of.shop) == token{epoch{1}, position{5}});
}

TEST_CASE("tokens of what a restored log does not hold are refused wherever one is given") {
    place of;
    of.append(of.shop, 3);
    of.back_up();
    of.append(of.shop, 3);
    auto const lost = of.end(of.shop);
    of.restore(of.restored);
    auto app = application{plain(of.restored)};
    for (int i = 0; i < 9; ++i) app.log().append(one_event()).or_throw();
    token const kept{epoch{1}, position{3}};
    CHECK(app.log().check(kept));
    CHECK(code_of(app.log().check(lost)) == "foreign_token");
    auto condition = one_event("order-o2");
    condition.unless = unless_recorded{.what = {}, .after = lost};
    CHECK(code_of(app.log().append(condition)) == "foreign_token");
    CHECK(app.log().append(one_event("order-o2")));
    auto const later = app.log().end();
    // What was recorded since then is no part of the first line.
    app.close().or_throw();
    auto original = application{plain(of.shop)};
    CHECK(code_of(original.log().check(later)) == "foreign_token");
}

TEST_CASE("two logs restored from one backup refuse each other's tokens") {
    place of;
    of.append(of.shop, 3);
    of.back_up();
    of.restore(of.restored);
    of.restore(of.folder / "other");
    of.append(of.restored, 2);
    of.append(of.folder / "other", 2);
    auto app = application{plain(of.restored)};
    CHECK(code_of(app.log().check(of.end(of.folder / "other"))) == "foreign_token");
}

TEST_CASE("a backup is gone on with, view files that are gone included") {
    place of;
    of.append(of.shop, 3);
    fs::create_directories(of.shop / "views");
    std::ofstream(of.shop / "views" / "a.sql") << "-- a view";
    of.back_up();
    of.append(of.shop, 2);
    fs::remove(of.shop / "views" / "a.sql");
    std::ofstream(of.shop / "views" / "b.sql") << "-- another";
    auto const again = of.back_up();
    CHECK(again.went_on);
    CHECK(again.end.position == position{5});
    CHECK(of.end(of.backup).position == position{5});
    CHECK_FALSE(fs::exists(of.backup / "views" / "a.sql"));
    CHECK(of.said(of.backup / "views" / "b.sql") == "-- another");
}

TEST_CASE("a backup is only made of a log, in a place that is free or holds a backup of it") {
    place of;
    of.append(of.shop, 1);
    of.append(of.restored, 1);
    CHECK(app::back_up(of.folder / "none", of.backup, {}).error().kind == errc::not_found);
    CHECK(code_of(app::back_up(of.shop, of.shop, {})) == "not_a_backup");
    CHECK(code_of(app::back_up(of.shop, of.restored, {})) == "foreign_folder");
    fs::create_directories(of.folder / "photos");
    std::ofstream(of.folder / "photos" / "cat.jpg") << "cat";
    CHECK(code_of(app::back_up(of.shop, of.folder / "photos", {})) == "foreign_folder");
    CHECK(of.said(of.folder / "photos" / "cat.jpg") == "cat");
}

TEST_CASE("what a copy that was broken off has left is removed, and nothing of anybody else's") {
    auto const begun = [](fs::path const& folder) {
        fs::create_directories(folder / "log");
        fs::create_directories(folder / "views");
        std::ofstream(folder / "log" / "next.tmp") << "half";
        std::ofstream(folder / "log" / "00000000000000000009.seg") << "of an earlier try";
        std::ofstream(folder / "views" / "old.sql") << "-- a view";
        std::ofstream(folder / "HOME.tmp") << "half";
        std::ofstream(folder / log::segments::unfinished_name);
    };
    place of;
    of.append(of.shop, 3);
    begun(of.backup);
    CHECK(code_of(application{plain(of.backup)}.start()) == "unfinished_copy");
    of.back_up();
    CHECK(of.end(of.backup).position == position{3});
    CHECK_FALSE(fs::exists(of.backup / "views" / "old.sql"));
    begun(of.restored);
    of.restore(of.restored);
    CHECK(of.end(of.restored).position == position{3});
    for (auto const foreign : {"cat.jpg", "log/cat.jpg", "views/cat.jpg"}) {
        auto const folder = of.folder / "photos";
        begun(folder);
        std::ofstream(folder / foreign) << "cat";
        CHECK(code_of(app::back_up(of.shop, folder, {})) == "foreign_folder");
        CHECK(of.said(folder / foreign) == "cat");
        CHECK(of.said(folder / "log" / "next.tmp") == "half");
        fs::remove(folder / foreign);
        fs::remove(folder / log::segments::unfinished_name);
        CHECK(code_of(app::back_up(of.shop, folder, {})) == "foreign_folder");
        CHECK(of.said(folder / "log" / "next.tmp") == "half");
    }
}

TEST_CASE("a copy is made in an empty folder that is there, and does not take its place") {
    place of;
    of.append(of.shop, 3);
    fs::create_directories(of.backup);
    auto const folder_of = [&] {
        return storage::system_disk().look_at(of.backup).or_throw().identity;
    };
    auto const before = folder_of();
    of.back_up();
    CHECK(folder_of() == before);
    auto const here = fs::current_path();
    fs::create_directories(of.restored);
    fs::current_path(of.restored);
    auto const made = app::restore(of.backup, ".", system_random(), {});
    fs::current_path(here);
    CHECK(made);
    CHECK(of.end(of.restored).position == position{3});
}

TEST_CASE("a log without a segment is restored, and begins its epoch") {
    place of;
    fs::create_directories(of.backup);
    of.append(of.shop, 1);
    auto const id = log::segments::read_format(storage::system_disk(), {of.shop}).or_throw();
    log::segments::create_format(storage::system_disk(), {of.backup}, *id).or_throw();
    auto const made = of.restore(of.restored);
    of.append(of.restored, 1);
    CHECK(of.end(of.restored) == token{made.begun, position{1}});
}

TEST_CASE("a backup that has been written to is none any more") {
    place of;
    of.append(of.shop, 2);
    of.back_up();
    of.append(of.backup, 1);
    CHECK(of.end(of.backup).epoch > epoch{1});
    CHECK(code_of(app::back_up(of.shop, of.backup, {})) == "not_a_backup");
}

TEST_CASE("nothing is restored to a folder that holds anything, or from a damaged backup") {
    place of;
    of.append(of.shop, 20);
    of.back_up();
    fs::create_directories(of.restored);
    std::ofstream(of.restored / "cat.jpg") << "cat";
    auto const refused = app::restore(of.backup, of.restored, system_random(), {});
    CHECK(code_of(refused) == "folder_not_empty");
    fs::remove(of.restored / "cat.jpg");
    auto const segment = of.backup / "log" / "00000000000000000001.seg";
    {
        std::fstream damage(segment, std::ios::in | std::ios::out | std::ios::binary);
        damage.seekp(700);
        damage.put('\x7f');
    }
    auto const damaged = app::restore(of.backup, of.restored, system_random(), {});
    REQUIRE_FALSE(damaged);
    CHECK(damaged.error().kind == errc::corrupt);
    CHECK(damaged.error().message.contains(segment.native()));
    CHECK(fs::is_empty(of.restored));
    fs::resize_file(segment, 600);
    CHECK(app::restore(of.backup, of.restored, system_random(), {}).error().kind == errc::corrupt);
    CHECK(fs::is_empty(of.restored));
}

TEST_CASE("what is left of a log that index and views know more of is not copied") {
    place of;
    of.append(of.shop, 3);
    of.back_up();
    for (auto const lost : {"CLOSED", "log/WATERMARK", "log/00000000000000000001.seg"})
        fs::remove(of.shop / lost);
    auto const refused = app::back_up(of.shop, of.folder / "another", {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == errc::corrupt);
    CHECK(refused.error().message.contains("index.db is at position 3"));
    CHECK_FALSE(app::restore(of.shop, of.restored, system_random(), {}));
    CHECK_FALSE(fs::exists(of.folder / "another"));
    CHECK_FALSE(fs::exists(of.restored));
    fs::copy(of.backup / "log", of.shop / "log", fs::copy_options::recursive);
    of.back_up();
}

TEST_CASE("a second backup to the same place at the same time is refused") {
    place of;
    of.append(of.shop, 1);
    fs::create_directories(of.backup);
    auto held = storage::system_disk().lock(of.backup / "LOCK").or_throw();
    CHECK(code_of(app::back_up(of.shop, of.backup, {})) == "locked");
    held.reset();
    of.back_up();
    held = storage::system_disk().lock(of.backup / "LOCK").or_throw();
    CHECK(code_of(app::back_up(of.shop, of.backup, {})) == "locked");
}

TEST_CASE("backups taken while a process writes are whole, and hold what was acknowledged before") {
    place of;
    auto app = application{{.data = of.shop}};
    app.start().or_throw();
    std::atomic<bool> is_over = false;
    std::atomic<std::uint64_t> acknowledged = 0;
    std::thread writer([&] {
        while (!is_over) acknowledged = app.log().append(one_event()).or_throw().at.position.value;
    });
    for (int round = 0; round < 20; ++round) {
        auto const before = acknowledged.load();
        auto const taken = of.back_up();
        CHECK(taken.end.position.value >= before);
        auto copy = application{{.data = of.backup, .read_only = true, .threads = false}};
        copy.start().or_throw();
        CHECK(copy.log().end().position == taken.end.position);
        auto const last =
            copy.log().read({.limit = 1, .direction = direction::backward}).or_throw();
        if (taken.end.position.value > 0) CHECK(last[0].position == taken.end.position);
    }
    is_over = true;
    writer.join();
    app.close().or_throw();
}

TEST_CASE("a folder put back in place, file by file, tells those who have seen more") {
    place of;
    auto const seen = of.see_after_copy(4);
    auto const over = fs::copy_options::recursive | fs::copy_options::overwrite_existing;
    fs::copy(of.folder / "old", of.shop, over);
    of.append(of.shop, 4);
    auto app = application{plain(of.shop)};
    CHECK(app.log().end().position == seen.position);
    CHECK(code_of(app.log().check(seen)) == "foreign_token");
}

TEST_CASE("that a folder is a copy is told when an epoch has begun, and only then") {
    place of;
    of.append(of.shop, 2);
    fs::copy(of.shop, of.restored, fs::copy_options::recursive);
    std::string told;
    auto const open = [&] {
        return application{
            {.data = of.restored,
             .threads = false,
             .complain = [&](std::string_view what) { told += what; }}
        };
    };
    {
        auto const held = storage::system_disk().lock(of.restored / "LOCK").or_throw();
        CHECK_FALSE(open().start());
    }
    CHECK(told.empty());
    CHECK(open().start());
    CHECK(told.contains("goes on in an epoch of its own"));
    told.clear();
    CHECK(open().start());
    CHECK(told.empty());
}

TEST_CASE("a folder put back to an older state tells those who have seen more") {
    place of;
    auto const seen = of.see_after_copy(3);
    fs::remove_all(of.shop);
    fs::copy(of.folder / "old", of.shop, fs::copy_options::recursive);
    std::string told;
    auto app =
        application{{.data = of.shop, .threads = false, .complain = [&](std::string_view what) {
                         told += what;
                     }}};
    app.start().or_throw();
    CHECK(told.contains("goes on in an epoch of its own"));
    CHECK(app.log().end().position == position{2});
    CHECK(code_of(app.log().check(seen)) == "foreign_token");
    for (int i = 0; i < 4; ++i) app.log().append(one_event()).or_throw();
    CHECK(code_of(app.log().check(seen)) == "foreign_token");
}
