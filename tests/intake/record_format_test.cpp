// Dead letters are read for ever as they were written first. Who adds a form adds a file, and
// leaves those that are there.
#include "golden_records.hpp"
#include "intake_fixture.hpp"

namespace diptych::intake {

TEST_CASE("records of incoming channels are what they have always been") {
    testing::golden_records const all("intake-1.tsv");
    auto const of = declared();
    letter const one{.message_id = "m1", .type = "counted", .attempts = 2, .why = "it threw"};
    letter cut{.message_id = "m2", .type = "counted", .attempts = 1, .why = "too large"};
    cut.is_cut = true;
    delivery const message{
        .place = "W:7@1",
        .topic = "warehouse.counted",
        .key = "\xff",
        .headers = {{"x", "1"}},
        .body = "{}"
    };
    all.check(
        {letter_parked_record(of, one, message),
         letter_parked_record(of, cut, {.place = "W:8@2"}),
         letter_released_record(of, version{1}),
         letter_dropped_record(of, version{2})}
    );
    letters found;
    for (std::size_t i : {0u, 1u}) {
        auto record = all.at(i);
        record.version = version{i + 1};
        fold_letter(found, record).or_throw();
    }
    REQUIRE(found.size() == 2);
    auto const& read = found.at(version{1});
    CHECK(read.message_id == "m1");
    CHECK(read.type == "counted");
    CHECK(read.attempts == 2);
    CHECK(read.why == "it threw");
    CHECK_FALSE(read.is_cut);
    CHECK(found.at(version{2}).is_cut);
    auto const kept = read_parked(all.at(0)).or_throw();
    CHECK(kept.place == message.place);
    CHECK(kept.topic == message.topic);
    CHECK(kept.key == message.key);
    CHECK(kept.headers == message.headers);
    CHECK(kept.body == message.body);
    fold_letter(found, all.at(2)).or_throw();
    fold_letter(found, all.at(3)).or_throw();
    CHECK(found.empty());
}

}  // namespace diptych::intake
