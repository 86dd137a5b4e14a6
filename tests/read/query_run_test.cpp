#include "log/hash.hpp"
#include "read/log_fixture.hpp"

#include <diptych/json_value.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

using namespace diptych;
using namespace diptych::read;

namespace {

constexpr char const* things = R"sql(
-- @view things
create table things (
  id text primary key, colour text, weight integer not null, price decimal(2), seen timestamp
);
create index by_colour on things (colour, weight);
-- @on thing
insert or replace into things values (:id, :colour, :weight, :price, :seen);
-- @on gone
delete from things where id = :id;
-- @on many
-- @each :list as :one
insert into things (id, weight) values ('m' || :$index, 9);
-- @serve filter colour, weight, price, seen  sort colour, weight, price, seen  search colour
)sql";

struct things_fixture : log_fixture {
    temporary_folder folder;
    view_set views{*log, folder.path(), time, {.connections_max = 1}};

    things_fixture() {
        views.add_text("things.sql", things).or_throw();
        views.start().or_throw();
    }
};

std::vector<std::string> ids(std::string const& rows) {
    auto const parsed = json::parse(rows).or_throw();
    std::vector<std::string> list;
    for (auto const row : parsed.root().elements()) list.emplace_back(row.find("id")->text());
    return list;
}

// Without the shared-memory index, in which readers mark where they are.
std::map<std::string, std::string> hashes(std::filesystem::path const& folder) {
    std::map<std::string, std::string> all;
    for (auto const& one : std::filesystem::directory_iterator{folder}) {
        if (one.path().string().ends_with("-shm")) continue;
        std::ostringstream bytes;
        bytes << std::ifstream{one.path(), std::ios::binary}.rdbuf();
        all[one.path().filename()] = log::to_hex(log::sha256({bytes.str()}));
    }
    return all;
}

}  // namespace

TEST_CASE("pages put together are the whole, whatever the order") {
    things_fixture of;
    std::mt19937 random{42};
    auto const pick = [&](unsigned below) { return random() % below; };
    for (int i = 0; i < 200; ++i) {
        auto const colour = pick(5);
        auto const price = pick(4);
        of.append(
            "thing",
            R"({"id":"t)" + std::to_string(i) + R"(","colour":)" +
                (colour == 0 ? "null" : "\"c" + std::to_string(colour) + "\"") + R"(,"weight":)" +
                std::to_string(pick(6)) + R"(,"price":)" +
                (price == 0 ? "null" : "0." + std::to_string(price)) + "}"
        );
    }
    of.views.catch_up("things").or_throw();
    for (auto const* const order :
         {"id",
          "id.desc",
          "colour",
          "colour.desc",
          "weight,colour.desc",
          "price.desc,weight",
          "colour,price,weight.desc",
          "weight.desc,id.desc"}) {
        CAPTURE(order);
        auto const whole = ids(rows_of(of.views, "things", {{"order", order}, {"limit", "1000"}}));
        CHECK(whole.size() == 200);
        std::vector<std::string> pieces;
        url_query_parameters parameters{{"order", order}, {"limit", "7"}};
        while (true) {
            auto const page = of.views.query("things", parameters).or_throw();
            auto const list = ids(page.rows);
            CHECK(list.size() == page.count);
            pieces.insert(pieces.end(), list.begin(), list.end());
            if (!page.next) break;
            parameters = {{"order", order}, {"limit", "7"}, {"cursor", *page.next}};
        }
        CHECK(pieces == whole);
    }
}

TEST_CASE("rows that match throughout come once, whatever happens to others between two pages") {
    std::mt19937 random{7};
    auto const pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
    things_fixture of;
    auto const put = [&](unsigned id, unsigned colour, unsigned weight) {
        of.append(
            "thing",
            R"({"id":"t)" + std::to_string(id) + R"(","colour":"c)" + std::to_string(colour) +
                R"(","weight":)" + std::to_string(weight) + "}"
        );
    };
    // Those below 100 stay as they are; the others come, change and go.
    for (unsigned id = 0; id < 100; ++id) put(id, pick(4), pick(4));
    for (int round = 0; round < 40; ++round) {
        std::array<std::string, 5> const orders{
            "id", "weight.desc", "colour,weight.desc", "colour.desc,id.desc", "price,weight"
        };
        std::array<url_query_parameters::value_type, 3> const filters{
            {{"weight", "gte.1"}, {"or", "(colour.eq.c1,weight.lt.3)"}, {"colour", "not.eq.c0"}}
        };
        auto const order = orders[pick(orders.size())];
        auto const filter = filters[pick(filters.size())];
        CAPTURE(order);
        CAPTURE(filter.second);
        auto const stays = [](std::string const& id) { return id.size() < 4; };
        url_query_parameters parameters{filter, {"order", order}, {"limit", "1000"}};
        of.views.catch_up("things").or_throw();
        auto whole = ids(rows_of(of.views, "things", parameters));
        std::erase_if(whole, [&](auto const& id) { return !stays(id); });
        std::vector<std::string> pieces;
        parameters.back().second = "9";
        while (true) {
            auto const page = of.views.query("things", parameters).or_throw();
            for (auto const& id : ids(page.rows))
                if (stays(id)) pieces.push_back(id);
            if (!page.next) break;
            parameters.resize(3);
            parameters.emplace_back("cursor", *page.next);
            for (auto changes = pick(6); changes > 0; --changes) {
                if (pick(3) == 0)
                    of.append("gone", R"({"id":"t)" + std::to_string(100 + pick(50)) + "\"}");
                else
                    put(100 + pick(50), pick(4), pick(4));
            }
            of.views.catch_up("things").or_throw();
        }
        CHECK(pieces == whole);
    }
}

TEST_CASE("page n of k rows has rows (n-1)k+1 to nk of the whole") {
    things_fixture of;
    for (int i = 0; i < 23; ++i)
        of.append(
            "thing",
            R"({"id":"t)" + std::to_string(i) + R"(","weight":)" + std::to_string(i % 3) + "}"
        );
    of.views.catch_up("things").or_throw();
    auto const whole = ids(rows_of(of.views, "things", {{"order", "weight.desc"}}));
    std::vector<std::string> pieces;
    for (int page = 1; page < 10; ++page) {
        url_query_parameters const parameters{
            {"order", "weight.desc"}, {"limit", "5"}, {"page", std::to_string(page)}
        };
        auto const found = of.views.query("things", parameters).or_throw();
        CHECK(found.skipped == (page - 1) * 5);
        CHECK(found.count == (page < 5 ? 5 : page == 5 ? 3 : 0));
        CHECK(found.next_page.has_value() == (page < 5));
        CHECK_FALSE(found.next);
        auto const list = ids(found.rows);
        pieces.insert(pieces.end(), list.begin(), list.end());
    }
    CHECK(pieces == whole);
}

TEST_CASE("a page by number that is too big is refused, not cut short") {
    things_fixture of;
    auto const long_text = std::string(1u << 20, 'x');
    for (int i = 0; i < 10; ++i)
        of.append(
            "thing",
            R"({"id":"t)" + std::to_string(i) + R"(","weight":1,"colour":")" + long_text + "\"}"
        );
    of.views.catch_up("things").or_throw();
    CHECK(of.views.query("things", {}).or_throw().next);
    auto const refused = of.views.query("things", {{"page", "1"}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.contains("ask for fewer with 'limit'"));
    CHECK(of.views.query("things", {{"page", "2"}, {"limit", "3"}}).or_throw().count == 3);
}

TEST_CASE("rows that match are counted, all of them or as many as is cheap") {
    things_fixture of;
    for (int i = 0; i < 30; ++i)
        of.append(
            "thing",
            R"({"id":"t)" + std::to_string(i) + R"(","weight":)" + std::to_string(i % 3) + "}"
        );
    of.views.catch_up("things").or_throw();
    auto const count = [&](counting how, url_query_parameters parameters) {
        parameters.emplace_back("limit", "4");
        return of.views.query("things", parameters, {.count = how}).or_throw();
    };
    for (auto const how : {counting::exact, counting::estimated}) {
        CHECK(count(how, {}).total == 30);
        CHECK(count(how, {{"weight", "eq.1"}}).total == 10);
        CHECK(count(how, {{"weight", "eq.1"}, {"page", "2"}}).total == 10);
        CHECK(count(how, {{"weight", "eq.7"}}).total == 0);
        CHECK_FALSE(count(how, {}).has_more);
        auto const first = count(how, {});
        CHECK(count(how, {{"cursor", *first.next}}).total == 30);
    }
    CHECK_FALSE(count(counting::none, {}).total);
    CHECK(count(counting::exact, {}).etag != count(counting::none, {}).etag);

    // Many rows by one event: a list in it.
    auto many = std::string{R"({"list":[0)"};
    for (int i = 1; i < 10'050; ++i) many += "," + std::to_string(i);
    of.append("many", many + "]}");
    of.views.catch_up("things").or_throw();
    CHECK(count(counting::exact, {}).total == 10'080);
    auto const cheap = count(counting::estimated, {});
    CHECK(cheap.total == counted_cheaply_max);
    CHECK(cheap.has_more);
}

TEST_CASE("a query that takes too long is ended, and the next one is answered") {
    // Every look at it takes as long as it is told.
    struct slow_clock : clock {
        timestamp at{std::chrono::hours{24 * 365}};
        std::chrono::microseconds look{};
        timestamp now() override { return at += look; }
    };
    log_fixture of;
    temporary_folder const folder;
    slow_clock time;
    view_set views{*of.log, folder.path(), time, {.connections_max = 1}};
    views.add_text("things.sql", things).or_throw();
    views.start().or_throw();
    for (int i = 0; i < 3'000; ++i)
        of.append("thing", R"({"id":"t)" + std::to_string(i) + R"(","weight":1})");
    views.catch_up("things").or_throw();

    url_query_parameters const sorted{{"order", "price"}, {"limit", "10"}};
    time.look = std::chrono::seconds{11};
    auto const ended = views.query("things", sorted);
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == errc::unavailable);
    CHECK(ended.error().code == "query_too_long");
    CHECK(ended.error().message.contains("10 s"));
    time.look = {};
    CHECK(views.query("things", sorted).or_throw().count == 10);
}

TEST_CASE("filters choose rows as they say") {
    things_fixture of;
    of.append("thing", R"({"id":"a","colour":"red","weight":1,"price":1.5,"seen":"2026-03-01"})");
    of.append("thing", R"({"id":"b","colour":"Red*","weight":2,"price":2})");
    of.append("thing", R"({"id":"c","weight":3,"seen":"2026-03-02T10:00:00Z"})");
    of.views.catch_up("things").or_throw();
    auto const found = [&](std::string name, std::string value) {
        std::string list;
        for (auto const& id :
             ids(rows_of(of.views, "things", {{std::move(name), std::move(value)}})))
            list += id;
        return list;
    };
    CHECK(found("id", "eq.a") == "a");
    CHECK(found("weight", "gt.1") == "bc");
    CHECK(found("weight", "in.(1,3)") == "ac");
    CHECK(found("price", "eq.1.50") == "a");
    CHECK(found("price", "lte.2") == "ab");
    CHECK(found("colour", "is.null") == "c");
    CHECK(found("colour", "is.not_null") == "ab");
    CHECK(found("colour", "like.red") == "a");
    CHECK(found("colour", "like.*ed*") == "ab");
    CHECK(found("colour", "like._e_") == "a");
    CHECK(found("colour", "neq.red") == "b");
    CHECK(found("colour", "eq.' or 1=1 --") == "");
    CHECK(found("seen", "gte.2026-03-02") == "c");
    CHECK(found("limit", "2") == "ab");
    CHECK(
        rows_of(of.views, "things", {{"select", "price,id"}, {"id", "eq.b"}}) ==
        R"([{"price":2.00,"id":"b"}])"
    );
    CHECK(
        rows_of(of.views, "things", {{"select", "seen"}, {"id", "eq.c"}}) ==
        R"([{"seen":"2026-03-02T10:00:00Z"}])"
    );
}

TEST_CASE("no query changes a byte") {
    things_fixture of;
    for (int i = 0; i < 50; ++i)
        of.append("thing", R"({"id":"t)" + std::to_string(i) + R"(","weight":1})");
    of.views.catch_up("things").or_throw();
    auto const before = hashes(of.folder.path());
    CHECK(before.size() == 3);  // the view, its WAL, which version is served
    for (auto const& parameters : std::vector<url_query_parameters>{
             {},
             {{"order", "price.desc"}},
             {{"colour", "like.*x*"}},
             {{"limit", "3"}, {"select", "id"}},
             {{"id", "eq.'; delete from things; --"}},
             {{"weight", "gt.0"}, {"order", "weight,id"}},
             {{"or", "(weight.gt.0,not.and(colour.eq.a,colour.eq.b))"}},
             {{"limit", "3"}, {"page", "2"}},
             {{"search", "red or \"dark green\" -blue"}}
         })
        for (auto const how : {counting::none, counting::exact, counting::estimated})
            CHECK(of.views.query("things", parameters, {.count = how}));
    CHECK(!of.views.query("things", {{"nothing", "eq.1"}}));
    CHECK(hashes(of.folder.path()) == before);
}

TEST_CASE("the etag changes with the rows and not with the position") {
    things_fixture of;
    of.append("thing", R"({"id":"a","weight":1})");
    of.views.catch_up("things").or_throw();
    auto const first = of.views.query("things", {}).or_throw();
    of.append("something_else", "{}");
    of.views.catch_up("things").or_throw();
    auto const second = of.views.query("things", {}).or_throw();
    CHECK(second.etag == first.etag);
    CHECK(second.at.position == position{2});
    of.append("thing", R"({"id":"b","weight":1})");
    of.views.catch_up("things").or_throw();
    CHECK(of.views.query("things", {}).or_throw().etag != first.etag);
}

TEST_CASE("an unknown view is not found, and the near one is named") {
    things_fixture of;
    auto const asked = of.views.query("thing", {});
    REQUIRE(!asked);
    CHECK(asked.error().kind == errc::not_found);
    CHECK(asked.error().message == "there is no view 'thing'; did you mean 'things'?");
}
