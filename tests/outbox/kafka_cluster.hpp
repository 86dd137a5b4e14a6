/// @file
/// A Kafka cluster for tests.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace diptych::outbox {

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

    /// Adds records to a topic, all of one key. Blocking.
    void produce(char const* topic, std::string const& key, std::vector<std::string> const& bodies)
        const {
        auto* const conf = quiet();
        ::rd_kafka_conf_set(conf, "bootstrap.servers", servers().c_str(), nullptr, 0);
        auto* const writer = ::rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
        auto* const at = ::rd_kafka_topic_new(writer, topic, nullptr);
        for (auto const& body : bodies)
            ::rd_kafka_produce(
                at,
                RD_KAFKA_PARTITION_UA,
                RD_KAFKA_MSG_F_COPY,
                const_cast<char*>(body.data()),  // it is copied
                body.size(),
                key.data(),
                key.size(),
                nullptr
            );
        ::rd_kafka_flush(writer, 30'000);
        ::rd_kafka_topic_destroy(at);
        ::rd_kafka_destroy(writer);
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
        auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
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

}  // namespace diptych::outbox
