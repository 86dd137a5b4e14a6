#include "example_log.hpp"
#include "log/segments/segment_format.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

using namespace diptych;
using namespace diptych::log;
using namespace diptych::log::segments;

namespace {

std::filesystem::path const source{DIPTYCH_SOURCE_DIR};

std::string text_of(std::filesystem::path const& path) {
    std::ifstream in(path, std::ios::binary);
    REQUIRE(in);
    return {std::istreambuf_iterator<char>(in), {}};
}

// The bytes of lines such as "0080  d1 97 66 72   magic".
std::string bytes_shown(std::string const& document) {
    std::string bytes;
    std::istringstream lines(document.substr(document.find("## Worked example")));
    for (std::string line; std::getline(lines, line);) {
        if (line.size() < 8 || line.substr(4, 2) != "  ") continue;
        if (line.find_first_not_of("0123456789abcdef") != 4) continue;
        REQUIRE(std::stoul(line.substr(0, 4), nullptr, 16) == bytes.size());
        for (std::size_t at = 6; at + 1 < line.size() && line[at] != ' '; at += 3)
            bytes += static_cast<char>(std::stoi(line.substr(at, 2), nullptr, 16));
    }
    return bytes;
}

void check_golden(segment_engine& log) {
    CHECK(log.end().position == position{11});
    auto const frames = log.frames(position{0}, 1 << 20).or_throw();
    REQUIRE(frames.size() == 7);
    auto const& first = frames.front()->events.front();
    CHECK(first.stream == "product-p1");
    CHECK(first.type == "shop.allocated");
    CHECK(first.tags.contains("order-o1"));
    CHECK(first.data == R"({"quantity":3})");
    CHECK(frames.front()->answers.front().key.id == "req-42");
    CHECK(frames.back()->answers.front().key.id == "req-43");
    for (std::uint64_t n = 2; n <= 11; ++n)
        CHECK(log.fetch(std::vector{position{n}}).or_throw()[0].data == some_event(n).data);
    CHECK(
        to_hex(log.chain_at(position{11}).or_throw()) ==
        "e59a2795c830f9804065b147a0c24b286d4d82e82dd6911e0928aa51d93ac975"
    );
}

}  // namespace

TEST_CASE("the worked example of the format's page is what is written") {
    faulty_disk disk;
    write_example(disk);
    auto const written = disk.content("/example/log/00000000000000000001.seg");
    auto const shown = bytes_shown(text_of(source / "docs/reference/segment-format.md"));
    REQUIRE(shown.size() == written.size());
    for (std::size_t at = 0; at < shown.size(); ++at) {
        CAPTURE(at);
        REQUIRE(shown[at] == written[at]);
    }
}

TEST_CASE("files of format 1 open") {
    temporary_folder const folder;
    std::filesystem::copy(
        source / "tests/golden/segments/v1", folder.path(), std::filesystem::copy_options::recursive
    );
    log_opener opener{
        storage::system_disk(), folder.path(), {.segment_bytes = 600, .indexed = false}
    };
    check_golden(*opener.reader().or_throw());
    auto const log = opener.writer().or_throw();
    check_golden(*log);
    write_events(*log, 2).or_throw();
    CHECK(log->end().position == position{13});
}

TEST_CASE("a segment of a newer format says so") {
    faulty_disk disk;
    write_example(disk);
    auto& bytes = disk.content("/example/log/00000000000000000001.seg");
    bytes[8] = 2;
    auto const checksum = crc32c(0, std::string_view(bytes).substr(0, 124));
    std::memcpy(bytes.data() + 124, &checksum, 4);
    log_opener opener{disk, example_root};
    auto const opened = opener.writer();
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == "newer_format");
    CHECK(opened.error().message.contains("format 2"));
}
