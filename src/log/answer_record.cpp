#include "log/little_endian.hpp"
#include "log/record.hpp"

#include <diptych/assert.hpp>

#include <cstring>

namespace diptych::log {

namespace {

// Offsets in an answer record. docs/reference/segment-format.md has the table.
constexpr std::size_t size_at = 0;
constexpr std::size_t checksum_at = 4;
constexpr std::size_t kind_at = 8;
constexpr std::size_t digest_at = 9;
constexpr std::size_t time_at = 41;
constexpr std::size_t first_at = 49;
constexpr std::size_t judged_at = 57;
constexpr std::size_t count_at = 65;
constexpr std::size_t caller_size_at = 69;
constexpr std::size_t id_size_at = 71;
constexpr std::size_t texts_at = 73;

auto broken(char const* why) {
    return fail(errc::corrupt, "corrupt_answer", std::string("a recorded answer ") + why);
}

}  // namespace

std::string encode(answer const& what, std::uint32_t seed) {
    DIPTYCH_ASSERT(
        what.key.caller.size() <= 0xffff && what.key.id.size() <= 0xffff,
        "the caller has checked the command key's sizes"
    );
    auto const size = texts_at + what.key.caller.size() + what.key.id.size() + what.body.size();
    std::string record;
    record.reserve(size);
    record.resize(texts_at);
    auto* const head = record.data();
    store(head + size_at, static_cast<std::uint32_t>(size));
    store(head + kind_at, static_cast<std::uint8_t>(record_kind::answer));
    std::memcpy(head + digest_at, what.key.digest.data(), what.key.digest.size());
    store(head + time_at, std::int64_t{what.recorded_at.time_since_epoch().count()});
    store(head + first_at, what.first.value);
    store(head + judged_at, what.judged_at.value);
    store(head + count_at, what.count);
    store(head + caller_size_at, static_cast<std::uint16_t>(what.key.caller.size()));
    store(head + id_size_at, static_cast<std::uint16_t>(what.key.id.size()));
    record.append(what.key.caller).append(what.key.id).append(what.body);
    auto const crc = crc32c(seed, std::string_view(record).substr(checksum_at + 4));
    store(record.data() + checksum_at, crc);
    return record;
}

result<answer> decode_answer(std::string_view record, std::optional<std::uint32_t> seed) {
    if (record.size() < texts_at || record_size(record) != record.size())
        return broken("has another length than it says");
    auto const* const head = record.data();
    if (seed &&
        load<std::uint32_t>(head + checksum_at) != crc32c(*seed, record.substr(checksum_at + 4)))
        return broken("does not match its checksum");
    if (head[kind_at] != static_cast<char>(record_kind::answer))
        return broken("is of a kind that this version does not know");
    auto const caller_size = load<std::uint16_t>(head + caller_size_at);
    auto const id_size = load<std::uint16_t>(head + id_size_at);
    if (texts_at + caller_size + id_size > record.size())
        return broken("has lengths that do not add up");
    answer what{
        .key =
            {.caller = std::string(record.substr(texts_at, caller_size)),
             .id = std::string(record.substr(texts_at + caller_size, id_size)),
             .digest = {}},
        .recorded_at = timestamp{std::chrono::microseconds{load<std::int64_t>(head + time_at)}},
        .first = position{load<std::uint64_t>(head + first_at)},
        .count = load<std::uint32_t>(head + count_at),
        .judged_at = position{load<std::uint64_t>(head + judged_at)},
        .body = std::string(record.substr(texts_at + caller_size + id_size)),
    };
    std::memcpy(what.key.digest.data(), head + digest_at, what.key.digest.size());
    return what;
}

hash256 chain_after_answer(hash256 const& before, std::string_view encoded_answer) {
    return sha256({bytes_of(before), encoded_answer.substr(kind_at)});
}

}  // namespace diptych::log
