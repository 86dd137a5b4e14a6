#include "log/segments/watermark.hpp"

#include "log/little_endian.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>

namespace diptych::log::segments {

namespace {

constexpr std::string_view magic = "DIPTYMRK";
constexpr std::size_t checksum_at = 124;
constexpr std::size_t words = mark_size / sizeof(std::uint64_t);

using slot_words = std::array<std::uint64_t, words>;

void put_slot(storage::shared_page& page, std::size_t slot, slot_words const& from) {
    auto* const to = reinterpret_cast<std::uint64_t*>(page.bytes().data() + slot * mark_size);
    for (std::size_t i = 0; i < words; ++i)
        std::atomic_ref(to[i]).store(from[i], std::memory_order_relaxed);
}

}  // namespace

std::string encode(durable_mark const& mark, std::uint64_t sequence) {
    std::string bytes(mark_size, '\0');
    auto* const at = bytes.data();
    std::memcpy(at, magic.data(), magic.size());
    store(at + 8, sequence);
    std::memcpy(at + 16, mark.log_id.bytes.data(), mark.log_id.bytes.size());
    store(at + 32, mark.epoch.value);
    store(at + 36, mark.frame_count);
    store(at + 40, mark.position.value);
    store(at + 48, mark.segment.value);
    store(at + 56, mark.offset);
    std::memcpy(at + 64, mark.chain.data(), mark.chain.size());
    store(at + 96, std::int64_t{mark.recorded_at.time_since_epoch().count()});
    store(at + checksum_at, crc32c(0, std::string_view(bytes).substr(0, checksum_at)));
    return bytes;
}

std::optional<numbered_mark> decode_mark(std::string_view bytes) {
    if (bytes.size() != mark_size || !bytes.starts_with(magic)) return std::nullopt;
    auto const* const at = bytes.data();
    if (load<std::uint32_t>(at + checksum_at) != crc32c(0, bytes.substr(0, checksum_at)))
        return std::nullopt;
    numbered_mark found{
        .mark =
            {.log_id = {},
             .epoch = epoch{load<std::uint32_t>(at + 32)},
             .position = position{load<std::uint64_t>(at + 40)},
             .segment = position{load<std::uint64_t>(at + 48)},
             .offset = load<std::uint64_t>(at + 56),
             .frame_count = load<std::uint32_t>(at + 36),
             .chain = {},
             .recorded_at = timestamp{std::chrono::microseconds{load<std::int64_t>(at + 96)}}},
        .sequence = load<std::uint64_t>(at + 8),
    };
    std::memcpy(found.mark.log_id.bytes.data(), at + 16, found.mark.log_id.bytes.size());
    std::memcpy(found.mark.chain.data(), at + 64, found.mark.chain.size());
    return found;
}

void watermark::store(durable_mark const& mark) {
    if (sequence_ == 0)
        for (std::size_t slot = 0; slot < 2; ++slot)
            if (auto const old = load_slot(slot)) sequence_ = std::max(sequence_, old->sequence);
    if (sequence_ == std::numeric_limits<std::uint64_t>::max()) {
        // Only damage counts so far. No mark could be newer: those that are there make room.
        for (std::size_t slot = 0; slot < 2; ++slot) put_slot(*page_, slot, {});
        sequence_ = 0;
    }
    auto const bytes = encode(mark, ++sequence_);
    slot_words from;
    std::memcpy(from.data(), bytes.data(), mark_size);
    put_slot(*page_, sequence_ % 2, from);
}

std::optional<numbered_mark> watermark::load_slot(std::size_t slot) const {
    auto* const from = reinterpret_cast<std::uint64_t*>(page_->bytes().data() + slot * mark_size);
    slot_words copy;
    // A copy torn by a store in between fails its checksum.
    for (std::size_t i = 0; i < words; ++i)
        copy[i] = std::atomic_ref(from[i]).load(std::memory_order_relaxed);
    return decode_mark({reinterpret_cast<char const*>(copy.data()), mark_size});
}

std::optional<durable_mark> watermark::load(uuid const& log_id) const {
    // With one slot torn the other may be older than what was loaded before: look again. A slot
    // that stays unreadable was never written, or its writer died in the middle of it.
    std::optional<numbered_mark> newest;
    for (int attempt = 0; attempt < 100; ++attempt) {
        auto const slots = std::array{load_slot(0), load_slot(1)};
        for (auto const& slot : slots)
            if (slot && (!newest || slot->sequence > newest->sequence)) newest = slot;
        if (slots[0] && slots[1]) break;
    }
    if (newest && newest->mark.log_id == log_id) return newest->mark;
    return std::nullopt;
}

}  // namespace diptych::log::segments
