#include "log/segments/frame_format.hpp"

#include "log/little_endian.hpp"

#include <array>
#include <cstring>

namespace diptych::log::segments {

namespace {

constexpr std::size_t number_at = 4;
constexpr std::size_t body_size_at = 8;
constexpr std::size_t event_count_at = 12;
constexpr std::size_t answer_count_at = 16;
constexpr std::size_t reserved_at = 20;
constexpr std::size_t first_at = 24;
constexpr std::size_t time_at = 32;
constexpr std::size_t chain_at = 40;
constexpr std::size_t body_checksum_at = 72;
constexpr std::size_t checksum_at = 76;
static_assert(checksum_at + 4 == frame_header_size);

}  // namespace

std::uint32_t frame_seed(segment_key const& of, std::uint32_t number) {
    std::array<char, 28> text;
    std::memcpy(text.data(), of.log_id.bytes.data(), of.log_id.bytes.size());
    store(text.data() + 16, of.first.value);
    store(text.data() + 24, number);
    return crc32c(0, {text.data(), text.size()});
}

void store_frame_header(std::span<char> frame, frame_header about, segment_key const& of) {
    auto const seed = frame_seed(of, about.number);
    auto const body = frame.subspan(frame_header_size);
    auto* const head = frame.data();
    std::memcpy(head, frame_magic.data(), frame_magic.size());
    store(head + number_at, about.number);
    store(head + body_size_at, static_cast<std::uint32_t>(body.size()));
    store(head + event_count_at, about.event_count);
    store(head + answer_count_at, about.answer_count);
    store(head + reserved_at, std::uint32_t{0});
    store(head + first_at, about.first.value);
    store(head + time_at, std::int64_t{about.recorded_at.time_since_epoch().count()});
    std::memcpy(head + chain_at, about.chain.data(), about.chain.size());
    store(head + body_checksum_at, crc32c(seed, {body.data(), body.size()}));
    store(head + checksum_at, crc32c(seed, {head, checksum_at}));
}

std::optional<frame_header> load_frame_header(std::string_view bytes, segment_key const& of) {
    if (bytes.size() < frame_header_size || !bytes.starts_with(frame_magic)) return std::nullopt;
    auto const* const head = bytes.data();
    frame_header about{
        .number = load<std::uint32_t>(head + number_at),
        .body_size = load<std::uint32_t>(head + body_size_at),
        .event_count = load<std::uint32_t>(head + event_count_at),
        .answer_count = load<std::uint32_t>(head + answer_count_at),
        .first = position{load<std::uint64_t>(head + first_at)},
        .recorded_at = timestamp{std::chrono::microseconds{load<std::int64_t>(head + time_at)}},
        .chain = {},
        .body_checksum = load<std::uint32_t>(head + body_checksum_at),
    };
    auto const expected = crc32c(frame_seed(of, about.number), bytes.substr(0, checksum_at));
    if (load<std::uint32_t>(head + checksum_at) != expected) return std::nullopt;
    std::memcpy(about.chain.data(), head + chain_at, about.chain.size());
    return about;
}

bool body_passes(std::string_view body, frame_header const& about, segment_key const& of) {
    return body.size() == about.body_size &&
           crc32c(frame_seed(of, about.number), body) == about.body_checksum;
}

}  // namespace diptych::log::segments
