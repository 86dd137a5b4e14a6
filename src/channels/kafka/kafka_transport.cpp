#include "channels/kafka/kafka_transport.hpp"

#include "channels/kafka/kafka_settings.hpp"
#include "outbox/cloud_event.hpp"
#include "outbox/pattern.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace diptych::channels {

namespace {

using properties = kafka_properties;

bool is_fault_of_message(rd_kafka_resp_err_t why) {
    return why == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || why == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
           why == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
           why == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE ||
           why == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
}

// Nobody was there, or nobody said anything.
bool is_absence(rd_kafka_resp_err_t why) {
    return why == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT || why == RD_KAFKA_RESP_ERR__TRANSPORT ||
           why == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || why == RD_KAFKA_RESP_ERR__TIMED_OUT ||
           why == RD_KAFKA_RESP_ERR__FATAL || why == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
           why == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

outbox::told told_of_report(std::uint64_t ticket, rd_kafka_resp_err_t why) {
    using outbox::fate;
    if (why == RD_KAFKA_RESP_ERR_NO_ERROR) return {.ticket = ticket, .what = fate::delivered};
    outbox::told made{.ticket = ticket, .what = fate::later, .why = ::rd_kafka_err2str(why)};
    if (is_fault_of_message(why)) made.what = fate::refused;
    if (is_absence(why)) made.what = fate::away;
    return made;
}

extern "C" void on_report(rd_kafka_t*, rd_kafka_message_t const* message, void* to) {
    auto const ticket = reinterpret_cast<std::uintptr_t>(message->_private);
    static_cast<std::vector<outbox::told>*>(to)->push_back(told_of_report(ticket, message->err));
}

struct producer_end {
    void operator()(rd_kafka_t* one) const {
        ::rd_kafka_purge(one, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        ::rd_kafka_destroy(one);
    }
};
using producer = std::unique_ptr<rd_kafka_t, producer_end>;

result<producer> open_producer(properties const& how, std::vector<outbox::told>& reports) {
    DIPTYCH_TRY(
        auto* const made,
        new_kafka_client(
            RD_KAFKA_PRODUCER,
            how,
            [&](rd_kafka_conf_t* conf) {
                ::rd_kafka_conf_set_opaque(conf, &reports);
                ::rd_kafka_conf_set_dr_msg_cb(conf, on_report);
            }
        )
    );
    return producer(made);
}

/// What is given to the library of one message.
class produced {
public:
    template <class Set>
    void add(rd_kafka_vtype_t type, Set set) {
        auto& one = all_.emplace_back();
        one.vtype = type;
        set(one.u);
    }

    rd_kafka_resp_err_t hand_to(rd_kafka_t* to) {
        auto* const error = ::rd_kafka_produceva(to, all_.data(), all_.size());
        if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
        auto const code = ::rd_kafka_error_code(error);
        ::rd_kafka_error_destroy(error);
        return code;
    }

private:
    std::vector<rd_kafka_vu_t> all_;
};

class kafka_transport final : public outbox::transport {
public:
    kafka_transport(properties how, outbox::pattern topic, std::string source)
        : how_(std::move(how)), topic_(std::move(topic)), source_(std::move(source)) {}

    void send(std::uint64_t ticket, outbox::message const& what) override {
        auto const at = open();
        if (!at) {
            reports_.push_back(
                {.ticket = ticket, .what = outbox::fate::away, .why = at.error().message}
            );
            return;
        }
        auto const topic = topic_.fill(what, topic_text);
        auto const attributes = outbox::attributes(what, source_);
        produced made;
        made.add(RD_KAFKA_VTYPE_TOPIC, [&](auto& u) { u.cstr = topic.c_str(); });
        made.add(RD_KAFKA_VTYPE_MSGFLAGS, [&](auto& u) { u.i = RD_KAFKA_MSG_F_COPY; });
        auto const bytes = [](auto& u, std::string const& text) {
            u.mem.ptr = const_cast<char*>(text.data());  // it is copied
            u.mem.size = text.size();
        };
        made.add(RD_KAFKA_VTYPE_KEY, [&](auto& u) { bytes(u, what.stream); });
        // An erased event is one without a value, as for Kafka's own compaction.
        if (!what.data.empty())
            made.add(RD_KAFKA_VTYPE_VALUE, [&](auto& u) { bytes(u, what.data); });
        made.add(RD_KAFKA_VTYPE_OPAQUE, [&](auto& u) {
            // NOLINTNEXTLINE(performance-no-int-to-ptr): a number that librdkafka carries
            u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(ticket));
        });
        std::vector<std::pair<std::string, std::string>> headers{
            {"content-type", "application/json"}
        };
        for (auto const& [name, value] : attributes)
            headers.emplace_back("ce_" + std::string(name), value);
        for (auto const& [name, value] : headers)
            made.add(RD_KAFKA_VTYPE_HEADER, [&](auto& u) {
                u.header.name = name.c_str();
                u.header.val = value.data();
                u.header.size = static_cast<ssize_t>(value.size());
            });
        auto const why = made.hand_to(producer_.get());
        if (why != RD_KAFKA_RESP_ERR_NO_ERROR) reports_.push_back(told_of_report(ticket, why));
    }

    std::vector<outbox::told> answers() override {
        if (producer_) {
            auto const wait = reports_.empty() ? static_cast<int>(outbox::answers_wait.count()) : 0;
            ::rd_kafka_poll(producer_.get(), wait);
            // It does nothing more then; all that it had has been told of as failed, or is now.
            if (::rd_kafka_fatal_error(producer_.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR) {
                ::rd_kafka_purge(
                    producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT
                );
                ::rd_kafka_flush(producer_.get(), 1'000);
                producer_.reset();
            }
        }
        return std::exchange(reports_, {});
    }

private:
    result<void> open() {
        if (producer_) return {};
        DIPTYCH_TRY(producer_, open_producer(how_, reports_));
        return {};
    }

    properties const how_;
    outbox::pattern const topic_;
    std::string const source_;
    std::vector<outbox::told> reports_;  // before the producer, which puts them in
    producer producer_;
};

result<void> check_kafka(outbox::declaration const& of) {
    DIPTYCH_TRY(check_kafka_settings(of));
    auto const topic = parse_kafka_address(of.address).topic;
    DIPTYCH_TRY(outbox::pattern::parse(topic));
    auto const is_legal = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-' || c == '{' || c == '}';
    };
    if (!std::ranges::all_of(topic, is_legal))
        return fail(errc::invalid, "channel_file", fmt::format("\"{}\" is no topic", topic));
    return {};
}

result<std::unique_ptr<outbox::transport>> open_kafka(
    outbox::declaration const& of, endpoint::surroundings const& in
) {
    auto const queue = std::to_string(std::max<std::size_t>(of.in_flight * 2, 100));
    DIPTYCH_TRY(auto how, kafka_properties_of(of, in));
    how.emplace_back("enable.idempotence", "true");
    how.emplace_back("message.timeout.ms", "10000");
    how.emplace_back("request.timeout.ms", "5000");
    how.emplace_back("linger.ms", "1");
    how.emplace_back("partitioner", "murmur2_random");
    how.emplace_back("queue.buffering.max.messages", queue);
    DIPTYCH_TRY(auto topic, outbox::pattern::parse(parse_kafka_address(of.address).topic));
    return std::make_unique<kafka_transport>(std::move(how), std::move(topic), of.source);
}

}  // namespace

std::string topic_text(std::string_view value) {
    std::string text(value);
    for (auto& c : text) {
        auto const is_legal = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
        if (!is_legal) c = '_';
    }
    return text.empty() ? "_" : text;
}

outbox::scheme kafka_scheme() {
    return {
        .name = "kafka",
        .settings = with_kafka_settings({}),
        .check = check_kafka,
        .open = open_kafka
    };
}

}  // namespace diptych::channels
