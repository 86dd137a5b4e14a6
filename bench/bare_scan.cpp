#include "bare_scan.hpp"

#include "appends.hpp"
#include "log/hash.hpp"
#include "log/little_endian.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <simdjson.h>
#include <unistd.h>

namespace diptych::bench {

namespace {

constexpr std::size_t header_size = 128;
constexpr std::size_t frame_size = 80;
constexpr std::size_t record_size = 58;
constexpr std::size_t chunk = 1u << 20;
constexpr std::uint32_t frame_magic = 0x726697d1;

bare_record record_at(char const* from, char const* end) {
    auto const stream_size = log::load<std::uint8_t>(from + 46);
    auto const type_size = log::load<std::uint8_t>(from + 47);
    auto const tags_size = log::load<std::uint16_t>(from + 48);
    auto const* const data = from + record_size + stream_size + type_size + tags_size;
    return {
        .stream = {from + record_size, stream_size},
        .data = {data, log::load<std::uint32_t>(from + 50)},
        .readable = static_cast<std::size_t>(end - data),
        .file = 0,
        .offset = 0,
        .size = log::load<std::uint32_t>(from),
    };
}

}  // namespace

class deposit_reader::parser {
public:
    simdjson::ondemand::parser with;
    simdjson::ondemand::document document;
};

deposit_reader::deposit_reader() : parser_(std::make_unique<parser>()) {}
deposit_reader::~deposit_reader() = default;

bare_deposit deposit_reader::read(std::string_view data, std::size_t readable) {
    bare_deposit made;
    auto& document = parser_->document;
    if (parser_->with.iterate(data.data(), data.size(), readable).get(document) ||
        document["account"].get(made.account) || document["amount"].get(made.amount) ||
        document["note"].get(made.note))
        give_up("simdjson", data);
    return made;
}

bare_segments::bare_segments(std::string const& folder) {
    std::vector<std::string> names;
    for (auto const& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".seg") names.push_back(entry.path());
    std::ranges::sort(names);
    for (auto const& name : names) {
        auto const file = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
        std::array<char, header_size> header{};
        if (file < 0 ||
            ::pread(file, header.data(), header.size(), 0) != static_cast<ssize_t>(header.size()))
            give_up("can not read", name);
        // Log id and first position stand one behind the other, as in the seed.
        segments_.push_back({file, log::crc32c(0, {header.data() + 16, 24})});
    }
}

bare_segments::~bare_segments() {
    for (auto const& one : segments_) ::close(one.file);
}

std::uint64_t bare_segments::scan(std::function<void(bare_record const&)> const& each) const {
    std::string buffer;
    std::uint64_t events = 0;
    for (std::uint32_t i = 0; i < segments_.size(); ++i) events += scan_one(i, buffer, each);
    return events;
}

std::uint64_t bare_segments::scan_one(
    std::uint32_t number, std::string& buffer, std::function<void(bare_record const&)> const& each
) const {
    auto const& from = segments_[number];
    std::uint64_t events = 0;
    std::uint64_t base = header_size;  // the place of the buffer's beginning in the file
    std::size_t have = 0;
    std::size_t at = 0;
    // Brings `size` bytes from `at` on into the buffer. False at the end of the file.
    auto const bring = [&](std::size_t size) {
        if (have - at >= size) return true;
        std::memmove(buffer.data(), buffer.data() + at, have - at);
        base += at;
        have -= at;
        at = 0;
        auto const room = std::max(chunk, size);
        if (buffer.size() < room + simdjson::SIMDJSON_PADDING)
            buffer.resize(room + simdjson::SIMDJSON_PADDING);
        while (have < size) {
            auto const count = ::pread(
                from.file, buffer.data() + have, room - have, static_cast<off_t>(base + have)
            );
            if (count <= 0) return false;
            have += static_cast<std::size_t>(count);
        }
        return true;
    };
    while (bring(frame_size) && log::load<std::uint32_t>(buffer.data() + at) == frame_magic) {
        auto const body_size = log::load<std::uint32_t>(buffer.data() + at + 8);
        if (!bring(frame_size + body_size)) break;
        auto const* const frame = buffer.data() + at;
        auto const* const body = frame + frame_size;
        auto const seed = log::crc32c(from.seed_base, {frame + 4, 4});
        if (log::crc32c(seed, {body, body_size}) != log::load<std::uint32_t>(frame + 72))
            give_up("checksum", "of a frame's body is wrong");
        auto const count = log::load<std::uint32_t>(frame + 12);
        auto const* place = body;
        for (std::uint32_t i = 0; i < count; ++i) {
            auto record = record_at(place, buffer.data() + buffer.size());
            record.file = number;
            record.offset = base + static_cast<std::uint64_t>(place - buffer.data());
            each(record);
            place += record.size;
        }
        events += count;
        at += frame_size + body_size;
    }
    return events;
}

bare_record bare_segments::at(std::uint32_t file, std::uint64_t offset, std::uint32_t size) {
    if (buffer_.size() < size + simdjson::SIMDJSON_PADDING)
        buffer_.resize(size + simdjson::SIMDJSON_PADDING);
    if (::pread(segments_[file].file, buffer_.data(), size, static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(size))
        give_up("pread", "of an event came short");
    return record_at(buffer_.data(), buffer_.data() + buffer_.size());
}

}  // namespace diptych::bench
