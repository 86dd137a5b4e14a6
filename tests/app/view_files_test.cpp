#include "app/node.hpp"
#include "temporary_folder.hpp"

#include <diptych/application.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace diptych;

namespace {

std::string counter(std::string_view by) {
    return "-- @view counter\ncreate table counter (name text primary key, n integer not null);\n"
           "-- @event counted (name text)\n-- @on counted\ninsert into counter values (:name, " +
           std::string{by} + ") on conflict (name) do update set n = n + " + std::string{by} +
           ";\n";
}

struct files_fixture {
    testing::temporary_folder const folder;
    std::filesystem::path const elsewhere = folder.path() / "elsewhere";
    std::unique_ptr<application> app;

    files_fixture() { std::filesystem::create_directories(elsewhere); }

    void start() {
        app.reset();
        app = std::make_unique<application>(
            application_options{.data = folder.path() / "data", .threads = false}
        );
        app->views(elsewhere);
        if (auto const own = folder.path() / "data" / "views"; std::filesystem::exists(own))
            app->views(own);
        app->start().or_throw();
    }
    void write(std::string const& name, std::string const& text) const {
        std::ofstream(elsewhere / name) << text;
    }
    void count() const {
        app->log()
            .append({.events = {{.stream = "s", .type = "counted", .data = R"({"name":"a"})"}}})
            .or_throw();
    }
    void work() const {
        while (app->step().or_throw()) {
        }
    }
    app::view_files& files() const { return app->parts().view_files(); }
    std::string rows(std::string const& view = "counter") const {
        return app->view(view).query().or_throw().rows;
    }
};

}  // namespace

TEST_CASE("a view file that is changed while the program runs is built beside and switched to") {
    files_fixture of;
    of.write("counter.sql", counter("1"));
    of.start();
    of.count();
    of.work();
    of.files().look().or_throw();
    of.work();
    CHECK(of.rows() == R"([{"name":"a","n":1}])");
    of.write("counter.sql", counter("10"));
    of.files().look().or_throw();
    CHECK(of.rows() == R"([{"name":"a","n":1}])");
    of.work();
    CHECK(of.rows() == R"([{"name":"a","n":10}])");
}

TEST_CASE("a file that is no view changes nothing and is named until it is one again") {
    files_fixture of;
    of.write("counter.sql", counter("1"));
    of.start();
    of.count();
    of.work();
    of.write("counter.sql", counter("nothing"));
    CHECK(of.files().look().error().message.contains("counter.sql:5"));
    CHECK(of.files().look());  // said once
    REQUIRE(of.files().faults().size() == 1);
    CHECK(of.files().faults().front().contains("counter.sql:5"));
    of.work();
    CHECK(of.rows() == R"([{"name":"a","n":1}])");
    of.write("counter.sql", counter("10"));
    of.files().look().or_throw();
    of.work();
    CHECK(of.files().faults().empty());
    CHECK(of.rows() == R"([{"name":"a","n":10}])");
}

TEST_CASE("a view file that comes while the program runs is a new view") {
    files_fixture of;
    of.write("counter.sql", counter("1"));
    of.start();
    of.count();
    auto other = counter("7");
    for (auto at = other.find("counter"); at != other.npos; at = other.find("counter", at))
        other.replace(at, 7, "other");
    of.write("other.sql", other);
    of.files().look().or_throw();
    of.work();
    CHECK(of.rows("other") == R"([{"name":"a","n":7}])");
}

TEST_CASE("a view that is put is kept as a file, and is there after a restart") {
    files_fixture of;
    of.start();
    CHECK(of.files().put("counter", counter("1"), true).or_throw().is_new);
    of.count();
    of.work();
    CHECK_FALSE(of.files().put("counter", counter("10"), true).or_throw().is_served);
    of.files().look().or_throw();
    of.work();
    of.start();
    CHECK(of.rows() == R"([{"name":"a","n":10}])");
    CHECK(of.files().put("counter", counter("?"), true).error().kind == errc::invalid);
    CHECK(of.files().put("orders", counter("1"), true).error().code == "other_view");
    of.start();
    CHECK(of.rows() == R"([{"name":"a","n":10}])");
}

TEST_CASE("a view that comes from a file elsewhere is not overruled by one that is put") {
    files_fixture of;
    of.write("counter.sql", counter("1"));
    of.start();
    auto const refused = of.files().put("counter", counter("10"), true);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "view_elsewhere");
    CHECK(refused.error().message.contains("elsewhere/counter.sql"));
}
