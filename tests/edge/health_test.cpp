// What a person should look at though the node is ready.
#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace diptych;
using namespace diptych::testing;

namespace {

constexpr auto short_names = R"sql(
-- @view short_names async
create table short_names (reader text primary key, check (length(reader) < 5));
-- @on lent
insert into short_names values (:reader) on conflict do nothing;
)sql";

}  // namespace

TEST_CASE("a view that is paused is named, with its reason; the node is ready") {
    site_fixture of({}, std::make_unique<log::memory::memory_engine>(site_fixture::log_id()), 1);
    of.views.offer("short_names.sql", short_names).or_throw();
    auto const lend = [&](std::string const& book, std::string const& reader) {
        auto const body = R"({"book":")" + book + R"(","reader":")" + reader + R"("})";
        REQUIRE(of.post("/commands/lend", body).status == 201);
        while (of.views.step("short_names").or_throw()) {
        }
        return of.ask("GET", "/health");
    };
    CHECK(json_at(lend("b1", "ada").body, "degraded") == "[]");
    auto const health = lend("b2", "alexandra");
    CHECK(health.status == 200);
    CHECK(json_at(health.body, "degraded.0").starts_with("view short_names is paused at 1.1: "));
    CHECK(json_at(health.body, "degraded.0").contains("event 2"));
    CHECK(json_at(health.body, "degraded.1").empty());
}

TEST_CASE("a version that can not be built beside the one that is served is named") {
    site_fixture of({}, std::make_unique<log::memory::memory_engine>(site_fixture::log_id()), 1);
    of.views.offer("short_names.sql", short_names).or_throw();
    REQUIRE(of.post("/commands/lend", R"({"book":"b1","reader":"ada"})").status == 201);
    while (of.views.step("short_names").or_throw()) {
    }
    auto shorter = std::string{short_names};
    shorter.replace(shorter.find("< 5"), 3, "< 3");
    of.views.offer("short_names.sql", shorter).or_throw();
    while (of.views.build_step().or_throw()) {
    }
    auto const named = json_at(of.ask("GET", "/health").body, "degraded.0");
    CHECK(named.starts_with("version "));
    CHECK(named.contains(" of view short_names is paused at "));
    CHECK(named.contains("event 1"));
}

TEST_CASE("a source of which messages are held, and that has no file any more, is named") {
    site_fixture of;
    inbox::sources earlier(
        *of.log,
        of.wall,
        {.elsewhere = [&](inbox::task what) { of.runner.errands.add(std::move(what)); }},
        [](std::string_view) { return false; }
    );
    earlier.add("lost.toml", "mode = 'resequence'").or_throw();
    auto* const lost = earlier.find("lost").or_throw();
    auto parcel = inbox::parse_parcel(
                      lost->of(),
                      R"({"message_id":"m2","stream":"s","version":2,"type":"changed","data":{}})",
                      earlier.is_declared(),
                      "c"
    )
                      .or_throw();
    std::promise<std::vector<result<inbox::answer>>> said;
    lost->receive(std::move(parcel.messages), [&](auto answers) {
        said.set_value(std::move(answers));
    });
    auto const answers = said.get_future().get();
    REQUIRE(answers.at(0));
    REQUIRE(answers.at(0)->verdict == inbox::verdict::held);

    auto const health = of.ask("GET", "/health");
    CHECK(health.status == 200);
    CHECK(
        json_at(health.body, "degraded") ==
        R"(["no file declares source lost, of which messages are held: 1"])"
    );
}
