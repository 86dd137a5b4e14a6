#include "read/what_if.hpp"

#include "read/log_fixture.hpp"
#include "read/view_versions.hpp"
#include "read/watched_disk.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;

namespace {

std::string balances(std::string_view by) {
    return "-- @view balances async\n"
           "create table balances (owner text primary key, amount integer not null, since "
           "timestamp "
           "not null, check (amount < 1000));\n"
           "-- @event paid (owner text, amount integer)\n-- @event closed (owner text)\n"
           "-- @on paid\n"
           "insert into balances values (:owner, :amount * " +
           std::string{by} +
           ", :$recorded_at) on conflict (owner) do update set amount = amount + :amount * " +
           std::string{by} + ";\n-- @on closed\ndelete from balances where owner = :owner;\n";
}

struct altered_fixture : log_fixture {
    temporary_folder folder;
    view_set views{*log, folder.path(), time, {}};

    altered_fixture() {
        pay("ada", 10);                          // 1
        pay("bob", 20);                          // 2
        pay("ada", 5);                           // 3
        append("closed", R"({"owner":"bob"})");  // 4
        views.add_text("balances.sql", balances("1")).or_throw();
        views.start().or_throw();
    }
    void pay(std::string const& owner, int amount) {
        append("paid", R"({"owner":")" + owner + R"(","amount":)" + std::to_string(amount) + "}");
    }
    static inserted_event payment(std::uint64_t after, std::string const& owner, int amount) {
        auto data = R"({"owner":")" + owner + R"(","amount":)" + std::to_string(amount) + "}";
        return {
            .after = position{after},
            .event = {.stream = "s-2", .type = "paid", .data = std::move(data)}
        };
    }
    result<what_if_answer> ask(
        altered_history const& otherwise, std::optional<std::string> text = {}
    ) const {
        std::optional<source> file;
        if (text) file = source{.file = "other.sql", .text = *text};
        return views.versions("balances").or_throw()->what_if(std::move(file), otherwise, 10);
    }
    static std::string said(what_if_answer const& made) {
        std::string all;
        for (auto const& one : made.rows.differences) {
            auto const amount = [](std::string const& row) {
                auto const at = row.find("\"amount\":");
                return at == row.npos ? "-" : row.substr(at + 9, row.find(',', at) - at - 9);
            };
            auto const& either = one.expected.empty() ? one.found : one.expected;
            all +=
                either.substr(10, 3) + ": " + amount(one.expected) + " " + amount(one.found) + ";";
        }
        return all;
    }
};

}  // namespace

TEST_CASE("with the events that were, the rows are as they are") {
    altered_fixture const of;
    auto const made = of.ask({}).or_throw();
    CHECK(made.rows.different == 0);
    CHECK(made.rows.rows == 1);
    CHECK(made.rows.at.position.value == 4);
    CHECK(made.removed == 0);
}

TEST_CASE("events are left out by their positions and types, and put in behind others") {
    altered_fixture const of;
    CHECK(of.said(of.ask({.without = {position{1}}}).or_throw()) == "ada: 15 5;");
    auto const open = of.ask({.without_types = {"closed"}}).or_throw();
    CHECK(of.said(open) == "bob: - 20;");
    CHECK(open.removed == 1);
    auto const more =
        of.ask({.inserted =
                    {of.payment(0, "eve", 1), of.payment(3, "bob", 7), of.payment(4, "bob", 8)}}
        ).or_throw();
    CHECK(of.said(more) == "bob: - 8;eve: - 1;");
    CHECK(more.inserted == 3);
    CHECK(more.rows.different == 2);
}

TEST_CASE("an inserted event has the time of the one it comes behind, or its own") {
    altered_fixture const of;
    auto given = of.payment(4, "eve", 1);
    auto const as_there = of.ask({.inserted = {given}}).or_throw();
    given.recorded_at = timestamp{std::chrono::hours{24}};
    auto const as_given = of.ask({.inserted = {given}}).or_throw();
    CHECK(as_given.rows.differences.at(0).found.ends_with("\"since\":\"1970-01-02T00:00:00Z\"}"));
    CHECK(as_there.rows.differences.at(0).found.ends_with(
        "\"since\":\"1971-01-01T00:00:00.004000Z\"}"
    ));
}

TEST_CASE("rows are told as queries answer them, by their declared types") {
    log_fixture of;
    of.append("priced", R"({"item":"i1","price":"433.80","seen":true,"note":{"a":[1]}})");
    of.append("priced", R"({"item":"i2","price":"1","seen":false,"note":null})");
    temporary_folder const folder;
    view_set views(*of.log, folder.path(), of.time, {});
    views
        .add_text(
            "items.sql",
            "-- @view items async\n"
            "create table items (item text primary key, price decimal(2), seen boolean, note "
            "json);\n"
            "-- @event priced (item text, price decimal(2), seen boolean, note json)\n"
            "-- @on priced\n"
            "insert into items values (:item, :price, :seen, :note);\n"
        )
        .or_throw();
    views.start().or_throw();
    auto const made = views.versions("items")
                          .or_throw()
                          ->what_if({}, {.without_types = {"priced"}}, 10)
                          .or_throw();
    REQUIRE(made.rows.differences.size() == 2);
    CHECK(
        made.rows.differences[0].expected ==
        R"({"item":"i1","price":433.80,"seen":true,"note":{"a":[1]}})"
    );
    CHECK(
        made.rows.differences[1].expected ==
        R"({"item":"i2","price":1.00,"seen":false,"note":null})"
    );
}

TEST_CASE("another file is what-if, too, and so is both; each as of any position") {
    altered_fixture const of;
    CHECK(of.said(of.ask({}, balances("2")).or_throw()) == "ada: 15 30;");
    CHECK(
        of.said(of.ask({.without_types = {"closed"}}, balances("2")).or_throw()) ==
        "ada: 15 30;bob: - 40;"
    );
    auto const earlier = of.ask({.as_of = position{2}}, balances("2")).or_throw();
    CHECK(of.said(earlier) == "ada: 10 20;bob: 20 40;");
    CHECK(earlier.rows.at.position.value == 2);
}

TEST_CASE("what can not be is said, with its place") {
    altered_fixture const of;
    auto const poor = of.ask({.inserted = {of.payment(2, "ada", 5000)}});
    REQUIRE_FALSE(poor);
    CHECK(poor.error().message.starts_with("as it would be: "));
    CHECK(poor.error().message.ends_with("at position 2 (paid)"));
    CHECK(of.ask({.without = {position{5}}}).error().code == "no_such_position");
    CHECK(of.ask({.inserted = {of.payment(5, "ada", 1)}}).error().code == "no_such_position");
    CHECK(
        of.ask({.inserted = {of.payment(3, "ada", 1), of.payment(2, "ada", 1)}}).error().code ==
        "wrong_order"
    );
    CHECK(
        of.ask({}, "-- @view other async\ncreate table other (a text primary key);").error().kind ==
        errc::invalid
    );
    CHECK(of.ask({}, "nonsense").error().kind == errc::invalid);
    auto tagged = of.payment(1, "ada", 1);
    tagged.event.tags = {std::string(300, 'x')};
    CHECK(of.ask({.inserted = {tagged}}).error().kind == errc::invalid);
}

TEST_CASE("nothing is left of it, and the view goes on as it was") {
    altered_fixture of;
    auto const before = rows_of(of.views, "balances");
    of.ask({.inserted = {of.payment(4, "eve", 1)}}).or_throw();
    CHECK_FALSE(of.ask({.inserted = {of.payment(2, "ada", 5000)}}));
    CHECK(std::filesystem::is_empty(of.folder.path() / "replay"));
    CHECK(rows_of(of.views, "balances") == before);
    CHECK(of.log->end().position.value == 4);
}

TEST_CASE("its end is a token on the line of history, also where that is of an earlier epoch") {
    log_fixture of;
    of.append("paid", R"({"owner":"ada","amount":1})");
    of.log.reset();
    of.kept->start_epoch();
    of.reopen();
    of.append("paid", R"({"owner":"ada","amount":2})");
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time};
    views.add_text("balances.sql", balances("1")).or_throw();
    views.start().or_throw();
    auto& view = *views.versions("balances").or_throw();
    auto const end = [&](std::uint64_t at) {
        return view.what_if({}, {.as_of = position{at}}, 10).or_throw().rows.at;
    };
    CHECK(end(2) == token{epoch{2}, position{2}});
    CHECK(end(1) == token{epoch{1}, position{1}});
    CHECK(end(0) == token{epoch{1}, position{0}});
}

TEST_CASE("its scratch is the view's own: the same may be asked of others meanwhile") {
    watched_disk disk;
    sqlite::disk_vfs const on{disk};
    log_fixture of;
    temporary_folder const folder;
    view_set views{*of.log, folder.path(), of.time, {.files = &on}};
    views.add_text("balances.sql", balances("1")).or_throw();
    views.start().or_throw();
    auto is_own = true;
    auto opened = 0;
    disk.on_open = [&](std::filesystem::path const& at) {
        ++opened;
        is_own = is_own && at.filename().string().starts_with("balances.");
    };
    views.versions("balances").or_throw()->what_if({}, {}, 10).or_throw();
    CHECK(opened >= 2);
    CHECK(is_own);
}
