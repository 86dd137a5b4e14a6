// A view whose file is damaged, which nothing but the log has to know.
#include "read/parking_fixture.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

using namespace diptych;
using namespace diptych::read;

namespace {

constexpr std::uint64_t rows = 200;

// Enough rows for several pages.
struct damaged : log_fixture {
    temporary_folder folder;
    std::unique_ptr<view_set> views;
    std::string directives;

    explicit damaged(std::string more = {}) : directives(std::move(more)) {
        start();
        for (std::uint64_t i = 0; i < rows; ++i) add().or_throw();
        views->catch_up("notes").or_throw();
    }
    void start() {
        views.reset();
        views = std::make_unique<view_set>(*log, folder.path(), time);
        views
            ->add_text("notes.sql", "-- @view notes" + directives + R"sql(
create table notes (at integer primary key, n integer not null, text text not null);
-- @event noted (n integer, text text)
-- @on noted
insert into notes values (:$position, :n, :text);
)sql")
            .or_throw();
        views->start().or_throw();
    }
    result<appended> add() {
        return try_append("noted", R"({"n":1,"text":")" + std::string(200, 'x') + "\"}");
    }
    std::filesystem::path file() const {
        for (auto const& one : std::filesystem::directory_iterator{folder.path()})
            if (one.path().extension() == ".db") return one.path();
        return {};
    }
    void damage_from(std::streamoff offset) {
        views.reset();
        auto const size = std::filesystem::file_size(file());
        std::fstream bytes{file(), std::ios::in | std::ios::out | std::ios::binary};
        bytes.seekp(offset);
        bytes << std::string(
            static_cast<std::size_t>(size) - static_cast<std::size_t>(offset), '?'
        );
        bytes.close();
        start();
    }
    std::string query() const {
        auto const said = views->query("notes", {{"order", "at"}, {"limit", "1000"}});
        return said ? std::to_string(said->count) : said.error().code;
    }
    std::string run() {
        for (auto i = 0; i < 100 && (query() == "view_rebuilt" || views->step("notes").or_throw());
             ++i) {
            time.advance(std::chrono::seconds{10});
            (void)views->step("notes");
        }
        return query();
    }
};

}  // namespace

TEST_CASE("a view of which a query finds the file damaged is built again, and not served meanwhile"
) {
    damaged of;
    of.damage_from(3 * 4096);
    CHECK(of.query() == "view_rebuilt");
    CHECK_FALSE(of.views->step("notes").or_throw());
    auto const began = status_of(*of.views, "notes");
    CHECK(began.at.position == position{0});
    REQUIRE(began.last_error);
    CHECK(began.last_error->message.contains("damaged; it is built again"));
    CHECK(of.query() == "view_rebuilt");
    CHECK(of.run() == std::to_string(rows));
    CHECK_FALSE(status_of(*of.views, "notes").last_error);
}

TEST_CASE("a view whose file is no database any more is built again") {
    damaged of;
    of.damage_from(0);
    CHECK(of.query() == "view_rebuilt");
    CHECK(of.run() == std::to_string(rows));
}

TEST_CASE("a view that meets damage when it goes on is built again") {
    damaged of;
    of.damage_from(3 * 4096);
    of.add().or_throw();
    for (auto i = 0; i < 20; ++i) {
        of.time.advance(std::chrono::seconds{10});
        (void)of.views->step("notes");
    }
    CHECK(of.query() == std::to_string(rows + 1));
}

TEST_CASE("appends wait for an inline view that is built again, as for one that they were held to"
) {
    for (auto const from : {0, 3 * 4096}) {
        CAPTURE(from);
        damaged of{" inline"};
        of.damage_from(from);
        for (auto i = 0; i < 3; ++i) {
            of.time.advance(std::chrono::seconds{10});
            (void)of.add();
            (void)of.views->step("notes");
        }
        CHECK(of.run() == std::to_string(of.log->end().position.value));
        auto const before = of.log->end().position.value;
        of.add().or_throw();
        CHECK(of.query() == std::to_string(before + 1));
    }
}

TEST_CASE("a damaged file of a view that parks is left to a person, and the view can be rebuilt") {
    damaged of{"\n-- @park"};
    of.damage_from(3 * 4096);
    CHECK(of.query() == "damaged_file");
    auto const before = std::filesystem::file_size(of.file());
    for (auto i = 0; i < 10; ++i) {
        of.time.advance(std::chrono::seconds{10});
        (void)of.views->step("notes");
    }
    CHECK(of.query() == "damaged_file");
    CHECK(std::filesystem::file_size(of.file()) == before);
    of.views->versions("notes").or_throw()->rebuild().or_throw();
    for (auto i = 0; i < 100 && of.query() != std::to_string(rows); ++i) {
        of.time.advance(std::chrono::seconds{10});
        (void)of.views->build_step();
    }
    CHECK(of.query() == std::to_string(rows));
}
