// What the checker must notice of what channels deliver.
#include "sim/delivery_model.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace diptych;
using namespace diptych::sim;

namespace {

struct channel_seen {
    std::vector<logged> log;
    std::vector<delivery> got;
    channel_rules rules{
        .name = "c", .takes = [](logged const& e) { return e.type != "not"; }, .is_finished = true
    };

    // Two streams of two, in turn; one event that is not selected.
    channel_seen() {
        for (auto const* const stream : {"a-1", "b-1", "a-1", "b-1"}) record(stream, "t", "{}");
        record("a-1", "not", "{}");
        for (std::uint64_t position = 1; position <= 4; ++position) deliver(position);
    }

    void record(std::string const& stream, std::string const& type, std::string const& data) {
        auto version = std::uint64_t{1};
        for (auto const& event : log) version += event.stream == stream ? 1 : 0;
        auto const position = log.size() + 1;
        log.push_back({
            .position = position,
            .version = version,
            .recorded_at = {},
            .id = "e" + std::to_string(position),
            .stream = stream,
            .type = type,
            .tags = {},
            .data = data,
        });
    }

    void deliver(std::uint64_t at, std::uint64_t life = 1) {
        auto const& event = log[at - 1];
        got.push_back(
            {.channel = "c",
             .life = life,
             .what =
                 {.id = event.id,
                  .position = position{event.position},
                  .version = version{event.version},
                  .recorded_at = {},
                  .stream = event.stream,
                  .type = event.type,
                  .data = event.data}}
        );
    }

    std::string wrong() const {
        return delivered_wrongly(log_model{log}, got, rules).value_or("nothing");
    }
};

}  // namespace

TEST_CASE("the checker of deliveries notices what is missing, strange or out of turn") {
    channel_seen all;
    CHECK(all.wrong() == "nothing");
    SUBCASE("lost") {
        all.got.pop_back();
        CHECK(all.wrong() == "channel c: position 4 was not delivered");
        all.rules.is_finished = false;
        CHECK(all.wrong() == "nothing");
    }
    SUBCASE("dropped") {
        all.got.pop_back();
        all.record("$channel_letters-c", "$channel_dropped", R"({"stream":"b-1","version":2})");
        CHECK(all.wrong() == "nothing");
    }
    SUBCASE("passed over") {
        std::erase_if(all.got, [](auto const& one) { return one.what.position.value == 1; });
        CHECK(all.wrong() == "channel c: position 3 was delivered before 1");
    }
    SUBCASE("not in the log") {
        all.log[3].data = "{\"other\":1}";
        CHECK(all.wrong() == "channel c: position 4 was delivered, and is not in the log");
    }
    SUBCASE("not selected") {
        all.deliver(5);
        CHECK(all.wrong() == "channel c: position 5 was not selected");
    }
    SUBCASE("again, in another life") {
        all.deliver(1, 2);
        CHECK(all.wrong() == "nothing");
        all.rules.once = true;
        CHECK(all.wrong() == "channel c: position 1 was delivered behind version 2");
    }
    SUBCASE("again, in the same") {
        all.deliver(1);
        CHECK(all.wrong() == "channel c: position 1 was delivered behind version 2");
    }
}
