#include "read/versions_fixture.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <stop_token>

using namespace diptych;
using namespace diptych::read;

namespace {

struct ended_fixture : versions_fixture {
    ended_fixture() {
        start(counter("1"));
        count(3);
        follow();
        stop.request_stop();
    }
    bool left_nothing() const { return std::filesystem::is_empty(folder.path() / "replay"); }

    std::stop_source stop;
};

}  // namespace

TEST_CASE("a comparison with a replay is ended, and leaves nothing behind") {
    ended_fixture const of;
    auto const ended = of.of().compare_with_replay({.stop = of.stop.get_token()});
    REQUIRE_FALSE(ended);
    CHECK(ended.error().kind == errc::unavailable);
    CHECK(ended.error().code == "replay_ended");
    CHECK(of.left_nothing());
    CHECK(of.of().compare_with_replay().or_throw().tables.different == 0);
}

TEST_CASE("a what-if is ended, and leaves nothing behind") {
    ended_fixture const of;
    auto const ended = of.of().what_if({}, {}, 10, of.stop.get_token());
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == "replay_ended");
    CHECK(of.left_nothing());
    CHECK(of.of().what_if({}, {}, 10).or_throw().rows.different == 0);
}

TEST_CASE("a comparison with a version that has far to go is ended on its way") {
    ended_fixture of;
    auto const offered = of.views->offer("counter.sql", counter("10"), false).or_throw();
    auto const ended = of.of().compare(offered.version, 10, of.stop.get_token());
    REQUIRE_FALSE(ended);
    CHECK(ended.error().code == "replay_ended");
    CHECK(of.standing() == "served@3 kept@0");
    CHECK(of.of().compare(offered.version, 10).or_throw().tables.different == 1);
}
