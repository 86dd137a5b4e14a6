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
    explicit one_file(std::uint64_t seed = 1) : disk(seed) {
        disk.make_directories("/d").or_throw();
        disk.sync_directory("/").or_throw();
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

TEST_CASE("a process that is killed at a call finds a disk that works") {
    lying_disk disk;
    disk.lose_power_at(1);
    CHECK_FALSE(disk.make_directories("/d"));
    disk.power_off();
    disk.restart_process();
    CHECK(disk.make_directories("/d"));
}

TEST_CASE("of names that were not synced any may be gone, a directory with all that is in it") {
    std::set<std::string> seen;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        one_file of;
        of.disk.open("/d/1", file_mode::create_new).or_throw();
        of.disk.open("/d/2", file_mode::create_new).or_throw();
        of.disk.make_directories("/e").or_throw();
        of.disk.open("/e/3", file_mode::create_new).or_throw();
        of.disk.sync_directory("/e").or_throw();
        of.lose_power(seed);
        std::string left;
        for (auto const* const path : {"/d/1", "/d/2", "/e/3"})
            if (of.disk.exists(path).or_throw()) left += path[3];
        seen.insert(left);
    }
    CHECK(seen.size() == 8);
}

TEST_CASE("an empty directory is removed, and is back after a power loss unless that was synced") {
    std::set<bool> there;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        one_file of;
        CHECK_FALSE(of.disk.remove("/d"));
        of.disk.make_directories("/d/e").or_throw();
        of.disk.sync_directory("/d").or_throw();
        of.disk.remove("/d/e").or_throw();
        CHECK_FALSE(of.disk.exists("/d/e").or_throw());
        if (seed >= 10) of.disk.sync_directory("/d").or_throw();
        of.lose_power(seed);
        auto const is_there = of.disk.exists("/d/e").or_throw();
        if (seed >= 10)
            CHECK_FALSE(is_there);
        else
            there.insert(is_there);
    }
    CHECK(there.size() == 2);
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

TEST_CASE("after a sync that failed the pages count as clean and may not be durable") {
    std::set<std::string> left;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        one_file of{seed};
        of.file->write(0, "abc").or_throw();
        of.disk.fail_at({{.call = of.disk.calls() + 1}});
        CHECK_FALSE(of.file->sync());
        of.file->sync().or_throw();
        CHECK(text_of(*of.file) == "abc");
        left.insert(of.after_power_loss(1));
    }
    CHECK(left == std::set<std::string>{"", "abc"});  // some could be written all the same
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

TEST_CASE("a fault waits for the operation and the file that it is meant for") {
    one_file of;
    of.disk.fail_at({{.calls = 2, .operation = "write", .where = "/f", .spared = 1}});
    of.file->sync().or_throw();
    of.disk.open("/d/g", file_mode::create_new).or_throw()->write(0, "a").or_throw();
    of.file->write(0, "a").or_throw();
    CHECK_FALSE(of.file->write(0, "a"));
    CHECK_FALSE(of.file->write(0, "a"));
    of.file->write(0, "a").or_throw();
}

TEST_CASE("of a shared page an earlier state may be left") {
    std::set<int> seen;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        one_file of;
        auto const page = of.disk.share("/d/page", true).or_throw();
        for (auto const state : {1, 2, 3}) {
            page->bytes()[0] = static_cast<std::byte>(state);
            of.file->sync().or_throw();
        }
        of.lose_power(seed);
        auto const left = of.disk.share("/d/page", true).or_throw();
        seen.insert(static_cast<int>(left->bytes()[0]));
    }
    CHECK(seen == std::set<int>{0, 1, 2, 3});
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
