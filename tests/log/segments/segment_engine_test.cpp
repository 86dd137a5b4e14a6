#include "frames.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <thread>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;
using namespace std::chrono_literals;

namespace {

std::string text_of(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> segments_in(std::filesystem::path const& root) {
    auto names = storage::system_disk().list(root / "log").or_throw();
    std::erase_if(names, [](auto const& name) { return !name.ends_with(".seg"); });
    return names;
}

}  // namespace

TEST_CASE("a missing folder becomes a log, and what is written is there after a clean close") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path()};
    uuid log_id;
    {
        auto const log = opener.writer().or_throw();
        CHECK(log->end().position == position{0});
        CHECK(log->end().epoch == epoch{1});
        log_id = log->end().log_id;
        CHECK_FALSE(log_id.is_nil());
        CHECK(log->frames(position{0}, 1000).or_throw().empty());
        for (int i = 0; i < 10; ++i) write_events(*log, 3).or_throw();
        check_whole(*log, 30);
        log->close().or_throw();
    }
    CHECK(text_of(folder.path() / "FORMAT") == "diptych 1\nlog " + to_string(log_id) + "\n");
    CHECK(std::filesystem::exists(folder.path() / "CLOSED"));
    auto const log = opener.writer().or_throw();
    CHECK(log->end().log_id == log_id);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "CLOSED"));
    check_whole(*log, 30);
    write_events(*log, 1).or_throw();
    check_whole(*log, 31);
}

TEST_CASE("a log that was not closed has everything that was acknowledged") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path()};
    for (std::uint64_t round = 1; round <= 3; ++round) {
        auto const log = opener.writer().or_throw();
        for (int i = 0; i < 5; ++i) write_events(*log, 2).or_throw();
        check_whole(*log, round * 10);
    }
}

TEST_CASE("segments are sealed before they grow beyond their size, and read as one log") {
    temporary_folder const folder;
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 20'000, .indexed = false}
    };
    {
        auto const log = opener.writer().or_throw();
        for (std::size_t i = 0; i < 200; ++i) write_events(*log, 1 + i % 3, 100).or_throw();
        check_whole(*log, 399, 100);
    }
    auto const names = segments_in(folder.path());
    CHECK(names.size() > 4);
    CHECK(names.front() == "00000000000000000001.seg");
    for (std::size_t i = 0; i + 1 < names.size(); ++i)
        CHECK(std::filesystem::file_size(folder.path() / "log" / names[i]) <= 20'000);
    auto const log = opener.writer().or_throw();
    check_whole(*log, 399, 100);
    CHECK(opener.writer().error().code == "locked");
}

TEST_CASE("frames begin with the one that holds a position and keep within the bytes asked for") {
    temporary_folder const folder;
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 200'000, .indexed = false}
    };
    auto const log = opener.writer().or_throw();
    for (int i = 0; i < 300; ++i) write_events(*log, 4, 700).or_throw();
    for (std::uint64_t n = 1; n <= 1200; n += 7) {
        auto const frames = log->frames(position{n}, 1).or_throw();
        REQUIRE(frames.size() == 1);
        CHECK(frames.front()->first <= position{n});
        CHECK(frames.front()->last() >= position{n});
        CHECK(frames.front()->bytes.capacity() >= frames.front()->bytes.size() + 64);
    }
    auto const some = log->frames(position{1}, 20'000).or_throw();
    std::size_t bytes = 0;
    for (auto const& one : some) bytes += one->bytes.size();
    CHECK(some.size() > 3);
    CHECK(bytes <= 20'000);
    CHECK(log->frames(position{1201}, 1000).or_throw().empty());
}

TEST_CASE("answers-only frames take no position and are kept in their place") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path()};
    hash256 chain;
    {
        auto const log = opener.writer().or_throw();
        write_answer(*log, "a").or_throw();
        write_events(*log, 2).or_throw();
        chain = log->end().chain;
        write_answer(*log, "b").or_throw();
        write_answer(*log, "c").or_throw();
        CHECK(log->end().position == position{2});
        CHECK(log->end().chain != chain);
    }
    auto const log = opener.writer().or_throw();
    auto const all = log->frames(position{0}, 10'000).or_throw();
    REQUIRE(all.size() == 4);
    CHECK(all[0]->answers.front().key.id == "a");
    CHECK(all[1]->event_count == 2);
    CHECK(all[3]->answers.front().body == "refused");
    CHECK(all[3]->chain == log->end().chain);
    CHECK(log->frames(position{1}, 10'000).or_throw().size() == 3);
    CHECK(log->frames(position{3}, 10'000).or_throw().empty());
    CHECK(log->chain_at(position{2}).or_throw() == chain);
    CHECK(log->passed(position{2}, chain).or_throw());
    CHECK(log->passed(position{2}, all[2]->chain).or_throw());
    CHECK(log->passed(position{0}, all[0]->chain).or_throw());
    CHECK_FALSE(log->passed(position{2}, all[0]->chain).or_throw());
    CHECK_FALSE(log->passed(position{3}, chain).or_throw());
}

TEST_CASE("the chain inside a frame is the one that its events make") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path()};
    auto const log = opener.writer().or_throw();
    write_events(*log, 3).or_throw();
    auto const before = log->end();
    auto three = make_frame(before, {some_event(4), some_event(5), some_event(6)});
    auto const two = make_frame(before, {some_event(4), some_event(5)});
    log->write(three).or_throw();
    CHECK(log->chain_at(position{0}).or_throw() == hash256{});
    CHECK(log->chain_at(position{3}).or_throw() == before.chain);
    CHECK(log->chain_at(position{5}).or_throw() == two.chain);
    CHECK(log->chain_at(position{6}).or_throw() == three.chain);
    CHECK_FALSE(log->chain_at(position{7}));
}

TEST_CASE("the position at a time is the last one recorded until then") {
    temporary_folder const folder;
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 8'000, .indexed = false}
    };
    auto const log = opener.writer().or_throw();
    CHECK(log->position_at(timestamp{1h}).or_throw() == position{0});
    for (int i = 0; i < 60; ++i) write_events(*log, 2, 100).or_throw();
    // Frame i, with events 2i - 1 and 2i, is recorded at i ms.
    CHECK(log->position_at(timestamp{0ms}).or_throw() == position{0});
    for (unsigned i = 1; i <= 60; ++i) {
        CHECK(log->position_at(timestamp{i * 1ms}).or_throw().value == 2 * i);
        CHECK(log->position_at(timestamp{i * 1ms + 1us}).or_throw().value == 2 * i);
    }
    CHECK(log->position_at(timestamp{1h}).or_throw() == position{120});
}

TEST_CASE("single events far apart and side by side are fetched, each checked") {
    temporary_folder const folder;
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 50'000, .indexed = false}
    };
    auto const log = opener.writer().or_throw();
    for (int i = 0; i < 100; ++i) write_events(*log, 5, 300).or_throw();
    std::vector<position> const wanted{
        position{1}, position{2}, position{3}, position{77}, position{300}, position{500}
    };
    auto const page = log->fetch(wanted).or_throw();
    REQUIRE(page.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        CHECK(page[i].position == wanted[i]);
        CHECK(page[i].data == some_event(wanted[i].value, 300).data);
        CHECK(page[i].epoch == epoch{1});
    }
    position const beyond{501};
    CHECK(log->fetch({&beyond, 1}).error().kind == errc::not_found);
    REQUIRE(log->epochs().size() == 1);
    CHECK(log->epochs().front().first == position{1});
}

TEST_CASE("a second writer is refused with the name of the first, a reader is welcome") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path()};
    auto const log = opener.writer().or_throw();
    auto const second = opener.writer();
    REQUIRE_FALSE(second);
    CHECK(second.error().kind == errc::unavailable);
    CHECK(second.error().message.contains("process " + std::to_string(::getpid())));
    CHECK(opener.reader());
}

TEST_CASE("a reader follows the writer's watermark over segments, and writes nothing") {
    temporary_folder const folder;
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 9'000, .indexed = false}
    };
    CHECK(opener.reader().error().kind == errc::not_found);
    auto const writer = opener.writer().or_throw();
    auto const reader = opener.reader().or_throw();
    CHECK(reader->end().position == position{0});
    CHECK(reader->end().log_id == writer->end().log_id);
    for (std::uint64_t n = 1; n <= 100; ++n) {
        write_events(*writer, 1, 100).or_throw();
        REQUIRE(reader->end().position.value == n);
        if (n % 9 == 0) check_whole(*reader, n, 100);
    }
    write_answer(*writer, "a").or_throw();
    CHECK(reader->end().position == position{100});
    CHECK(reader->writable().error().kind == errc::denied);
    CHECK(write_events(*reader, 1).error().kind == errc::denied);
    CHECK(opener.reader().or_throw()->end().position == position{100});
}

TEST_CASE("a log without a writer is read up to its last watermark or clean close") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path()};
    {
        auto const log = opener.writer().or_throw();
        write_events(*log, 4).or_throw();
    }
    check_whole(*opener.reader().or_throw(), 4);
    opener.writer().or_throw()->close().or_throw();
    std::filesystem::remove(folder.path() / "log" / "WATERMARK");
    check_whole(*opener.reader().or_throw(), 4);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "log" / "WATERMARK"));
}

TEST_CASE("another program's folder and a newer format are left alone") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path()};
    std::filesystem::create_directories(folder.path());
    std::ofstream(folder.path() / "notes.txt") << "mine";
    auto const foreign = opener.writer();
    CHECK(foreign.error().code == "foreign_folder");
    CHECK(foreign.error().message.contains("notes.txt"));
    CHECK(
        storage::system_disk().list(folder.path()).or_throw() ==
        std::vector<std::string>{"notes.txt"}
    );

    std::filesystem::remove(folder.path() / "notes.txt");
    opener.writer().or_throw()->close().or_throw();
    auto const format = text_of(folder.path() / "FORMAT");
    std::ofstream(folder.path() / "FORMAT") << "diptych 2\n" << format.substr(10);
    auto const names = storage::system_disk().list(folder.path()).or_throw();
    CHECK(opener.writer().error().code == "newer_format");
    CHECK(opener.reader().error().code == "newer_format");
    CHECK(storage::system_disk().list(folder.path()).or_throw() == names);
    std::ofstream(folder.path() / "FORMAT") << "something else\n";
    CHECK(opener.writer().error().code == "foreign_folder");
}

TEST_CASE("housekeeping writes zeros ahead, so that commits do not grow the file") {
    temporary_folder const folder;
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 2'000'000, .indexed = false}
    };
    auto const log = opener.writer().or_throw();
    auto const path = folder.path() / "log" / "00000000000000000001.seg";
    std::uint64_t grown = 0;
    for (int i = 0; i < 1'500; ++i) {
        while (log->maintain({}).or_throw()) {
        }
        auto const size = std::filesystem::file_size(path);
        write_events(*log, 1, 1000).or_throw();
        if (std::filesystem::file_size(path) != size) ++grown;
    }
    CHECK(grown == 0);
    CHECK(std::filesystem::exists(folder.path() / "log" / "next.tmp"));
    CHECK(std::filesystem::file_size(path) <= 2'000'000);
    check_whole(*log, 1'500, 1000);
}

TEST_CASE("a commit that outruns the zeros works, also while they are being written") {
    temporary_folder const folder;
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 3'000'000, .indexed = false}
    };
    {
        auto const log = opener.writer().or_throw();
        std::atomic<bool> done = false;
        std::thread housekeeping([&] {
            while (!done) log->maintain({}).or_throw();
        });
        for (int i = 0; i < 150; ++i) write_events(*log, 50, 1000).or_throw();
        done = true;
        housekeeping.join();
        check_whole(*log, 7'500, 1000);
    }
    check_whole(*opener.writer().or_throw(), 7'500, 1000);
}

TEST_CASE("an event of 342 bytes takes at most 1.35 times that in the log") {
    temporary_folder const folder;
    log_opener opener{storage::system_disk(), folder.path()};
    auto const log = opener.writer().or_throw();
    std::vector<event_data> events(64);
    for (auto& event : events)
        event = {
            .stream = "account-a1234",
            .type = "bank.money_deposited",
            .data = std::string(256, 'd'),
            .metadata = std::string(86, 'm'),
        };
    auto next = make_frame(log->end(), events);
    log->write(next).or_throw();
    auto const table = 4 * events.size();
    CHECK(static_cast<double>(next.bytes.size() + table) <= 1.35 * 342 * 64);
}
