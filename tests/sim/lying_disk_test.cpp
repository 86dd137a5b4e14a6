// The disk that lies: what it may do, and what it must not.
#include "sim/lying_disk.hpp"

#include "sim/chance.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace diptych;
using namespace diptych::sim;
using storage::file_mode;

namespace {

std::string text_of(storage::file const& from) {
    std::string text(static_cast<std::size_t>(from.size().or_throw()), '\0');
    CHECK(from.read(0, text).or_throw() == text.size());
    return text;
}

struct one_file {
    one_file() {
        disk.make_directories("/d").or_throw();
        file = disk.open("/d/f", file_mode::create_new).or_throw();
        disk.sync_directory("/d").or_throw();
    }
    void lose_power(std::uint64_t seed) {
        chance draws{seed};
        disk.power_off();
        disk.power_on(draws);
    }
    std::string after_power_loss(std::uint64_t seed) {
        lose_power(seed);
        file = disk.open("/d/f", file_mode::read_write).or_throw();
        return text_of(*file);
    }

    lying_disk disk;
    std::unique_ptr<storage::file> file;
};

}  // namespace

TEST_CASE("what was synced is there after a power loss, and the rest in any part of its sectors") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        one_file of;
        of.file->write(0, std::string(1024, 'a')).or_throw();
        of.file->sync().or_throw();
        of.file->write(0, std::string(1024, 'b')).or_throw();
        auto const left = of.after_power_loss(seed);
        REQUIRE(left.size() == 1024);
        CHECK(left.substr(0, 512) == std::string(512, left[0]));
        CHECK(left.substr(512) == std::string(512, left[512]));
        seen.insert({left[0], left[512]});
    }
    CHECK(seen == std::set<std::string>{"aa", "ab", "ba", "bb"});
}

TEST_CASE("a killed process loses nothing that it has written") {
    one_file of;
    of.file->write(0, "abc").or_throw();
    of.disk.power_off();
    CHECK_FALSE(of.file->write(0, "x"));
    of.disk.restart_process();
    CHECK_FALSE(of.file->write(0, "x"));  // one of before
    CHECK(text_of(*of.disk.open("/d/f", file_mode::read_only).or_throw()) == "abc");
}

TEST_CASE("a name that was not synced may be gone, and those behind it with it") {
    auto both = 0;
    auto first = 0;
    auto none = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        one_file of;
        of.disk.open("/d/1", file_mode::create_new).or_throw();
        of.disk.open("/d/2", file_mode::create_new).or_throw();
        of.lose_power(seed);
        auto const has_1 = of.disk.exists("/d/1").or_throw();
        auto const has_2 = of.disk.exists("/d/2").or_throw();
        CHECK_FALSE((has_2 && !has_1));
        (has_2 ? both : has_1 ? first : none) += 1;
    }
    CHECK(both > 0);
    CHECK(first > 0);
    CHECK(none > 0);
}

TEST_CASE("a renamed file has one of its names after a power loss, never both or none") {
    auto old = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        one_file of;
        of.disk.rename("/d/f", "/d/g").or_throw();
        of.lose_power(seed);
        CHECK(of.disk.exists("/d/f").or_throw() != of.disk.exists("/d/g").or_throw());
        if (of.disk.exists("/d/f").or_throw()) ++old;
    }
    CHECK(old > 0);
    CHECK(old < 100);
}

TEST_CASE("after a sync that failed the pages count as clean and are not durable") {
    one_file of;
    of.file->write(0, "abc").or_throw();
    of.disk.fail_at({{.call = of.disk.calls() + 1}});
    CHECK_FALSE(of.file->sync());
    of.file->sync().or_throw();
    CHECK(text_of(*of.file) == "abc");
    CHECK(of.after_power_loss(1).empty());
}

TEST_CASE("the n-th call fails, in the way it was told to") {
    one_file of;
    auto const next = [&](fault_kind kind) {
        of.disk.fail_at({{.call = of.disk.calls() + 1, .kind = kind}});
    };
    next(fault_kind::no_space);
    CHECK(of.file->write(0, "abcd").error().kind == errc::unavailable);
    next(fault_kind::io_error);
    CHECK(of.file->write(0, "abcd").error().kind == errc::failed);
    CHECK(text_of(*of.file).empty());
    next(fault_kind::short_write);
    CHECK(of.file->write(0, "abcd").error().kind == errc::failed);
    CHECK(text_of(*of.file) == "ab");
    next(fault_kind::flipped_bit);
    of.file->write(0, "abcd").or_throw();
    CHECK(text_of(*of.file) != "abcd");
    CHECK(of.disk.faults_met() == 4);
    of.disk.limit_bytes(5);
    of.file->write(1, "12").or_throw();
    CHECK(of.file->write(4, "12").error().kind == errc::unavailable);
    of.disk.limit_bytes({});
    of.file->write(4, "12").or_throw();
}

TEST_CASE("a lock is free once its holder is gone, also without giving it back") {
    one_file of;
    auto const held = of.disk.lock("/d/lock").or_throw();
    CHECK(of.disk.lock("/d/lock").error().kind == errc::unavailable);
    of.disk.power_off();
    of.disk.restart_process();
    auto const mine = of.disk.lock("/d/lock").or_throw();
    CHECK_FALSE(of.disk.lock("/d/lock"));
}
