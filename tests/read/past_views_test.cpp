#include "read/log_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

using namespace diptych;
using namespace diptych::read;
using namespace std::chrono_literals;

namespace {

std::string counter(std::string_view by) {
    return "-- @view counter async\n"
           "create table counter (name text primary key, n integer not null check (n < 100));\n"
           "-- @event counted (name text)\n-- @on counted\n"
           "insert into counter values (:name, " +
           std::string{by} + ") on conflict (name) do update set n = n + " + std::string{by} +
           ";\n-- @serve sort n\n";
}

// Each look at it takes so long.
class ticking_clock : public clock {
public:
    timestamp now() override { return at_ += tick; }
    std::chrono::microseconds tick = 0ms;

private:
    timestamp at_{std::chrono::hours{24}};
};

struct past_fixture : log_fixture {
    temporary_folder folder;
    ticking_clock watch;
    view_options how = {};
    std::unique_ptr<view_set> views;

    void start(std::string const& text) {
        views.reset();
        views = std::make_unique<view_set>(*log, folder.path(), watch, how);
        views->add_text("counter.sql", text).or_throw();
        views->start().or_throw();
    }
    void count(int times) {
        for (auto i = 0; i < times; ++i) append("counted", R"({"name":"a"})");
    }
    result<query_answer> as_of(std::uint64_t at) const {
        query_options const asked{.as_of = position{at}};
        return views->query("counter", {}, asked);
    }
    std::size_t files() const {
        std::size_t count = 0;
        for (auto const& one : std::filesystem::directory_iterator{folder.path() / "past"})
            if (one.path().extension() == ".db") ++count;
        return count;
    }
};

std::string only(int n) { return R"([{"name":"a","n":)" + std::to_string(n) + "}]"; }

}  // namespace

TEST_CASE("a view answers as of every position what it answered there") {
    past_fixture of;
    of.start(counter("1"));
    std::vector<std::string> shown{rows_of(*of.views, "counter")};
    for (auto i = 0; i < 7; ++i) {
        of.append(i % 3 == 2 ? "other" : "counted", R"({"name":"a"})");
        of.views->catch_up("counter").or_throw();
        shown.push_back(rows_of(*of.views, "counter"));
    }
    for (auto const at : {3u, 0u, 7u, 1u, 5u, 2u, 6u, 4u}) {
        auto const answer = of.as_of(at).or_throw();
        CHECK(answer.rows == shown[at]);
        CHECK(answer.at.position.value == at);
    }
    CHECK(rows_of(*of.views, "counter") == shown.back());
}

TEST_CASE("it is the view of today that is asked, and may be behind itself") {
    past_fixture of;
    of.start(counter("1"));
    of.count(3);
    CHECK(of.as_of(2).or_throw().rows == only(2));
    of.views->offer("counter.sql", counter("10")).or_throw();
    of.views->finish_build("counter").or_throw();
    CHECK(of.as_of(2).or_throw().rows == only(20));
}

TEST_CASE("a long way is gone piece by piece, by whoever asks") {
    past_fixture of;
    of.how.batch_events_max = 5;
    of.start(counter("1"));
    of.count(40);
    of.watch.tick = 300ms;
    auto asked = 0;
    auto answer = of.as_of(40);
    for (; !answer && asked < 100; ++asked) {
        CHECK(answer.error().kind == errc::unavailable);
        CHECK(answer.error().code == "past_not_built");
        answer = of.as_of(40);
    }
    CHECK(asked > 0);
    REQUIRE(answer);
    CHECK(answer->rows == only(40));
}

TEST_CASE("four are kept, those that were asked for last, and none when the set ends") {
    past_fixture of;
    of.start(counter("1"));
    of.count(8);
    for (auto at = 1u; at <= 8; ++at) {
        CHECK(of.as_of(at).or_throw().rows == only(static_cast<int>(at)));
        CHECK(of.as_of(1).or_throw().rows == only(1));
        CHECK(of.files() == std::min<std::size_t>(at, 4));
    }
    std::string left = "left-by-another";
    std::ofstream{of.folder.path() / "past" / left} << "x";
    of.views.reset();
    CHECK(of.files() == 0);
    of.start(counter("1"));
    CHECK_FALSE(std::filesystem::exists(of.folder.path() / "past" / left));
    CHECK(of.as_of(1).or_throw().rows == only(1));
}

TEST_CASE("one that is being built gives way to another when nobody has asked for it for a while") {
    past_fixture of;
    of.how.batch_events_max = 5;
    of.start(counter("1"));
    of.count(40);
    of.watch.tick = 300ms;
    for (auto at = 31u; at <= 34; ++at) {
        auto const begun = of.as_of(at);
        REQUIRE_FALSE(begun);
        CHECK(begun.error().code == "past_not_built");
        CHECK(begun.error().facts.at(0).first == "as_of");
        CHECK(begun.error().facts.at(0).second == std::to_string(at));
    }
    CHECK(of.as_of(35).error().code == "too_many_pasts");
    for (auto asked = 0; asked < 100 && !of.as_of(31); ++asked) {
    }
    CHECK(of.as_of(31).or_throw().rows == only(31));
    of.watch.tick = 60s;
    CHECK(of.as_of(35).error().code == "past_not_built");
}

TEST_CASE("what a view fails on is said, and what was before it is answered") {
    past_fixture of;
    of.start(counter("40"));
    of.count(4);
    CHECK(of.as_of(2).or_throw().rows == only(80));
    auto const beyond = of.as_of(4);
    REQUIRE_FALSE(beyond);
    CHECK(beyond.error().message.find("at event 3") != std::string::npos);
}
