// A file that others know of, too: nothing that is in it is lost.
#include "channels/file/file_transport.hpp"
#include "outbox/channel_set.hpp"
#include "outbox/outbox_fixture.hpp"
#include "sim/lying_disk.hpp"
#include "storage/whole_file.hpp"
#include "temporary_folder.hpp"

#include <diptych/json_value.hpp>

using namespace diptych;
using namespace diptych::outbox;

namespace {

constexpr auto shared = "/data/out/shared.jsonl";

message a_line(std::string id, std::size_t size = 0) {
    return {
        .id = std::move(id),
        .position = {},
        .version = {},
        .recorded_at = {},
        .stream = "s-1",
        .type = "t",
        .data = "\"" + std::string(size, 'x') + "\""
    };
}

struct shared_fixture {
    sim::lying_disk disk;
    channels::file_transport a{disk, shared, "a"};

    static told send(channels::file_transport& by, std::string id) {
        by.send(1, a_line(std::move(id)));
        return by.answers().at(0);
    }

    std::string text() { return storage::read_whole(disk, shared).value_or("(none)"); }

    // What was there before.
    void begin_with(std::string was) {
        disk.make_directories("/data/out").or_throw();
        disk.open(shared, storage::file_mode::create_new).or_throw();
        disk.replace(shared, std::move(was));
    }

    void others_write(std::string_view more) { disk.replace(shared, text() + std::string(more)); }

    // "a1 b1"; a line that is no CloudEvent stands as it is.
    std::string ids() {
        std::string all;
        auto const whole = text();
        for (std::string_view left = whole; !left.empty();) {
            auto const end = left.find('\n');
            CHECK(end != left.npos);
            auto const line = left.substr(0, end);
            auto const read = json::parse(std::string(line));
            if (!all.empty()) all += ' ';
            all += read ? read->root().find("id")->text() : line;
            left.remove_prefix(std::min(left.size(), line.size() + 1));
        }
        return all;
    }
};

}  // namespace

TEST_CASE("two channels to one file are refused when they are declared, with both names") {
    outbox_fixture at;
    sim::lying_disk disk;
    channel_set all(
        *at.log,
        at.time,
        at.random,
        {channels::file_scheme()},
        {.disk = disk, .folder = "/data", .time = at.time, .environment = {}}
    );
    all.add("channels/a.toml", "to = \"file:out/x.jsonl\"").or_throw();
    for (auto const* const same :
         {"out/x.jsonl", "out/./x.jsonl", "../data/out/y/../x.jsonl", "/data//out/x.jsonl"}) {
        CAPTURE(same);
        auto const second = all.add("channels/b.toml", "to = \"file:" + std::string(same) + "\"");
        REQUIRE_FALSE(second);
        CHECK(second.error().code == "channel_file");
        CHECK(second.error().message.contains("channels/a.toml"));
        CHECK(second.error().message.contains("channels/b.toml"));
        CHECK(second.error().message.contains("/data/out/x.jsonl"));
    }
    CHECK(all.add("channels/b.toml", "to = \"file:out/y.jsonl\""));
    CHECK(all.all().size() == 2);
}

TEST_CASE("two channels whose ways to one file differ by a symbolic link are refused, too") {
    testing::temporary_folder const data;
    std::filesystem::create_directory(data / "out");
    std::filesystem::create_directory_symlink(data / "out", data / "linked");
    auto const place = [&](std::string const& address) {
        outbox::declaration of{};
        of.address = address;
        return channels::file_scheme().place(
            of,
            {.disk = storage::system_disk(),
             .folder = data.path(),
             .time = system_clock(),
             .environment = {}}
        );
    };
    CHECK(place("out/x.jsonl") == place("linked/x.jsonl"));
    CHECK(place("out/x.jsonl") != place("out/y.jsonl"));
}

TEST_CASE("lines that others append while a file is served are kept, and it goes on behind them") {
    shared_fixture at;
    at.send(at.a, "a1");
    at.others_write("{\"id\":\"other\"}\n");
    at.send(at.a, "a2");
    CHECK(at.ids() == "a1 other a2");
    at.others_write("torn");
    at.send(at.a, "a3");
    CHECK(at.ids() == "a1 other a2 torn a3");
}

TEST_CASE("who finds another channel at its file waits until that one is gone, and says so") {
    shared_fixture at;
    channels::file_transport b{at.disk, "/data/linked.jsonl", "b", std::string(shared) + ".lock"};
    {
        channels::file_transport first{at.disk, shared, "a"};
        CHECK(at.send(first, "a1").what == fate::delivered);
        auto const said = at.send(at.a, "b1");
        CHECK(said.what == fate::away);
        CHECK(said.why.starts_with(std::string("another channel delivers to ") + shared + ": "));
        CHECK(at.send(b, "b2").why.starts_with("another channel delivers to /data/linked.jsonl: "));
        CHECK(at.send(first, "a2").what == fate::delivered);
    }
    CHECK(at.send(at.a, "b1").what == fate::delivered);
    CHECK(at.ids() == "a1 a2 b1");
}

TEST_CASE("a channel has its file until it is gone, also if others move it away or write to it") {
    shared_fixture at;
    CHECK(at.send(at.a, "a1").what == fate::delivered);
    at.others_write("{\"id\":\"other\"}\n");
    CHECK(at.send(at.a, "a2").what == fate::delivered);
    at.disk.rename(shared, "/data/out/old").or_throw();
    CHECK(at.send(at.a, "a3").what == fate::delivered);
    channels::file_transport b{at.disk, shared, "b"};
    CHECK(at.send(b, "b1").what == fate::away);
    CHECK(at.ids() == "a3");
}

TEST_CASE("a file that is there and is none of lines is left as it is, and that is said") {
    for (auto const& was :
         {std::string("SQLite format 3\0\x10\n{}\n", 21),
          std::string("plain\n"),
          std::string(5'000, '\0'),
          std::string("x"),
          std::string("\n")}) {
        CAPTURE(was);
        shared_fixture at;
        at.begin_with(was);
        auto const said = at.send(at.a, "a1");
        CHECK(said.what == fate::away);
        CHECK(said.why.contains(shared));
        CHECK(said.why.contains("does not begin as a file of lines"));
        CHECK(at.text() == was);
        at.disk.rename(shared, "/data/out/old").or_throw();
        CHECK(at.send(at.a, "a1").what == fate::delivered);
        CHECK(at.ids() == "a1");
    }
}

TEST_CASE("an unfinished line is cut if a crash left it, and ended if others did") {
    for (auto const& [was, now] : std::vector<std::pair<std::string, std::string>>{
             {"", "a1"},
             {"{", "a1"},
             {"{\"id\":\"o\"}\n{\"specversion\":\"1.0\",\"id\":\"ab", "o a1"},
             {"{\"id\":\"o\"}\n" + std::string(2'000, '\0'), "o a1"},
             {"{\"id\":\"o\"", "{\"id\":\"o\" a1"},
             {"{\"id\":\"o\"}\ntorn", "o torn a1"},
             {std::string("{\"id\":\"o\"}\na\0b\nc", 16), std::string("o a\0b c a1", 10)}
         }) {
        CAPTURE(was);
        shared_fixture at;
        at.begin_with(was);
        CHECK(at.send(at.a, "a1").what == fate::delivered);
        CHECK(at.ids() == now);
    }
}

TEST_CASE("what others append after a write that failed is kept") {
    shared_fixture at;
    at.send(at.a, "a1");
    at.disk.fail_operation("sync", shared);
    CHECK(at.send(at.a, "a2").what == fate::away);
    at.others_write("{\"id\":\"other\"}\n");
    CHECK(at.send(at.a, "a2").what == fate::delivered);
    CHECK(at.ids().ends_with("other a2"));
}

TEST_CASE("a file that is emptied between two pieces of one write loses no line that comes then") {
    shared_fixture at;
    at.send(at.a, "a0");
    constexpr std::size_t large = 3u << 20;  // two are more than a piece
    for (int i = 1; i < 6; ++i)
        at.a.send(static_cast<std::uint64_t>(i), a_line("a" + std::to_string(i), large));
    bool is_emptied = false;
    at.disk.before_call([&](std::string_view what, std::string const&) {
        if (what != "sync" || std::exchange(is_emptied, true)) return;
        auto file = at.disk.open(shared, storage::file_mode::read_write).or_throw();
        file->truncate(0).or_throw();
    });
    CHECK(at.a.answers().size() == 5);
    CHECK(at.ids() == "a3 a4 a5");
}
