#include "channels/file/file_transport.hpp"

#include "outbox/outbox_fixture.hpp"
#include "sim/lying_disk.hpp"
#include "storage/whole_file.hpp"

#include <diptych/json_value.hpp>

#include <sstream>

using namespace diptych;
using namespace diptych::outbox;
using namespace std::chrono_literals;

namespace {

constexpr auto path = "/data/out/orders.jsonl";

// A transport that goes gives its lock back to the disk.
struct disk_that_stays {
    sim::lying_disk disk;
};

struct file_fixture : disk_that_stays, outbox_fixture {
    file_fixture() { again(); }

    void again() {
        restart();
        channel = std::make_unique<outbox::channel>(
            how, *log, time, random, std::make_unique<channels::file_transport>(disk, path, "log")
        );
    }

    std::string text() { return storage::read_whole(disk, path).value_or(""); }

    // Versions by stream; every line must be whole.
    std::map<std::string, std::vector<int>> lines() {
        std::map<std::string, std::vector<int>> all;
        std::istringstream in(text());
        for (std::string line; std::getline(in, line);) {
            auto const read = json::parse(line).or_throw();
            all[std::string(read.root().find("subject")->text())].push_back(
                std::stoi(std::string(read.root().find("diptychversion")->text()))
            );
        }
        return all;
    }
};

message a_message() {
    return {
        .id = "i",
        .position = {},
        .version = {},
        .recorded_at = {},
        .stream = "s-1",
        .type = "t",
        .data = "{}"
    };
}

// The stream as often as it was begun again, but none missing.
bool is_whole(std::vector<int> const& versions, int last) {
    int seen = 0;
    for (auto const v : versions) {
        if (v > seen + 1) return false;
        seen = std::max(seen, v);
    }
    return seen == last;
}

}  // namespace

TEST_CASE("a file gets a CloudEvent in each line, in the order of each stream") {
    file_fixture at;
    for (int i = 0; i < 9; ++i) at.append("order-" + std::to_string(i % 3));
    at.run();
    auto const all = at.lines();
    CHECK(all.size() == 3);
    for (auto const& [stream, versions] : all) CHECK(versions == std::vector{1, 2, 3});
    at.append("order-1");
    at.again();
    at.run();
    CHECK(at.lines().at("order-1").back() == 4);
}

TEST_CASE("a line that a crash cut off is removed, and comes again") {
    file_fixture at;
    at.append("order-1");
    at.run();
    auto const whole = at.text();
    at.disk.replace(path, whole + R"({"specversion":"1.0","id":")" + std::string(5000, 'x'));
    at.append("order-1");
    CHECK(at.channel->stop());
    at.again();
    at.run();
    CHECK(at.text().starts_with(whole));
    CHECK(at.lines().at("order-1") == std::vector{1, 2});
}

TEST_CASE("a file that was moved away is begun anew") {
    file_fixture at;
    at.append("order-1");
    at.run();
    at.disk.rename(path, "/data/out/orders.1").or_throw();
    at.append("order-1");
    at.run();
    CHECK(at.lines().at("order-1") == std::vector{2});
}

TEST_CASE("what was acknowledged is in the file, wherever the power fails") {
    for (std::uint64_t call = 1; call < 60; ++call)
        for (auto const seed : {1u, 2u, 3u}) {
            CAPTURE(call);
            CAPTURE(seed);
            file_fixture at;
            at.disk.lose_power_at(call);
            for (int i = 0; i < 12; ++i) {
                at.append("order-" + std::to_string(i % 2));
                (void)at.channel->step();
                at.time.advance(2s);
                (void)at.channel->step();
            }
            at.disk.power_off();
            bank::counting_random chance;
            chance.value = seed;
            at.disk.power_on(chance);
            at.again();
            at.run_out();
            auto const all = at.lines();
            CHECK(is_whole(all.at("order-0"), 6));
            CHECK(is_whole(all.at("order-1"), 6));
        }
}

TEST_CASE("a file of which a crash has torn the first lines is known, and goes on") {
    for (std::uint64_t call = 1; call < 20; ++call)
        for (std::uint64_t seed = 1; seed < 9; ++seed) {
            CAPTURE(call);
            CAPTURE(seed);
            file_fixture at;
            at.disk.lose_power_at(call);
            for (int i = 0; i < 3; ++i)
                at.append("order-0", "placed", "\"" + std::string(2'000, 'x') + "\"");
            (void)at.channel->step();
            (void)at.channel->step();
            at.disk.power_off();
            bank::counting_random chance;
            chance.value = seed;
            at.disk.power_on(chance);
            at.again();
            at.run_out();
            CHECK(is_whole(at.lines().at("order-0"), 3));
        }
}

TEST_CASE("a call of the disk that fails costs a pause and no line, also when the power fails later"
) {
    for (auto const kind :
         {sim::fault_kind::io_error, sim::fault_kind::no_space, sim::fault_kind::short_write})
        for (std::uint64_t call = 1; call < 40; ++call) {
            CAPTURE(call);
            file_fixture at;
            at.disk.fail_at({{.call = call, .kind = kind}});
            for (int i = 0; i < 12; ++i) {
                at.append("order-" + std::to_string(i % 2));
                at.run();
                at.time.advance(1s);
            }
            at.run_out();
            // What was not synced that time has not become so by itself.
            at.disk.power_off();
            bank::counting_random chance;
            at.disk.power_on(chance);
            at.again();
            at.run_out();
            auto const all = at.lines();
            CHECK(is_whole(all.at("order-0"), 6));
            CHECK(is_whole(all.at("order-1"), 6));
        }
}

TEST_CASE("a file that somebody empties to make room loses nothing that comes then") {
    file_fixture at;
    for (int i = 0; i < 3; ++i) at.append("order-0");
    at.run_out();
    {
        auto file = at.disk.open(path, storage::file_mode::read_write).or_throw();
        file->truncate(0).or_throw();
        file->sync().or_throw();
    }
    for (int i = 0; i < 3; ++i) at.append("order-0");
    at.run_out();
    CHECK(at.lines().at("order-0") == std::vector{4, 5, 6});
    at.again();
    at.append("order-0");
    at.run_out();
    CHECK(at.lines().at("order-0") == std::vector{4, 5, 6, 7});
}

TEST_CASE("the address of a file is a path, below the folder of the log unless it is whole") {
    std::vector const known{channels::file_scheme()};
    bank::manual_clock time;
    sim::lying_disk disk;
    endpoint::surroundings const in{
        .disk = disk, .folder = "/data", .time = time, .environment = {}
    };
    auto const deliver_to = [&](std::string const& to) {
        auto const of = parse_channel("a.toml", "to = \"" + to + "\"", known).or_throw();
        auto made = known[0].open(of, in).or_throw();
        made->send(1, a_message());
        CHECK(made->answers().at(0).what == fate::delivered);
    };
    deliver_to("file:out/a.jsonl");
    deliver_to("file:/else/b.jsonl");
    CHECK(disk.exists("/data/out/a.jsonl").or_throw());
    CHECK(disk.exists("/else/b.jsonl").or_throw());
    CHECK_FALSE(parse_channel("a.toml", "to = \"file:out/\"", known));
}
