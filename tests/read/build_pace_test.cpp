#include "read/build_pace.hpp"

#include <doctest/doctest.h>

using namespace diptych;
using namespace diptych::read;
using namespace std::chrono_literals;

namespace {

/// Lets a tenth of a second go by, and says how many commits there were and how long each took.
struct paced {
    build_pace pace;
    timestamp now = {};
    commit_load load = {};

    std::chrono::microseconds after(
        std::uint64_t commits, std::uint64_t each_us, std::chrono::microseconds worked = 5ms
    ) {
        now += 100ms;
        load.groups += commits;
        load.commit_us += commits * each_us;
        return pace.rest_after(worked, now, load);
    }
};

}  // namespace

TEST_CASE("while nothing is recorded, all of the time is spent on building") {
    paced of;
    of.after(0, 0);
    CHECK(of.after(0, 0) == 0us);
    CHECK(of.pace.share() == 1);
    CHECK(of.pace.piece() == 50ms);
}

TEST_CASE("beside commits it is half of the time, in small pieces") {
    paced of;
    of.after(0, 0);
    CHECK(of.after(100, 200) == 5ms);
    CHECK(of.pace.share() == 0.5);
    CHECK(of.pace.piece() == 5ms);
}

TEST_CASE("commits that take longer halve it, down to a twentieth") {
    paced of;
    of.after(0, 0);
    of.after(100, 200);
    CHECK(of.after(100, 400) == 15ms);
    CHECK(of.pace.share() == 0.25);
    for (auto i = 0; i < 10; ++i) of.after(100, 400);
    CHECK(of.pace.share() == 0.05);
    CHECK(of.after(100, 400) == 95ms);
}

TEST_CASE("and it comes back in small steps when they do not") {
    paced of;
    of.after(0, 0);
    of.after(100, 200);
    of.after(100, 400);
    of.after(100, 400);
    CHECK(of.pace.share() == doctest::Approx(0.125));
    of.after(100, 200);
    CHECK(of.pace.share() == doctest::Approx(0.175));
    for (auto i = 0; i < 20; ++i) of.after(100, 210);
    CHECK(of.pace.share() == 0.5);
}

TEST_CASE("no rest is longer than a fifth of a second") {
    paced of;
    of.after(0, 0);
    of.after(100, 200);
    CHECK(of.after(100, 250, 10s) == 200ms);
}

TEST_CASE("what commits take at best is found anew when the load is another one") {
    paced of;
    of.after(0, 0);
    of.after(100, 200);
    of.after(100, 400);
    CHECK(of.pace.share() < 0.5);
    for (auto i = 0; i < 600; ++i) of.after(100, 400);  // a minute
    CHECK(of.pace.share() == 0.5);
}

TEST_CASE("a clock that is set back does not stop it") {
    paced of;
    of.after(0, 0);
    of.after(100, 200);
    of.now -= 1h;
    of.after(100, 200);
    CHECK(of.after(0, 0) == 0us);
}
