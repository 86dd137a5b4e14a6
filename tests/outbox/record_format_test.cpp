// Records of channels are read for ever as they were written first. Who adds a form adds a file,
// and leaves those that are there.
#include "golden_records.hpp"
#include "outbox/outbox_fixture.hpp"
#include "outbox/records.hpp"

using namespace diptych;
using namespace diptych::outbox;
using diptych::testing::golden_records;

namespace {

letter const refused{
    .stream = "order-o1",
    .version = version{3},
    .position = position{42},
    .event_id = "0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f",
    .type = "shop.order_placed",
    .attempts = 5,
    .why = "422 \"Unprocessable\""
};

}  // namespace

TEST_CASE("records of channels are what they have always been") {
    golden_records const all("channel-1.tsv");
    auto const of = declared();
    all.check(
        {delivered_record(of, progress(position{41}, {position{43}, position{44}})),
         parked_record(of, refused),
         resumed_record(of, refused),
         dropped_record(of, "order-o1", version{3}),
         released_record(of, "order-o1")}
    );
    auto const how_far = read_delivered(all.at(0)).or_throw();
    CHECK(how_far.up_to() == position{41});
    CHECK(how_far.beyond() == std::set{position{43}, position{44}});

    letters found;
    fold_letter(found, all.at(1)).or_throw();
    REQUIRE(found.contains("order-o1"));
    auto& one = found.at("order-o1");
    CHECK(one.version == version{3});
    CHECK(one.position == position{42});
    CHECK(one.event_id == refused.event_id);
    CHECK(one.type == refused.type);
    CHECK(one.attempts == 5);
    CHECK(one.why == refused.why);
    CHECK_FALSE(one.goes_on);
    fold_letter(found, all.at(2)).or_throw();
    CHECK(one.goes_on);
    CHECK(one.version == version{3});
    fold_letter(found, all.at(3)).or_throw();
    CHECK(one.version == version{4});
    fold_letter(found, all.at(4)).or_throw();
    CHECK(found.empty());
}
