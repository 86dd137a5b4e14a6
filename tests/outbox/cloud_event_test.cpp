#include "outbox/cloud_event.hpp"

#include "outbox/outbox_fixture.hpp"
#include "storage/whole_file.hpp"

#include <diptych/json_value.hpp>

using namespace diptych;
using namespace diptych::outbox;
using namespace std::chrono_literals;

namespace {

message sample() {
    return {
        .id = "0198c5a0-7b1e-7cc3-98c4-dc0c0c07398f",
        .position = position{42},
        .version = version{3},
        .recorded_at = timestamp{1'785'000'000'250'000us},
        .stream = "order-o1",
        .type = "shop.order_placed",
        .data = R"({"order":"o1","note":"for \"Ada\" – ünï\n"})",
        .correlation_id = "c-1",
        .causation_id = "r-42",
        .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    };
}

}  // namespace

TEST_CASE("a message is the CloudEvent that it has always been") {
    std::filesystem::path const file = DIPTYCH_GOLDEN "/outbox/cloud_event.json";
    auto const golden = storage::read_whole(storage::system_disk(), file).or_throw();
    CHECK(structured(sample(), "diptych/orders") + "\n" == golden);
}

TEST_CASE("a CloudEvent is one line, and leaves out what it has not") {
    auto what = sample();
    what.data = "{\n\"a\": 1\r\n}";
    what.correlation_id = what.causation_id = what.traceparent = "";
    auto const text = structured(what, "s");
    CHECK(text.find('\n') == std::string::npos);
    auto const read = json::parse(text).or_throw();
    CHECK(read.root().at("data.a")->integer() == 1);
    CHECK_FALSE(read.root().find("traceparent"));
    CHECK_FALSE(read.root().find("correlationid"));
    what.data.clear();  // erased
    CHECK_FALSE(json::parse(structured(what, "s")).or_throw().root().find("data"));
}

TEST_CASE("the attributes beside a body are those of the whole") {
    auto const whole = json::parse(structured(sample(), "diptych/orders")).or_throw();
    auto const all = attributes(sample(), "diptych/orders");
    for (auto const& [name, value] : all) {
        CAPTURE(name);
        REQUIRE(whole.root().find(name));
        CHECK(whole.root().find(name)->text() == value);
    }
    CHECK(whole.root().size() == all.size() + 2);  // data and its content type
}

TEST_CASE("a message says what its event's metadata say") {
    outbox_fixture at;
    std::vector<event_data> events;
    events.push_back(
        {.stream = "order-1",
         .type = "placed",
         .metadata = R"({"correlation_id":"c","causation_id":"d","traceparent":"t","x":1})"}
    );
    at.log->append({.events = std::move(events)}).or_throw();
    auto const page = at.log->read({}).or_throw();
    auto const what = message_of(page[0]);
    CHECK(what.correlation_id == "c");
    CHECK(what.causation_id == "d");
    CHECK(what.traceparent == "t");
    CHECK(what.id == to_string(page[0].id));
}
