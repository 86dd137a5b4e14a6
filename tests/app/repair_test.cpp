#include "app/repair.hpp"

#include "app/folder_check.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace diptych;

namespace {

namespace fs = std::filesystem;

constexpr auto orders = R"(-- @view orders async
-- @event order_placed (total integer)
create table orders (total integer not null, stream text primary key, note text);
-- @on order_placed
insert into orders (stream, total) values (:$stream, :total);
-- @serve filter total
)";

/// A folder with a log, an index and a view that were closed cleanly.
struct kept_log {
    testing::temporary_folder folder;
    fs::path shop = folder / "shop";
    fs::path segment = shop / "log" / "00000000000000000001.seg";
    fs::path index = shop / "index.db";
    fs::path view;

    explicit kept_log(int events = 8) {
        fs::create_directories(shop);
        {
            auto app = application{{.data = shop, .threads = false}};
            app.start().or_throw();
            fs::create_directories(shop / "views");
            std::ofstream(shop / "views" / "orders.sql") << orders;
            for (int i = 1; i <= events; ++i) {
                auto const n = std::to_string(i);
                app.log()
                    .append({
                        .events = {{
                            .stream = "order-o" + n,
                            .type = "order_placed",
                            .data = R"({"total":)" + n + "}",
                        }},
                        .command = command_key{"me", "c" + n, {}},
                    })
                    .or_throw();
            }
            app.close().or_throw();
        }
        auto app = application{{.data = shop, .threads = false}};
        app.views(shop / "views").start().or_throw();
        app.close().or_throw();
        for (auto const& entry : fs::directory_iterator(shop / "views"))
            if (entry.path().extension() == ".db") view = entry.path();
    }

    app::folder_check check() const {
        return app::check_folder({.folder = shop, .differences_max = 3}).or_throw();
    }
    result<app::repair_report> repair(bool dry_run = false) const {
        return app::repair({.folder = shop, .dry_run = dry_run});
    }
    static void change(fs::path const& database, std::string const& sql) {
        sqlite::database::open({database}).or_throw().execute(sql).or_throw();
    }
    void damage(fs::path const& file, std::uint64_t offset) const {
        std::fstream in(file, std::ios::in | std::ios::out | std::ios::binary);
        in.seekg(static_cast<std::streamoff>(offset));
        auto const byte = static_cast<char>(in.get() ^ 1);
        in.seekp(static_cast<std::streamoff>(offset));
        in.put(byte);
    }
    std::map<std::string, std::string> segments() const {
        std::map<std::string, std::string> all;
        for (auto const& entry : fs::directory_iterator(shop / "log")) {
            std::ifstream in(entry.path(), std::ios::binary);
            all[entry.path().filename()] = {std::istreambuf_iterator<char>(in), {}};
        }
        return all;
    }
};

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
    std::ofstream(of.shop / "views" / "broken.sql") << "create";
    CHECK(of.check().unread.size() == 1);
}
