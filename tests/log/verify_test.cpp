// What verify notices in a log whose checksums and hash chain are right.
#include "log/verify.hpp"

#include "contract/contract_log.hpp"
#include "log/indexed_memory.hpp"
#include "log/memory/memory_engine.hpp"
#include "log/record.hpp"

namespace diptych::contract {

namespace {

struct given {
    event_data what;
    std::uint64_t version;
    std::chrono::seconds time = 1s;
    bool is_erased = false;
    std::string forged = {};  ///< Data put in its place afterwards, with a checksum that fits.
};

/// A log with these events, a frame each, sealed and chained as they should be.
std::shared_ptr<log::memory::store> written(std::vector<given> const& events) {
    auto kept = std::make_shared<log::memory::store>(id_of(42));
    log::memory::memory_engine engine(kept);
    for (auto const& one : events) {
        auto const end = engine.end();
        auto const at = end.position + 1;
        auto const encoded = log::encode(one.what, id_of(static_cast<std::uint8_t>(at.value)));
        auto record = encoded.bytes;
        if (one.is_erased) {
            auto stub = one.what;
            stub.data = log::bytes_of(encoded.data_hash);
            record = log::encode(stub, id_of(static_cast<std::uint8_t>(at.value))).bytes;
            record[44] = 1;  // the flag, see docs/reference/segment-format.md
        }
        if (!one.forged.empty()) {
            auto other = one.what;
            other.data = one.forged;
            record = log::encode(other, id_of(static_cast<std::uint8_t>(at.value))).bytes;
        }
        auto const seed = log::record_seed(end.log_id, at);
        log::seal(std::span(record), seed, version{one.version}, timestamp{one.time});
        log::frame next{
            .first = at,
            .event_count = 1,
            .chain =
                log::chain_after(end.chain, record, at, encoded.data_hash, encoded.metadata_hash),
            .recorded_at = timestamp{one.time},
            .bytes = std::string(log::frame_header_size, '\0') + record,
            .events = {},
            .answers = {},
        };
        auto const stored = std::string_view(next.bytes).substr(log::frame_header_size);
        next.events.push_back(log::decode(stored, at, end.epoch, seed).or_throw());
        engine.write(next).or_throw();
    }
    return kept;
}

result<log::verification> verify(log::engine const& of) {
    return log::verify(of, log::line_of_history(of.epochs()), {});
}
result<log::verification> verify(std::vector<given> const& events) {
    return verify(log::memory::memory_engine(written(events)));
}

}  // namespace

TEST_CASE("verify expects the versions of each stream to be dense") {
    CHECK(verify({{event("a-1", "x"), 1}, {event("b-1", "x"), 1}, {event("a-1", "x"), 2}}));
    for (auto const wrong : {0u, 1u, 3u}) {
        auto const found = verify({{event("a-1", "x"), 1}, {event("a-1", "x"), wrong}});
        REQUIRE(!found);
        CHECK(found.error().kind == errc::corrupt);
        CHECK(fact(found.error(), "position") == "2");
        CHECK(found.error().message.contains("of a-1 follows 1"));
    }
}

TEST_CASE("verify expects no event to be earlier than the one before it") {
    CHECK(verify({{event("a-1", "x"), 1, 5s}, {event("b-1", "x"), 1, 5s}}));
    auto const found = verify({{event("a-1", "x"), 1, 5s}, {event("b-1", "x"), 1, 4s}});
    REQUIRE(!found);
    CHECK(found.error().message.contains("earlier"));
    CHECK(fact(found.error(), "position") == "2");
}

TEST_CASE("verify notices what was changed afterwards, though its checksum was made to fit") {
    auto const found =
        verify({{event("a-1", "x"), 1}, {event("a-1", "x"), 2, 1s, false, R"({"x":1})"}});
    REQUIRE(!found);
    CHECK(found.error().message.contains("chain"));
    CHECK(fact(found.error(), "position") == "2");
}

TEST_CASE("verify expects the frames to reach up to where the log ends") {
    test::indexed_memory_engine engine(
        written({{event("a-1", "x"), 1}}), std::make_shared<test::block_index>()
    );
    CHECK(verify(engine));
    engine.loses_frames = true;
    auto const found = verify(engine);
    REQUIRE(!found);
    CHECK(fact(found.error(), "position") == "1");
}

TEST_CASE("verify notices any damaged byte of an answer") {
    auto const kept = written({{event("a-1", "x"), 1}});
    hand_clock time;
    counted_random random;
    auto const open = [&] {
        return log::sequenced_log::open(
                   std::make_unique<log::memory::memory_engine>(kept), time, random
        )
            .or_throw();
    };
    append_request const answered{
        .events = {event("a-1", "x")}, .command = key_of("c1"), .answer = "sold out"
    };
    open()->append(answered).or_throw();
    auto const frames = log::memory::memory_engine(kept).frames(position{2}, 1).or_throw();
    auto const records = std::string_view(frames.front()->bytes).substr(log::frame_header_size);
    auto const size = records.size() - log::record_size(records);
    REQUIRE(size > 50);
    for (std::size_t from_end = 1; from_end <= size - 4; ++from_end) {  // lengths lead elsewhere
        CAPTURE(from_end);
        kept->damage(position{2}, from_end);
        CHECK(verify(log::memory::memory_engine(kept)).error().kind == errc::corrupt);
        kept->damage(position{2}, from_end);
    }
    CHECK(verify(log::memory::memory_engine(kept)));
}

TEST_CASE("an event whose data was erased still verifies, and its repetition is known") {
    auto said = event("a-1", "said", {"x-1"}, R"({"name":"ada"})");
    std::vector<given> const events{{event("a-1", "made"), 1}, {said, 2, 1s, true}};
    auto const kept = written(events);
    auto const whole = log::memory::memory_engine(written({events[0], {said, 2}})).end().chain;
    CHECK(verify(log::memory::memory_engine(kept)).or_throw().chain == whole);
    hand_clock time;
    counted_random random;
    auto const log =
        log::sequenced_log::open(std::make_unique<log::memory::memory_engine>(kept), time, random)
            .or_throw();
    auto const page = log->read({.what = of_tag("x-1")}).or_throw();
    REQUIRE(page.size() == 1);
    CHECK(page[0].erased);
    CHECK(page[0].data.empty());
    said.id = id_of(2);
    auto const again = log->append({.events = {said}}).or_throw();
    CHECK(again.repeated);
    CHECK(again.first == position{2});
    said.type = "other";
    CHECK(log->append({.events = {said}}).error().code == "event_id_reused");
    CHECK(log->end().position == position{2});
}

}  // namespace diptych::contract
