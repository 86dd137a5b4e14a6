#include "log/segments/segment_format.hpp"

#include "log/little_endian.hpp"

#include <fmt/format.h>

#include <cstring>

namespace diptych::log::segments {

namespace {

constexpr std::string_view header_magic = "DIPTYSEG";
constexpr std::string_view footer_magic = "DIPTYEND";
constexpr std::size_t checksum_at = 124;  // in both: over the bytes before

bool checksum_passes(std::string_view bytes) {
    return load<std::uint32_t>(bytes.data() + checksum_at) ==
           crc32c(0, bytes.substr(0, checksum_at));
}

void store_checksum(std::string& bytes) {
    store(bytes.data() + checksum_at, crc32c(0, std::string_view(bytes).substr(0, checksum_at)));
}

void store_time(char* at, timestamp when) {
    store(at, std::int64_t{when.time_since_epoch().count()});
}

timestamp load_time(char const* at) {
    return timestamp{std::chrono::microseconds{load<std::int64_t>(at)}};
}

}  // namespace

std::string encode(segment_header const& header) {
    std::string bytes(segment_header_size, '\0');
    auto* const at = bytes.data();
    std::memcpy(at, header_magic.data(), header_magic.size());
    store(at + 8, segment_format_version);
    store(at + 12, header.epoch.value);
    std::memcpy(at + 16, header.log_id.bytes.data(), header.log_id.bytes.size());
    store(at + 32, header.first.value);
    store(at + 40, header.previous.value);
    std::memcpy(at + 48, header.chain.data(), header.chain.size());
    store_time(at + 80, header.recorded_at);
    store_checksum(bytes);
    return bytes;
}

result<segment_header> decode_segment_header(std::string_view bytes) {
    if (bytes.size() < segment_header_size || !bytes.starts_with(header_magic) ||
        !checksum_passes(bytes))
        return fail(errc::corrupt, "corrupt_segment", "it does not begin with a segment header");
    auto const* const at = bytes.data();
    if (auto const written = load<std::uint32_t>(at + 8); written != segment_format_version)
        return fail(
            errc::invalid,
            "newer_format",
            fmt::format(
                "it is of format {}, this program knows format {}", written, segment_format_version
            )
        );
    segment_header header{
        .log_id = {},
        .epoch = epoch{load<std::uint32_t>(at + 12)},
        .first = position{load<std::uint64_t>(at + 32)},
        .previous = position{load<std::uint64_t>(at + 40)},
        .chain = {},
        .recorded_at = load_time(at + 80),
    };
    std::memcpy(header.log_id.bytes.data(), at + 16, header.log_id.bytes.size());
    std::memcpy(header.chain.data(), at + 48, header.chain.size());
    return header;
}

std::string encode_trailer(
    segment_key const& of, segment_extent const& extent, segment_tables const& tables
) {
    std::string bytes;
    auto const events_size = tables.events.size() * sizeof(std::uint32_t);
    auto const marks_size = tables.frames.size() * sizeof(frame_mark);
    bytes.resize(events_size + marks_size + segment_footer_size);
    if (events_size > 0) std::memcpy(bytes.data(), tables.events.data(), events_size);
    if (marks_size > 0) std::memcpy(bytes.data() + events_size, tables.frames.data(), marks_size);
    auto const checksum = crc32c(0, std::string_view(bytes).substr(0, events_size + marks_size));

    std::string footer(segment_footer_size, '\0');
    auto* const at = footer.data();
    std::memcpy(at, footer_magic.data(), footer_magic.size());
    std::memcpy(at + 8, of.log_id.bytes.data(), of.log_id.bytes.size());
    store(at + 24, of.first.value);
    store(at + 32, extent.event_count);
    store(at + 36, extent.frame_count);
    store(at + 40, static_cast<std::uint32_t>(tables.frames.size()));
    store(at + 44, checksum);
    store(at + 48, extent.frames_end);
    std::memcpy(at + 56, extent.chain.data(), extent.chain.size());
    store_time(at + 88, extent.first_recorded);
    store_time(at + 96, extent.last_recorded);
    store_checksum(footer);
    std::memcpy(bytes.data() + events_size + marks_size, footer.data(), footer.size());
    return bytes;
}

std::optional<segment_footer> decode_segment_footer(std::string_view bytes, segment_key const& of) {
    if (bytes.size() != segment_footer_size || !bytes.starts_with(footer_magic) ||
        !checksum_passes(bytes))
        return std::nullopt;
    auto const* const at = bytes.data();
    if (std::memcmp(at + 8, of.log_id.bytes.data(), of.log_id.bytes.size()) != 0 ||
        load<std::uint64_t>(at + 24) != of.first.value)
        return std::nullopt;
    segment_footer footer{
        .extent =
            {.frames_end = load<std::uint64_t>(at + 48),
             .frame_count = load<std::uint32_t>(at + 36),
             .event_count = load<std::uint32_t>(at + 32),
             .first_recorded = load_time(at + 88),
             .last_recorded = load_time(at + 96)},
        .mark_count = load<std::uint32_t>(at + 40),
        .tables_checksum = load<std::uint32_t>(at + 44),
    };
    std::memcpy(footer.extent.chain.data(), at + 56, footer.extent.chain.size());
    return footer;
}

std::optional<segment_tables> decode_tables(std::string_view bytes, segment_footer const& footer) {
    if (bytes.size() != footer.tables_size() || crc32c(0, bytes) != footer.tables_checksum)
        return std::nullopt;
    segment_tables tables;
    tables.events.resize(footer.extent.event_count);
    tables.frames.resize(footer.mark_count);
    auto const events_size = tables.events.size() * sizeof(std::uint32_t);
    if (events_size > 0) std::memcpy(tables.events.data(), bytes.data(), events_size);
    if (!tables.frames.empty())
        std::memcpy(tables.frames.data(), bytes.data() + events_size, bytes.size() - events_size);
    return tables;
}

}  // namespace diptych::log::segments
