// A folder of a log with damaged bytes: it opens or says why not, and what it reads is right.
#include "fuzz/target.hpp"
#include "log/segments/faulty_disk.hpp"
#include "log/segments/segment_engine.hpp"
#include "log/sequenced_log.hpp"

#include <vector>

namespace diptych::fuzz {

namespace {

using log::segments::faulty_disk;
using log::segments::segment_engine;

class fixed_time final : public clock {
    timestamp now() override { return timestamp{std::chrono::hours{24}}; }
};
class counted final : public random_source {
    std::uint64_t next() override { return ++count_; }
    std::uint64_t count_ = 0;
};

constexpr auto root = "/log";

/// Files of a log of a few segments, closed well.
struct original {
    fixed_time time;
    counted random;
    std::map<std::string, std::string> files;
    std::vector<std::string> names;
    std::vector<std::string> data;  // of the events

    original() {
        faulty_disk disk;
        auto engine = open(disk, segment_engine::mode::writer).or_throw();
        auto const log = log::sequenced_log::open(std::move(engine), time, random).or_throw();
        for (int i = 0; i < 12; ++i) {
            data.push_back(R"({"n":)" + std::to_string(i) + '}');
            command_key const key{.caller = "c", .id = std::to_string(i / 2)};
            event_data const event{
                .stream = "a-1", .type = "t", .tags = {"b-2"}, .data = data.back()
            };
            append_request request{.events = {event}};
            if (i % 2 == 0) request.command = key;
            log->append(std::move(request)).or_throw();
        }
        log->close().or_throw();
        files = disk.all();
        for (auto const& [name, _] : files) names.push_back(name);
    }

    result<std::unique_ptr<segment_engine>> open(faulty_disk& on, segment_engine::mode how) {
        return segment_engine::open(
            root, how, on, time, random, {.segment_bytes = 600, .indexed = false}
        );
    }
};

void damage(std::map<std::string, std::string>& files, original const& of, pieces in) {
    while (!in.rest.empty()) {
        auto const& name = of.names[in.byte() % of.names.size()];
        auto const how = in.byte();
        auto const place = in.number(2);
        auto const found = files.find(name);
        if (found == files.end()) continue;
        auto& content = found->second;
        auto const at = content.empty() ? 0 : place % content.size();
        if (how == 0)
            files.erase(found);
        else if (how == 1)
            content.resize(at);
        else if (how == 2)
            std::fill(content.begin() + static_cast<std::ptrdiff_t>(at), content.end(), '\0');
        else if (!content.empty())
            content[at] ^= static_cast<char>(how);
    }
}

void fill(faulty_disk& disk, std::map<std::string, std::string> const& files) {
    disk.make_directories(root).or_throw();
    disk.make_directories(std::filesystem::path(root) / "log").or_throw();
    for (auto const& [name, content] : files)
        disk.open(name, storage::file_mode::create_new).or_throw()->write(0, content).or_throw();
    disk.make_durable();
}

void check(segment_engine const& log, original const& of) {
    auto const end = log.end().position;
    require(end.value <= of.data.size(), "no event comes from nowhere");
    for (std::uint64_t n = 1; n <= end.value; ++n) {
        auto const at = position{n};
        auto const page = log.fetch({&at, 1});
        if (!page) require(page.error().kind == errc::corrupt, "a damaged event is corrupt");
        if (page)
            require((*page)[0].data == of.data[n - 1], "an event is what was recorded, or corrupt");
        auto const frames = log.frames(at, 1);
        if (!frames) require(frames.error().kind == errc::corrupt, "a damaged frame is corrupt");
        if (!frames) continue;
        for (auto const& one : frames->front()->events)
            require(one.data == of.data[one.position.value - 1], "frames say what was recorded");
    }
}

}  // namespace

void log_folder(std::string_view input) {
    static original whole;
    auto files = whole.files;
    auto const flags = pieces{input}.byte();
    damage(files, whole, {input.substr(std::min<std::size_t>(1, input.size()))});
    faulty_disk disk;
    fill(disk, files);
    auto const how = flags % 2 == 0 ? segment_engine::mode::writer : segment_engine::mode::reader;
    auto const opened = whole.open(disk, how);
    if (!opened) {
        require(files != whole.files, "a folder without damage opens");
        return require(!opened.error().message.empty(), "what does not open says why");
    }
    check(**opened, whole);
    auto const is_closed = files.find("/log/CLOSED");
    auto const is_whole =
        is_closed != files.end() && is_closed->second == whole.files.at("/log/CLOSED");
    if (is_whole && (*opened)->writable())
        require((*opened)->end().position.value == whole.data.size(), "what was closed is not cut");
}

}  // namespace diptych::fuzz
