#include "app/repair.hpp"

#include "app/kept_log.hpp"
#include "log/segments/home.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace diptych;
using namespace diptych::testing;

namespace {

std::string code_of(std::optional<error> const& what) { return what ? what->code : ""; }

}  // namespace

TEST_CASE("a folder as it was closed has nothing wrong and nothing to repair") {
    kept_log const of;
    auto const found = of.check();
    CHECK_FALSE(found.fault());
    CHECK(found.log->events == 8);
    CHECK((*found.index)->at == position{8});
    REQUIRE(found.views.size() == 1);
    CHECK(found.views[0].view == "orders");
    CHECK(found.views[0].found->rows == 8);
    auto const repaired = of.repair().or_throw();
    CHECK(repaired.all.empty());
    CHECK(repaired.end == token{epoch{1}, position{8}});
}

TEST_CASE("rows that the log does not make are told one by one, and repaired") {
    kept_log const of;
    of.change(of.view, "update orders set total = 70 where stream = 'order-o7'");
    of.change(of.view, "delete from orders where stream = 'order-o2'");
    of.change(of.view, "insert into orders values (1, 'order-x', null)");
    of.change(of.view, "update orders set note = '' where stream = 'order-o8'");
    auto const found = of.check();
    CHECK(code_of(found.fault()) == "wrong_view");
    auto const& view = *found.views.at(0).found;
    CHECK(view.different == 4);
    REQUIRE(view.differences.size() == 3);  // as many as were asked for
    CHECK(view.differences[0].expected == R"({"total":2,"stream":"order-o2","note":null})");
    CHECK(view.differences[0].found.empty());
    CHECK(view.differences[1].expected == R"({"total":7,"stream":"order-o7","note":null})");
    CHECK(view.differences[1].found == R"({"total":70,"stream":"order-o7","note":null})");
    CHECK(view.differences[2].expected == R"({"total":8,"stream":"order-o8","note":null})");
    CHECK(view.differences[2].found == R"({"total":8,"stream":"order-o8","note":""})");
    auto const planned = of.repair(true).or_throw();
    REQUIRE(planned.all.size() == 1);
    CHECK(of.check().fault());  // only planned
    CHECK(of.repair().or_throw().all.at(0).what == of.view.native());
    CHECK_FALSE(of.check().fault());
    CHECK(of.repair().or_throw().all.empty());
}

TEST_CASE("a view with other tables, another place or no database at all is built again") {
    for (std::string const sql :
         {"create table more (a int primary key)",
          "drop index if exists none; alter table orders drop column note",
          "update _diptych set position = 7",
          "update _diptych set position = 900",
          "update _diptych set log_id = zeroblob(16)",
          "update _diptych set chain = zeroblob(32)",
          ""}) {
        CAPTURE(sql);
        kept_log const of;
        if (sql.empty())
            std::ofstream(of.view) << std::string(20'000, 'x');
        else
            of.change(of.view, sql);
        CHECK(code_of(of.check().fault()) == "wrong_view");
        auto const repaired = of.repair();
        if (sql.contains("900") || sql.contains("chain = ") || sql.contains("= 7")) {
            // It may be the log that has lost what the view has seen: nobody but a person can tell.
            REQUIRE_FALSE(repaired);
            CHECK(repaired.error().code == "acknowledged_loss");
            CHECK(repaired.error().message.contains("Restore a backup"));
            continue;
        }
        REQUIRE(repaired);
        CHECK(repaired->all.size() == 1);
        CHECK_FALSE(of.check().fault());
        CHECK(of.check().views.at(0).found->rows == 8);
    }
}

TEST_CASE("an index that is wrong, damaged or gone is built again") {
    for (std::string const sql :
         {"delete from recent_postings where first = 3", "update answers set body = x'00'", "", "-"
         }) {
        CAPTURE(sql);
        kept_log const of;
        if (sql == "-")
            for (auto const* const suffix : {"", "-wal", "-shm"})
                fs::remove(of.index.native() + suffix);
        else if (sql.empty())
            std::ofstream(of.index) << std::string(20'000, 'x');
        else
            of.change(of.index, sql);
        CHECK(of.repair().or_throw().all.at(0).what == of.index.native());
        auto const found = of.check();
        CHECK_FALSE(found.fault());
        CHECK((*found.index)->at == position{8});
        CHECK((*found.index)->answers == 8);
    }
}

TEST_CASE("a torn tail is cut, and what was acknowledged before it stays") {
    kept_log const of;
    auto const file = of.segment;
    auto const end = fs::file_size(file);
    std::ofstream(file, std::ios::binary | std::ios::app) << "half a frame";
    auto const planned = of.repair(true).or_throw();
    REQUIRE(planned.all.size() == 1);
    CHECK(planned.all[0].what == file.native());
    CHECK(planned.all[0].done.contains("bytes of an append that was never acknowledged"));
    CHECK(fs::file_size(file) == end + 12);
    CHECK(of.repair().or_throw().all.size() == 1);
    CHECK(of.repair().or_throw().all.empty());
    CHECK(of.check().log->events == 8);
}

TEST_CASE("damage to what was acknowledged is refused with its place, and nothing is changed") {
    kept_log const whole;
    for (std::uint64_t const offset : {20u, 140u, 300u, 900u}) {
        CAPTURE(offset);
        kept_log const of;
        of.damage(of.segment, offset);
        auto const before = of.segments();
        auto const refused = of.repair();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().kind == errc::corrupt);
        CHECK(refused.error().message.contains(of.segment.native()));
        CHECK(refused.error().message.contains("Restore a backup"));
        if (offset > 128) CHECK(refused.error().message.contains("position"));
        CHECK(of.segments() == before);
    }
}

TEST_CASE("what stands behind a clean close is not taken for a torn tail") {
    kept_log const of;
    fs::resize_file(of.segment, 700);
    auto const before = of.segments();
    auto const refused = of.repair();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.contains("Restore a backup"));
    CHECK(of.segments() == before);
}

TEST_CASE("a folder that a process writes to is not repaired, but checked") {
    kept_log const of;
    auto app = application{{.data = of.shop, .threads = false}};
    app.start().or_throw();
    CHECK(of.repair().error().code == "locked");
    CHECK_FALSE(of.check().fault());
    app.close().or_throw();
    CHECK(app::repair({.folder = of.folder / "none"}).error().kind == errc::not_found);
}

TEST_CASE("a copied folder is repaired by beginning an epoch of its own") {
    kept_log const of;
    auto const copy = of.folder / "copy";
    fs::copy(of.shop, copy, fs::copy_options::recursive);
    auto const repaired = app::repair({.folder = copy}).or_throw();
    REQUIRE(repaired.all.size() == 1);
    CHECK(repaired.all[0].done == "began a new epoch at its end");
    CHECK(repaired.end == token{epoch{1}, position{8}});
    CHECK(app::repair({.folder = copy}).or_throw().all.empty());
    CHECK_FALSE(app::check_folder({.folder = copy}).or_throw().fault());
}

TEST_CASE("a view that no file explains is only checked for its place") {
    kept_log const of;
    fs::remove(of.shop / "views" / "orders.sql");
    of.change(of.view, "update orders set total = 70 where stream = 'order-o7'");
    auto const found = of.check();
    CHECK_FALSE(found.fault());
    CHECK(found.views.at(0).view.empty());
    // Named besides, it is compared.
    std::ofstream(of.folder / "elsewhere.sql") << orders;
    auto const named =
        app::check_folder({.folder = of.shop, .views = of.folder / "elsewhere.sql"}).or_throw();
    CHECK(code_of(named.fault()) == "wrong_view");
}

TEST_CASE(
    "a view file that is not understood is an error, and nothing is removed that it may explain"
) {
    kept_log const of;
    of.change(of.view, "update orders set total = 70 where stream = 'order-o7'");
    fs::remove(of.index);
    for (std::string const text : {"create", orders}) {
        CAPTURE(text);
        fs::path const file = of.shop / "views" / "second.sql";
        std::ofstream(file) << text;
        CHECK(of.check().unread.size() == 1);
        auto const refused = of.repair();
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == "view_file");
        CHECK(refused.error().message.contains("second.sql"));
        CHECK(refused.error().message.contains("Nothing was changed"));
        CHECK(fs::exists(of.view));
        CHECK_FALSE(fs::exists(of.index));
        fs::remove(file);
    }
    CHECK(of.repair().or_throw().all.size() == 2);
    std::ofstream(of.folder / "elsewhere.sql") << "create";
    auto const named =
        app::check_folder({.folder = of.shop, .views = of.folder / "elsewhere.sql"}).or_throw();
    CHECK(code_of(named.fault()) == "view_file");
    // The folder's own, named once more.
    auto const again =
        app::check_folder({.folder = of.shop, .views = of.shop / "views"}).or_throw();
    CHECK_FALSE(again.fault());
}

TEST_CASE("what was acknowledged after the mark that a power loss has left is there to be checked"
) {
    for (auto const is_known : {true, false}) {
        CAPTURE(is_known);
        kept_log const of(3);
        auto const mark = of.shop / "log" / "WATERMARK";
        fs::copy_file(mark, of.folder / "mark");
        {
            auto app = application{{.data = of.shop, .threads = false}};
            app.views(of.shop / "views").start().or_throw();
            for (std::string const n : {"4", "5"})
                app.log()
                    .append(
                        {.events =
                             {{.stream = "order-o" + n,
                               .type = "order_placed",
                               .data = R"({"total":)" + n + "}"}}}
                    )
                    .or_throw();
            while (app.step().or_throw()) {
            }
            app.close().or_throw();
        }
        fs::remove(of.shop / "CLOSED");
        fs::copy_file(of.folder / "mark", mark, fs::copy_options::overwrite_existing);
        if (!is_known) fs::remove(of.shop / "views" / "orders.sql");
        auto const found = of.check();
        CHECK_FALSE(found.fault());
        CHECK(found.log->events == 5);
        REQUIRE(found.views.size() == 1);
        CHECK(found.views[0].found->at.position == position{5});
        for (auto const dry_run : {true, false}) {
            auto const repaired = of.repair(dry_run).or_throw();
            CHECK(repaired.all.empty());
            CHECK(repaired.end == token{epoch{1}, position{5}});
        }
        CHECK(fs::exists(of.view));
        CHECK_FALSE(of.check().fault());
    }
}

TEST_CASE("what the machine does not read or write just now is not taken for wrong") {
    kept_log const of;
    auto const limited = [&](auto which, rlim_t most) {
        rlimit before{};
        REQUIRE(::getrlimit(which, &before) == 0);
        auto now = before;
        now.rlim_cur = most;
        REQUIRE(::setrlimit(which, &now) == 0);
        auto repaired = of.repair();
        REQUIRE(::setrlimit(which, &before) == 0);
        return repaired;
    };
    auto const inode = [](fs::path const& file) {
        struct stat about{};
        REQUIRE(::stat(file.c_str(), &about) == 0);
        return about.st_ino;
    };
    auto const index = inode(of.index);
    auto const view = inode(of.view);
    // The view is built once more in a folder for temporary files.
    auto const before = std::signal(SIGXFSZ, SIG_IGN);
    auto const full = limited(RLIMIT_FSIZE, 4096);
    std::signal(SIGXFSZ, before);
    REQUIRE_FALSE(full);
    CHECK(full.error().kind != errc::corrupt);
    CHECK(full.error().message.contains("Nothing was changed"));
    auto failed = 0;
    for (rlim_t files = 4; files < 60; ++files) {
        CAPTURE(files);
        auto const repaired = limited(RLIMIT_NOFILE, files);
        failed += repaired ? 0 : 1;
        if (repaired) CHECK(repaired->all.empty());
        if (!repaired) CHECK(repaired.error().kind != errc::corrupt);
        REQUIRE(inode(of.index) == index);
        REQUIRE(inode(of.view) == view);
    }
    CHECK(failed > 5);
    CHECK_FALSE(of.check().fault());
}

TEST_CASE("what could not be built again is not said to have been") {
    kept_log const of;
    {
        // The view takes no second event of a stream, and stays before it.
        auto app = application{{.data = of.shop, .threads = false}};
        app.log()
            .append(
                {.events = {{.stream = "order-o1", .type = "order_placed", .data = R"({"total":9})"}
                 }}
            )
            .or_throw();
        app.close().or_throw();
    }
    CHECK(of.repair().or_throw().all.empty());
    of.change(of.view, "update orders set total = 70 where stream = 'order-o7'");
    auto const repaired = of.repair();
    REQUIRE_FALSE(repaired);
    CHECK(repaired.error().message.contains("allows each stream only once"));
}

TEST_CASE("a view's file that is gone by now, or only begun, is not wrong") {
    kept_log const of;
    std::ofstream(of.shop / "views" / "begun.0123abcd.db").close();
    fs::create_symlink("nowhere", of.shop / "views" / "gone.0123abcd.db");
    auto const found = of.check();
    CHECK_FALSE(found.fault());
    CHECK(found.views.size() == 1);
}

TEST_CASE("a backup is not repaired: it would be none any more") {
    kept_log const of;
    log::segments::make_homeless(storage::system_disk(), {of.shop}).or_throw();
    fs::remove(of.index);
    for (auto const dry_run : {true, false}) {
        auto const refused = of.repair(dry_run);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == "backup");
        CHECK(refused.error().message.contains("diptych restore"));
    }
    CHECK_FALSE(fs::exists(of.index));
}

TEST_CASE("of a torn tail only what was written counts, not the blocks ahead") {
    kept_log const of;
    auto const bytes = of.segments().at(of.segment.filename());
    auto const end = bytes.find_last_not_of('\0') + 1;
    REQUIRE(end < bytes.size());
    {
        std::fstream in(of.segment, std::ios::in | std::ios::out | std::ios::binary);
        in.seekp(static_cast<std::streamoff>(end));
        in << "half a frame";
    }
    CHECK(of.repair(true).or_throw().all.at(0).done.starts_with("would cut 12 bytes"));
    CHECK(of.repair().or_throw().all.at(0).done.starts_with("cut 12 bytes"));
}
