#include "channels/kafka/kafka_transport.hpp"
#include "outbox/kafka_cluster.hpp"
#include "outbox/outbox_fixture.hpp"

#include <chrono>

using namespace diptych;
using namespace diptych::outbox;
using namespace std::chrono_literals;

namespace {

struct kafka_fixture : outbox_fixture {
    kafka_cluster cluster;

    explicit kafka_fixture(std::string const& more = {}) {
        std::vector const known{channels::kafka_scheme()};
        auto const text = "to = \"kafka://" + cluster.servers() + "/shop\"\n" + more;
        how = parse_channel("shop.toml", text, known).or_throw();
        endpoint::surroundings const in{
            .disk = storage::system_disk(), .folder = {}, .time = time, .environment = {}
        };
        channel = std::make_unique<outbox::channel>(
            how, *log, time, random, known[0].open(how, in).or_throw()
        );
    }

    bool deliver_all() {
        auto const until = std::chrono::steady_clock::now() + 60s;
        while (channel->status().lag > 0 && std::chrono::steady_clock::now() < until)
            if (!channel->step().or_throw()) time.advance(40s);
        return channel->status().lag == 0;
    }

    // What was stored of each stream, in order.
    std::map<std::string, std::vector<int>> versions(std::size_t expected) {
        std::map<std::string, std::vector<int>> all;
        for (auto const& one : cluster.records("shop", expected))
            all[one.key].push_back(std::stoi(one.headers.at("ce_diptychversion")));
        return all;
    }
};

}  // namespace

TEST_CASE("Kafka gets an event's data, its stream as key, and its attributes as headers") {
    kafka_fixture at;
    at.append("order-1", "placed", R"({"total":12})");
    REQUIRE(at.deliver_all());
    auto const all = at.cluster.records("shop", 1);
    REQUIRE(all.size() == 1);
    CHECK(all[0].key == "order-1");
    CHECK(all[0].value == R"({"total":12})");
    auto const page = at.log->read({.limit = 1}).or_throw();
    CHECK(all[0].headers.at("ce_id") == to_string(page[0].id));
    CHECK(all[0].headers.at("ce_type") == "placed");
    CHECK(all[0].headers.at("ce_specversion") == "1.0");
    CHECK(all[0].headers.at("content-type") == "application/json");
}

TEST_CASE("each stream is in one partition of Kafka, in order, also when brokers fail") {
    kafka_fixture at;
    for (int i = 0; i < 60; ++i) at.append("order-" + std::to_string(i % 6));
    constexpr std::int16_t produce = 0;
    ::rd_kafka_mock_push_request_errors(
        at.cluster.get(),
        produce,
        4,
        RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR__TRANSPORT
    );
    REQUIRE(at.deliver_all());
    auto const all = at.versions(60);
    CHECK(all.size() == 6);
    for (auto const& [stream, versions] : all) {
        int last = 0;
        for (auto const v : versions) {
            CHECK(v <= last + 1);
            last = std::max(last, v);
        }
        CHECK(last == 10);
    }
}

TEST_CASE("a Kafka that is away is waited for") {
    kafka_fixture at;
    at.append("order-1");
    REQUIRE(at.deliver_all());
    at.cluster.set_down(true);
    at.append("order-1");
    for (int i = 0; i < 20; ++i) at.channel->step().or_throw();
    CHECK(at.channel->status().lag == 1);
    at.cluster.set_down(false);
    REQUIRE(at.deliver_all());
    auto const all = at.versions(2);
    CHECK(all.at("order-1").front() == 1);
    CHECK(all.at("order-1").back() == 2);
}

TEST_CASE("a record that is too large for Kafka is refused") {
    kafka_fixture at("on_refused = \"park\"\nattempts_max = 1\n");
    at.append("order-1", "placed", R"({"x":")" + std::string(1'100'000, 'x') + R"("})");
    at.append("order-2");
    REQUIRE(at.deliver_all());
    auto const letters = at.channel->dead_letters({}, 10).or_throw();
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].what.stream == "order-1");
    CHECK(at.versions(1).contains("order-2"));
}

TEST_CASE("the file of a channel to Kafka is checked before anything is sent") {
    std::vector const known{channels::kafka_scheme()};
    auto const fault = [&](std::string const& to, std::string const& more = {}) {
        auto const read = parse_channel("bus.toml", "to = \"" + to + "\"\n" + more, known);
        return read ? std::string("none") : read.error().message;
    };
    CHECK(fault("kafka://a:1,b:2/shop.{category}") == "none");
    CHECK(fault("kafka://a:1").contains("kafka://host:9092/topic"));
    CHECK(fault("kafka:a").contains("kafka://host:9092/topic"));
    CHECK(fault("kafka://a:1/a b").contains("is no topic"));
    CHECK(fault("kafka://a:1/t", "tls = \"maybe\"").contains("true or false"));
    CHECK(fault("kafka://a:1/t", "mechanism = \"X\"").contains("SCRAM-SHA-256"));
    CHECK(channels::topic_text("a b/c-d.e_f") == "a_b_c-d.e_f");
}
