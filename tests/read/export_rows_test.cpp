#include "read/export_rows.hpp"

#include "log/hash.hpp"
#include "read/versions_fixture.hpp"

#include <doctest/doctest.h>

#include <stop_token>
#include <string>
#include <utility>

namespace diptych::read {

namespace {

// Keys that do not come in order, and every kind of value.
constexpr auto kinds =
    "-- @view kinds async\n"
    "create table kinds (second text, first integer, real_one real, whole integer,"
    " primary key (first, second));\n"
    "create table bytes_of (id text primary key, bytes blob);\n"
    "-- @event seen (a text, b integer, c real)\n-- @on seen\n"
    "insert into kinds values (:a, :b, :c, null);\n"
    "insert into bytes_of values (:a, cast(:a as blob));\n";

struct exported {
    exported_rows made;
    std::string text;
};

exported export_of(sqlite::location const& file) {
    std::string text;
    auto made = export_rows(file, [&](std::string_view line) -> result<void> {
        text += line;
        return {};
    });
    return {std::move(made).or_throw(), text};
}

}  // namespace

TEST_CASE("rows are exported by table and key, each value as it is stored") {
    log_fixture of;
    temporary_folder folder;
    view_set views(*of.log, folder.path(), of.time, {});
    views.add_text("kinds.sql", kinds).or_throw();
    views.start().or_throw();
    of.append("seen", R"({"a":"z\"","b":2,"c":0.5})");
    of.append("seen", R"({"a":"a","b":2,"c":-3.0})");
    of.append("seen", R"({"a":"é","b":1,"c":1e100})");
    while (views.step("kinds").or_throw()) {
    }
    auto const [made, text] = export_of(views.versions("kinds").or_throw()->served()->file());
    CHECK(
        text ==
        R"({"table":"bytes_of","row":{"id":"a","bytes":{"bytes":"61"}}}
{"table":"bytes_of","row":{"id":"z\"","bytes":{"bytes":"7a22"}}}
{"table":"bytes_of","row":{"id":"é","bytes":{"bytes":"c3a9"}}}
{"table":"kinds","row":{"second":"é","first":1,"real_one":1e+100,"whole":null}}
{"table":"kinds","row":{"second":"a","first":2,"real_one":-3.0,"whole":null}}
{"table":"kinds","row":{"second":"z\"","first":2,"real_one":0.5,"whole":null}}
)"
    );
    CHECK(made.rows == 6);
    CHECK(made.at.position.value == 3);
    CHECK(made.hash == log::sha256({text}));
}

TEST_CASE("values that JSON has no form for are exported as JSON, too") {
    log_fixture of;
    temporary_folder folder;
    view_set views(*of.log, folder.path(), of.time, {});
    views.add_text("kinds.sql", kinds).or_throw();
    views.start().or_throw();
    auto const file = views.versions("kinds").or_throw()->served()->file();
    auto const in = sqlite::database::open(file).or_throw();
    in.execute("insert into kinds values (cast(x'c3' as text), 1, 9e999, null)").or_throw();
    in.execute("insert into kinds values ('c3', 2, -9e999, null)").or_throw();
    CHECK(
        export_of(file).text ==
        R"({"table":"kinds","row":{"second":{"text":"c3"},"first":1,"real_one":{"real":"infinite"},"whole":null}}
{"table":"kinds","row":{"second":"c3","first":2,"real_one":{"real":"-infinite"},"whole":null}}
)"
    );
}

TEST_CASE("the same rows have the same hash in whatever file they are, and others have another") {
    versions_fixture of;
    of.start(counter("1"));
    for (auto const* name : {"c", "a", "b", "a"})
        of.append("counted", R"({"name":")" + std::string{name} + R"("})");
    of.follow();
    auto const live = export_of(of.of().served()->file());

    auto const id = of.of().rebuild().or_throw();
    of.build();
    REQUIRE(of.of().served()->id() == id);
    CHECK(export_of(of.of().served()->file()).text == live.text);
    CHECK(export_of(of.of().served()->file()).made.hash == live.made.hash);

    of.append("counted", R"({"name":"a"})");
    of.follow();
    auto const later = export_of(of.of().served()->file());
    CHECK(later.made.rows == live.made.rows);
    CHECK(later.made.hash != live.made.hash);
}

TEST_CASE("an export ends with what its reader fails with") {
    versions_fixture of;
    of.start(counter("1"));
    of.count(1);
    of.follow();
    auto const made = export_rows(of.of().served()->file(), [](std::string_view) {
        return result<void>(fail(errc::failed, "no room"));
    });
    REQUIRE(!made);
    CHECK(made.error().message == "no room");
    CHECK(!export_rows(of.folder.path() / "none.db"));
    std::stop_source ended;
    ended.request_stop();
    auto const cut = export_rows(of.of().served()->file(), {}, ended.get_token());
    REQUIRE(!cut);
    CHECK(cut.error().code == "replay_ended");
}

}  // namespace diptych::read
