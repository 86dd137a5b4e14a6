// The page that processes share, and CLOSED: whole marks or none.
#include "log/segments/watermark.hpp"

#include "fuzz/target.hpp"
#include "log/little_endian.hpp"

#include <cstring>

namespace diptych::fuzz {

namespace {

using log::segments::decode_mark;
using log::segments::mark_size;

class page final : public storage::shared_page {
public:
    explicit page(std::string_view from) { std::memcpy(bytes_, from.data(), from.size()); }
    std::span<std::byte, 4096> bytes() override { return std::span<std::byte, 4096>(bytes_); }

private:
    alignas(64) std::byte bytes_[4096] = {};
};

/// Makes the checksum of the mark that stands here right.
void put_right(char* mark) { log::store(mark + 124, log::crc32c(0, {mark, 124})); }

std::string text_of(log::segments::durable_mark const& mark) { return encode(mark, 1); }

}  // namespace

void watermark(std::string_view input) {
    auto const flags = pieces{input}.byte();
    char slots[2 * mark_size] = {};
    auto const bytes = input.substr(std::min<std::size_t>(1, input.size()));
    std::memcpy(slots, bytes.data(), std::min(bytes.size(), sizeof slots));
    if (flags & 1) put_right(slots);
    if (flags & 2) put_right(slots + mark_size);
    auto const first = decode_mark({slots, mark_size});
    auto const second = decode_mark({slots + mark_size, mark_size});
    for (auto const& one : {first, second}) {
        if (!one) continue;
        auto const again = decode_mark(encode(one->mark, one->sequence));
        require(again.has_value(), "a mark that was read can be written");
        require(text_of(again->mark) == text_of(one->mark), "a mark is read as it was written");
    }
    require(!decode_mark(bytes.substr(0, mark_size - 1)), "a mark that is cut is none");

    auto const newest = !first || (second && second->sequence > first->sequence) ? second : first;
    log::segments::watermark shared(std::make_unique<page>(std::string_view(slots, sizeof slots)));
    auto const id = newest ? newest->mark.log_id : uuid{};
    auto const loaded = shared.load(id);
    require(loaded.has_value() == newest.has_value(), "the newest mark is loaded");
    if (loaded) require(text_of(*loaded) == text_of(newest->mark), "the newest mark is loaded");
    require(!shared.load(uuid{{0xff, 0xee}}) || id == uuid{{0xff, 0xee}}, "a foreign mark is none");

    auto next = newest ? newest->mark : log::segments::durable_mark{};
    next.offset ^= 1;
    shared.store(next);
    auto const stored = shared.load(id);
    require(stored && text_of(*stored) == text_of(next), "what was stored last is loaded");
}

}  // namespace diptych::fuzz
