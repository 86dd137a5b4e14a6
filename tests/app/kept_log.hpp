/// @file
/// A folder with a log and what is derived from it, to damage and to repair.
#pragma once

#include "app/folder_check.hpp"
#include "app/repair.hpp"
#include "sqlite/database.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace diptych::testing {

namespace fs = std::filesystem;

inline constexpr auto orders = R"(-- @view orders async
-- @event order_placed (total integer)
create table orders (total integer not null, stream text primary key, note text);
-- @on order_placed
insert into orders (stream, total) values (:$stream, :total);
-- @serve filter total
)";

/// A folder with a log, an index and a view that were closed cleanly.
struct kept_log {
    temporary_folder folder;
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

}  // namespace diptych::testing
