#include "log/record.hpp"

#include "log/little_endian.hpp"

#include <diptych/assert.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace diptych::log {

namespace {

// Offsets in an event record. docs/reference/segment-format.md has the table.
constexpr std::size_t size_at = 0;
constexpr std::size_t checksum_at = 4;
constexpr std::size_t version_at = 8;
constexpr std::size_t time_at = 16;
constexpr std::size_t id_at = 24;
// 40: the key id, reserved and zero.
constexpr std::size_t flags_at = 44;
constexpr std::size_t tag_count_at = 45;
constexpr std::size_t stream_size_at = 46;
constexpr std::size_t type_size_at = 47;
constexpr std::size_t tags_size_at = 48;
constexpr std::size_t data_size_at = 50;
constexpr std::size_t metadata_size_at = 54;
constexpr std::size_t names_at = 58;

constexpr std::size_t chained_at = version_at;  // What the chain covers of these fields.
constexpr std::size_t chained_size = data_size_at - version_at;

constexpr unsigned char erased_flag = 1;

std::size_t byte(std::string_view record, std::size_t at) {
    return static_cast<unsigned char>(record[at]);
}

std::uint32_t checksum(std::string_view record, std::uint32_t seed) {
    return crc32c(seed, record.substr(checksum_at + 4));
}

auto broken(position at, std::string_view why) {
    auto failure = fail(
        errc::corrupt, "corrupt_event", fmt::format("event at position {}: {}", at.value, why)
    );
    failure.error().facts.emplace_back("position", fmt::to_string(at.value));
    return failure;
}

// The bytes between the fixed fields and the data: stream, type and tags.
std::size_t names_size(std::string_view record) {
    return byte(record, stream_size_at) + byte(record, type_size_at) +
           load<std::uint16_t>(record.data() + tags_size_at);
}

bool tags_fit(std::string_view tags, std::size_t count) {
    for (; count > 0 && !tags.empty(); --count) {
        auto const size = 1 + byte(tags, 0);
        if (size > tags.size()) return false;
        tags.remove_prefix(size);
    }
    return count == 0 && tags.empty();
}

}  // namespace

encoded_event encode(event_data const& event, uuid const& id) {
    std::size_t tags_size = 0;
    for (auto const& tag : event.tags) {
        DIPTYCH_ASSERT(tag.size() <= name_size_max, "the caller has checked the tags' sizes");
        tags_size += 1 + tag.size();
    }
    DIPTYCH_ASSERT(
        event.stream.size() <= name_size_max && event.type.size() <= name_size_max &&
            event.tags.size() <= tags_max && event.data.size() <= append_bytes_max &&
            event.metadata.size() <= append_bytes_max,
        "the caller has checked the event's sizes"
    );
    auto const size = names_at + event.stream.size() + event.type.size() + tags_size +
                      event.data.size() + event.metadata.size();
    std::string record;
    record.reserve(size);
    record.resize(names_at);
    auto* const head = record.data();
    store(head + size_at, static_cast<std::uint32_t>(size));
    std::memcpy(head + id_at, id.bytes.data(), id.bytes.size());
    store(head + tag_count_at, static_cast<std::uint8_t>(event.tags.size()));
    store(head + stream_size_at, static_cast<std::uint8_t>(event.stream.size()));
    store(head + type_size_at, static_cast<std::uint8_t>(event.type.size()));
    store(head + tags_size_at, static_cast<std::uint16_t>(tags_size));
    store(head + data_size_at, static_cast<std::uint32_t>(event.data.size()));
    store(head + metadata_size_at, static_cast<std::uint32_t>(event.metadata.size()));
    record.append(event.stream).append(event.type);
    for (auto const& tag : event.tags) {
        record += static_cast<char>(tag.size());
        record += tag;
    }
    record.append(event.data).append(event.metadata);
    return {
        .bytes = std::move(record),
        .data_hash = sha256({event.data}),
        .metadata_hash = sha256({event.metadata}),
    };
}

std::string_view stream_of(std::string_view record) {
    return record.substr(names_at, byte(record, stream_size_at));
}

std::uint32_t record_seed(uuid const& log_id, position at) {
    std::array<char, 24> text;
    std::memcpy(text.data(), log_id.bytes.data(), log_id.bytes.size());
    store(text.data() + 16, at.value);
    return crc32c(0, {text.data(), text.size()});
}

void seal(std::span<char> record, std::uint32_t seed, version at, timestamp recorded_at) {
    store(record.data() + version_at, at.value);
    store(record.data() + time_at, std::int64_t{recorded_at.time_since_epoch().count()});
    store(record.data() + checksum_at, checksum({record.data(), record.size()}, seed));
}

hash256 chain_after(
    hash256 const& before,
    std::string_view sealed_record,
    position at,
    hash256 const& data_hash,
    hash256 const& metadata_hash
) {
    std::array<char, 1 + 8 + chained_size> header;
    header[0] = static_cast<char>(record_kind::event);
    store(header.data() + 1, at.value);
    std::memcpy(header.data() + 9, sealed_record.data() + chained_at, chained_size);
    // The flag is left out: erasing later must not break the chain.
    header[9 + flags_at - chained_at] &= static_cast<char>(~erased_flag);
    return sha256(
        {bytes_of(before),
         {header.data(), header.size()},
         sealed_record.substr(names_at, names_size(sealed_record)),
         bytes_of(data_hash),
         bytes_of(metadata_hash)}
    );
}

hash256 chain_after(hash256 const& before, std::string_view sealed_record, position at) {
    auto const data_size = load<std::uint32_t>(sealed_record.data() + data_size_at);
    auto const data = sealed_record.substr(names_at + names_size(sealed_record), data_size);
    auto const metadata = sealed_record.substr(names_at + names_size(sealed_record) + data_size);
    auto data_hash = hash256{};
    if ((byte(sealed_record, flags_at) & erased_flag) == 0)
        data_hash = sha256({data});
    else
        std::memcpy(data_hash.data(), data.data(), std::min(data.size(), data_hash.size()));
    return chain_after(before, sealed_record, at, data_hash, sha256({metadata}));
}

std::size_t record_size(std::string_view bytes) {
    return bytes.size() < 4 ? 0 : load<std::uint32_t>(bytes.data() + size_at);
}

result<recorded_event> decode(
    std::string_view record, position at, epoch in, std::optional<std::uint32_t> seed
) {
    if (record.size() < names_at || record_size(record) != record.size())
        return broken(at, "its record has another length than it says");
    if (seed && load<std::uint32_t>(record.data() + checksum_at) != checksum(record, *seed))
        return broken(at, "its checksum does not match");
    auto const stream_size = byte(record, stream_size_at);
    auto const type_size = byte(record, type_size_at);
    auto const tag_count = byte(record, tag_count_at);
    auto const tags_size = load<std::uint16_t>(record.data() + tags_size_at);
    auto const data_size = load<std::uint32_t>(record.data() + data_size_at);
    auto const metadata_size = load<std::uint32_t>(record.data() + metadata_size_at);
    if (names_at + stream_size + type_size + tags_size + std::uint64_t{data_size} + metadata_size !=
        record.size())
        return broken(at, "the lengths in its record do not add up");
    auto rest = record.substr(names_at);
    auto const take = [&rest](std::size_t size) {
        auto const part = rest.substr(0, size);
        rest.remove_prefix(size);
        return part;
    };
    recorded_event event{
        .position = at,
        .epoch = in,
        .version = version{load<std::uint64_t>(record.data() + version_at)},
        .id = {},
        .recorded_at =
            timestamp{std::chrono::microseconds{load<std::int64_t>(record.data() + time_at)}},
        .stream = take(stream_size),
        .type = take(type_size),
        .tags = {},
        .data = {},
        .metadata = {},
    };
    std::memcpy(event.id.bytes.data(), record.data() + id_at, event.id.bytes.size());
    auto const tags = take(tags_size);
    if (!tags_fit(tags, tag_count)) return broken(at, "its tags do not fit their lengths");
    event.tags = tag_list{tags, tag_count};
    event.data = take(data_size);
    event.metadata = rest;
    event.erased = (byte(record, flags_at) & erased_flag) != 0;
    if (event.erased) {
        if (data_size != sizeof(hash256)) return broken(at, "it is erased but keeps no hash");
        event.data = {};
    }
    return event;
}

}  // namespace diptych::log
