#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::testing;

namespace {

// Each reader may have lent one book; what follows for a book that was not taken waits.
constexpr auto once_view = R"sql(
-- @view once async
-- @park
create table once (reader text primary key, book text not null);
create index by_book on once (book);
-- @on lent
insert into once values (:reader, :book);
-- @on returned
delete from once where book = :book;
-- @serve filter book
)sql";

struct parked_site : site_fixture {
    parked_site() : site_fixture({}, std::make_unique<log::memory::memory_engine>(log_id()), 1) {
        REQUIRE(ask("PUT", "/views/once", {}, once_view).status == 201);
    }
    void lend(std::string const& book, std::string const& reader) {
        auto const body = R"({"book":")" + book + R"(","reader":")" + reader + "\"}";
        REQUIRE(post("/commands/lend", body).status == 201);
    }
    void give_back(std::string const& book) {
        REQUIRE(post("/commands/give_back", R"({"book":")" + book + "\"}").status == 200);
    }
    void work() {
        while (views.step("once").or_throw()) {
        }
    }
    std::string parked() const { return ask("GET", "/views/once/dead-letters").body; }
};

}  // namespace

TEST_CASE("dead letters are listed, shown with their event, retried and dropped") {
    parked_site of;
    of.lend("b1", "ada");
    of.work();
    CHECK_FALSE(of.ask("GET", "/views/once").headers.contains("diptych-diverged"));
    CHECK(json_at(of.ask("GET", "/health").body, "degraded") == "[]");
    of.lend("b2", "ada");
    of.give_back("b2");
    of.lend("b3", "eva");
    of.work();

    auto const rows = of.ask("GET", "/views/once?at_least=1.4");
    CHECK(rows.body == R"([{"reader":"ada","book":"b1"},{"reader":"eva","book":"b3"}])");
    CHECK(rows.headers.at("diptych-diverged") == "2");
    auto const listed = of.parked();
    CHECK(json_at(listed, "view") == "once");
    CHECK(json_at(listed, "parked") == "2");
    CHECK(json_at(listed, "diverged") == "true");
    CHECK(json_at(listed, "dead_letters.0.position") == "2");
    CHECK(json_at(listed, "dead_letters.0.code") == "constraint_primary_key");
    CHECK(json_at(listed, "dead_letters.0.attempts") == "1");
    CHECK(json_at(listed, "dead_letters.0.behind").empty());
    CHECK(json_at(listed, "dead_letters.1.position") == "3");
    CHECK(json_at(listed, "dead_letters.1.behind") == "2");
    CHECK(json_at(listed, "dead_letters.1.stream") == "book-b2");

    auto const shown = of.ask("GET", "/views/once/dead-letters/2");
    CHECK(shown.status == 200);
    CHECK(json_at(shown.body, "event.data.reader") == "ada");
    CHECK(json_at(shown.body, "event.position") == "2");
    CHECK(json_at(shown.body, "reason").contains("allows each reader only once"));

    auto const page = of.ask("GET", "/views/once/dead-letters?limit=1");
    CHECK(page.headers.at("link") == R"(</views/once/dead-letters?after=2&limit=1>; rel="next")");
    auto const next = of.ask("GET", "/views/once/dead-letters?after=2&limit=1");
    CHECK(json_at(next.body, "dead_letters.0.position") == "3");
    CHECK_FALSE(next.headers.contains("link"));

    auto const waits = of.post("/views/once/dead-letters/3/retry", "");
    CHECK(waits.status == 400);
    CHECK(json_at(waits.body, "code") == "parked_behind");
    auto again = of.post("/views/once/dead-letters/2/retry", "");
    CHECK(again.status == 200);
    CHECK(json_at(again.body, "failed") == "1");
    CHECK(json_at(again.body, "parked") == "2");

    auto const list = of.ask("GET", "/views").body;
    auto const at = std::string{json_at(list, "4.name") == "once" ? "4." : "?"};
    CHECK(json_at(list, at + "diverged") == "true");
    CHECK(json_at(list, at + "dead_letters") == "2");
    auto const health = of.ask("GET", "/health");
    CHECK(health.status == 200);
    CHECK(json_at(health.body, "status") == "ready");
    CHECK(
        json_at(health.body, "degraded.0") == "view once has diverged from the log; dead letters: 2"
    );
    auto const metrics = of.ask("GET", "/metrics").body;
    CHECK(metrics.contains("diptych_view_dead_letters{view=\"once\"} 2\n"));
    CHECK(metrics.contains("diptych_view_diverged{view=\"once\"} 1\n"));
    CHECK(metrics.contains("diptych_view_parked_total{view=\"once\"} 2\n"));
    CHECK(metrics.contains("diptych_view_dead_letters{view=\"readers\"} 0\n"));
    CHECK(json_at(of.ask("GET", "/views/once/versions").body, "versions.0.dead_letters") == "2");

    // The book that is in the way comes back, and both can be applied.
    of.give_back("b1");
    of.work();
    again = of.post("/views/once/dead-letters/retry", "");
    CHECK(json_at(again.body, "applied") == "2");
    CHECK(json_at(again.body, "parked") == "0");
    auto const whole = of.ask("GET", "/views/once");
    CHECK(whole.body == R"([{"reader":"eva","book":"b3"}])");
    CHECK(whole.headers.at("diptych-diverged") == "0");
}

TEST_CASE("dead letters are dropped one by one, or all") {
    parked_site of;
    of.lend("b1", "ada");
    of.lend("b2", "ada");
    of.lend("b3", "ada");
    of.work();
    auto const one = of.ask("DELETE", "/views/once/dead-letters/2");
    CHECK(one.status == 200);
    CHECK(json_at(one.body, "dropped") == "1");
    CHECK(json_at(one.body, "parked") == "1");
    auto const all = of.ask("DELETE", "/views/once/dead-letters");
    CHECK(json_at(all.body, "dropped") == "1");
    CHECK(json_at(of.parked(), "dead_letters") == "[]");
    CHECK(of.ask("DELETE", "/views/once/dead-letters/2").status == 404);
    CHECK(of.post("/views/once/dead-letters/2/retry", "").status == 404);
    CHECK(of.ask("GET", "/views/once/dead-letters/2").status == 404);
    CHECK(of.ask("GET", "/views/once/dead-letters/two").status == 400);
    CHECK(of.ask("GET", "/views/once/dead-letters?limit=0").status == 400);
    CHECK(of.ask("GET", "/views/once/dead-letters?version=00000000").status == 404);
    CHECK(of.ask("GET", "/views/nothing/dead-letters").status == 404);
    CHECK(json_at(of.ask("GET", "/views/readers/dead-letters").body, "diverged") == "false");
    CHECK(of.post("/views/loans/dead-letters/retry", "").status == 200);
}
