#include "log/record.hpp"

#include "log/hash.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace diptych;
using namespace diptych::log;
using namespace std::chrono_literals;

namespace {

uuid const log_id{{1, 2, 3, 4}};
position const place{7};

event_data allocated() {
    return {
        .stream = "product-p1",
        .type = "shop.allocated",
        .tags = {"order-o1", "batch-b1"},
        .data = R"({"quantity":3})",
        .metadata = R"({"user":"u"})",
    };
}

std::string sealed(event_data const& event) {
    auto record = encode(event, uuid{{9, 9}}).bytes;
    seal(record, record_seed(log_id, place), version{4}, timestamp{5s});
    return record;
}

answer accepted() {
    return {
        .key = {.caller = "me", .id = "req-1", .digest = sha256({"bytes"})},
        .recorded_at = timestamp{3s},
        .first = position{5},
        .count = 2,
        .judged_at = position{4},
        .body = "201",
    };
}

}  // namespace

TEST_CASE("SHA-256 and CRC-32C give the published test values") {
    CHECK(
        to_hex(sha256({"a", "bc"})) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    std::string const million(1'000'000, 'a');
    CHECK(
        to_hex(sha256({million})) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
    CHECK(crc32c(0, "123456789") == 0xe3069283);
    CHECK(crc32c(0, std::string(32, '\0')) == 0x8a9136aa);
    CHECK(crc32c(17, "") == 17);
}

TEST_CASE("a checksum of parts one after the other is that of the whole, at any length") {
    std::string bytes(10'000, '\0');
    std::iota(bytes.begin(), bytes.end(), '\0');
    for (std::size_t size : {0u, 1u, 7u, 8u, 9u, 3071u, 3072u, 3073u, 6200u, 9999u}) {
        auto const whole = std::string_view(bytes).substr(0, size);
        std::uint32_t by_byte = 3;
        for (auto const& byte : whole) by_byte = crc32c(by_byte, {&byte, 1});
        CHECK(crc32c(3, whole) == by_byte);
    }
}

TEST_CASE("a sealed event is decoded as it was given") {
    auto const record = sealed(allocated());
    CHECK(record_size(record) == record.size());
    auto const event = decode(record, place, epoch{2}, record_seed(log_id, place)).value();
    CHECK(event.position == place);
    CHECK(event.epoch == epoch{2});
    CHECK(event.version == version{4});
    CHECK(event.id == uuid{{9, 9}});
    CHECK(event.recorded_at == timestamp{5s});
    CHECK(event.stream == "product-p1");
    CHECK(event.type == "shop.allocated");
    CHECK(std::vector<std::string>(event.tags.begin(), event.tags.end()) == allocated().tags);
    CHECK(event.data == allocated().data);
    CHECK(event.metadata == allocated().metadata);
    CHECK_FALSE(event.erased);
}

TEST_CASE("an event record is 58 bytes longer than its texts") {
    auto const event = allocated();
    auto size = event.stream.size() + event.type.size() + event.data.size() + event.metadata.size();
    for (auto const& tag : event.tags) size += 1 + tag.size();
    CHECK(sealed(event).size() == size + 58);
}

TEST_CASE("a flipped bit, another place or another log never passes an event's checksum") {
    auto const good = sealed(allocated());
    auto const seed = record_seed(log_id, place);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
        auto const event = decode(bad, place, epoch{1}, seed);
        REQUIRE_FALSE(event);
        CHECK(event.error().kind == errc::corrupt);
        CHECK(event.error().message.contains("position 7"));
    }
    CHECK_FALSE(decode(good, place, epoch{1}, record_seed(log_id, position{8})));
    CHECK_FALSE(decode(good, place, epoch{1}, record_seed(uuid{{2}}, place)));
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(decode(good.substr(0, size), place, epoch{1}, std::nullopt));
}

TEST_CASE("lengths that lie are corrupt even where nobody looks at the checksum") {
    auto const good = sealed(allocated());
    for (std::size_t at = 0; at < 58; ++at)
        for (auto const value : {0, 1, 0x7f, 0xff}) {
            auto bad = good;
            bad[at] = static_cast<char>(value);
            auto const event = decode(bad, place, epoch{1}, std::nullopt);
            if (!event) CHECK(event.error().kind == errc::corrupt);
            if (event)
                for (auto const tag : event->tags) CHECK(tag.size() < good.size());
        }
}

TEST_CASE("the chain covers every byte of an event but length and checksum") {
    auto const record = sealed(allocated());
    auto const before = sha256({"before"});
    auto const after = chain_after(before, record, place);
    auto const encoded = encode(allocated(), uuid{{9, 9}});
    CHECK(after == chain_after(before, record, place, encoded.data_hash, encoded.metadata_hash));
    CHECK(after != chain_after(after, record, place));
    CHECK(after != chain_after(before, record, position{8}));
    for (std::size_t at = 8; at < record.size(); ++at) {
        // Lengths of data and metadata are covered by what they delimit.
        if (at >= 46 && at < 58) continue;
        auto other = record;
        other[at] = static_cast<char>(other[at] ^ 2);
        CHECK(after != chain_after(before, other, place));
    }
}

TEST_CASE("erasing an event's data leaves the chain as it was") {
    auto const record = sealed(allocated());
    auto const hash = sha256({allocated().data});
    auto stub = allocated();
    stub.data = bytes_of(hash);
    auto erased = encode(stub, uuid{{9, 9}}).bytes;
    erased[44] = 1;
    seal(erased, record_seed(log_id, place), version{4}, timestamp{5s});
    CHECK(chain_after({}, erased, place) == chain_after({}, record, place));
    auto const event = decode(erased, place, epoch{1}, record_seed(log_id, place)).value();
    CHECK(event.erased);
    CHECK(event.data.empty());
    CHECK(event.metadata == allocated().metadata);
}

TEST_CASE("an answer is decoded as it was given, and never after a flipped bit") {
    auto const seed = record_seed(log_id, position{5});
    auto const record = encode(accepted(), seed);
    CHECK(record_size(record) == record.size());
    auto const back = decode_answer(record, seed).value();
    CHECK(back.key == accepted().key);
    CHECK(back.recorded_at == accepted().recorded_at);
    CHECK(back.first == accepted().first);
    CHECK(back.count == 2);
    CHECK(back.judged_at == accepted().judged_at);
    CHECK(back.body == "201");
    for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
        auto bad = record;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
        CHECK(decode_answer(bad, seed).error().kind == errc::corrupt);
    }
    for (std::size_t size = 0; size < record.size(); ++size)
        CHECK_FALSE(decode_answer(record.substr(0, size), std::nullopt));
    auto other = accepted();
    other.body = "409";
    CHECK(chain_after_answer({}, record) != chain_after_answer({}, encode(other, seed)));
}
