#include "channels/kafka/kafka_transport.hpp"
#include "outbox/outbox_fixture.hpp"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>

using namespace diptych;
using namespace diptych::outbox;
using namespace std::chrono_literals;

namespace {

struct stored_record {
    std::string key;
    std::string value;
    std::map<std::string, std::string> headers = {};
};

/// A cluster of three brokers in this process: the client library's own.
class kafka_cluster {
public:
    kafka_cluster() {
        host_ = ::rd_kafka_new(RD_KAFKA_PRODUCER, quiet(), nullptr, 0);
        cluster_ = ::rd_kafka_mock_cluster_new(host_, 3);
        ::rd_kafka_mock_topic_create(cluster_, "shop", 4, 1);
    }
    ~kafka_cluster() {
        ::rd_kafka_mock_cluster_destroy(cluster_);
        ::rd_kafka_destroy(host_);
    }

    std::string servers() const { return ::rd_kafka_mock_cluster_bootstraps(cluster_); }
    rd_kafka_mock_cluster_t* get() const { return cluster_; }

    void set_down(bool down) {
        for (int i = 1; i <= 3; ++i)
            if (down)
                ::rd_kafka_mock_broker_set_down(cluster_, i);
            else
                ::rd_kafka_mock_broker_set_up(cluster_, i);
    }

    /// All of a topic, partition by partition.
    std::vector<stored_record> records(char const* topic, std::size_t expected) const {
        auto* const conf = quiet();
        auto const set = [&](char const* name, std::string const& value) {
            ::rd_kafka_conf_set(conf, name, value.c_str(), nullptr, 0);
        };
        set("bootstrap.servers", servers());
        set("group.id", "test");
        auto* const reader = ::rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
        auto* const all = ::rd_kafka_topic_partition_list_new(4);
        for (int i = 0; i < 4; ++i)
            ::rd_kafka_topic_partition_list_add(all, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
        ::rd_kafka_assign(reader, all);
        std::map<int, std::vector<stored_record>> found;
        std::size_t count = 0;
        auto const until = std::chrono::steady_clock::now() + 30s;
        while (count < expected && std::chrono::steady_clock::now() < until) {
            auto* const one = ::rd_kafka_consumer_poll(reader, 100);
            if (one == nullptr) continue;
            if (one->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                found[one->partition].push_back(record_of(*one));
                ++count;
            }
            ::rd_kafka_message_destroy(one);
        }
        ::rd_kafka_topic_partition_list_destroy(all);
        ::rd_kafka_consumer_close(reader);
        ::rd_kafka_destroy(reader);
        std::vector<stored_record> in_order;
        for (auto& [partition, list] : found)
            in_order.insert(in_order.end(), list.begin(), list.end());
        return in_order;
    }

private:
    static rd_kafka_conf_t* quiet() {
        auto* const conf = ::rd_kafka_conf_new();
        ::rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
        return conf;
    }

    static stored_record record_of(rd_kafka_message_t const& one) {
        auto const text = [](void const* bytes, std::size_t size) {
            return std::string(static_cast<char const*>(bytes), size);
        };
        stored_record made{.key = text(one.key, one.key_len), .value = text(one.payload, one.len)};
        rd_kafka_headers_t* headers = nullptr;
        if (::rd_kafka_message_headers(&one, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return made;
        char const* name = nullptr;
        void const* value = nullptr;
        std::size_t size = 0;
        for (std::size_t i = 0; ::rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
                                RD_KAFKA_RESP_ERR_NO_ERROR;
             ++i)
            made.headers[name] = text(value, size);
        return made;
    }

    rd_kafka_t* host_ = nullptr;
    rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

struct kafka_fixture : outbox_fixture {
    kafka_cluster cluster;

    explicit kafka_fixture(std::string const& more = {}) {
        std::vector const known{channels::kafka_scheme()};
        auto const text = "to = \"kafka://" + cluster.servers() + "/shop\"\n" + more;
        how = parse_channel("shop.toml", text, known).or_throw();
        surroundings const in{
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
