#include "channels/kafka/kafka_receiver.hpp"

#include "base/lower_case.hpp"
#include "channels/kafka/kafka_settings.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace diptych::channels {

namespace {

using intake::delivery;

constexpr std::chrono::seconds hold_after{1};

/// Where a record stands.
struct record_place {
    std::int32_t partition;
    std::int64_t offset;
};

/// What of a partition was taken, since it was assigned.
struct partition_progress {
    std::set<std::int64_t> open;  ///< Not done with.
    std::int64_t next = 0;        ///< Behind the newest one taken.
    std::uint64_t term = 0;       ///< Which assignment that is.
};

/// What callbacks leave; they come on the thread that polls.
struct consumer_news {
    std::string trouble;
    std::uint64_t term = 1;  // goes up whenever partitions are given or taken away
};

extern "C" void on_kafka_error(rd_kafka_t* of, int code, char const* why, void* to) {
    auto const error = static_cast<rd_kafka_resp_err_t>(code);
    auto& news = *static_cast<consumer_news*>(to);
    // Of several brokers one may be away.
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
        error == RD_KAFKA_RESP_ERR__AUTHENTICATION || error == RD_KAFKA_RESP_ERR__FATAL ||
        error == RD_KAFKA_RESP_ERR__SSL)
        news.trouble = fmt::format("{}: {}", ::rd_kafka_err2str(error), why);
    (void)of;
}

extern "C" void on_rebalance(
    rd_kafka_t* of, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* all, void* to
) {
    ++static_cast<consumer_news*>(to)->term;
    if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        ::rd_kafka_assign(of, all);
        return;
    }
    // With that what is done by now is committed, before somebody else goes on from there.
    ::rd_kafka_assign(of, nullptr);
}

struct consumer_end {
    void operator()(rd_kafka_t* one) const {
        ::rd_kafka_consumer_close(one);
        ::rd_kafka_destroy(one);
    }
};
using consumer = std::unique_ptr<rd_kafka_t, consumer_end>;

using record_ptr = std::unique_ptr<rd_kafka_message_t, decltype(&::rd_kafka_message_destroy)>;

result<consumer> open_consumer(
    kafka_properties const& how, std::string const& topic, consumer_news& news
) {
    DIPTYCH_TRY(
        auto* const client,
        new_kafka_client(
            RD_KAFKA_CONSUMER,
            how,
            [&](rd_kafka_conf_t* conf) {
                ::rd_kafka_conf_set_opaque(conf, &news);
                ::rd_kafka_conf_set_error_cb(conf, on_kafka_error);
                ::rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
            }
        )
    );
    consumer made(client);
    ::rd_kafka_poll_set_consumer(made.get());
    auto* const wanted = ::rd_kafka_topic_partition_list_new(1);
    ::rd_kafka_topic_partition_list_add(wanted, topic.c_str(), RD_KAFKA_PARTITION_UA);
    auto const said = ::rd_kafka_subscribe(made.get(), wanted);
    ::rd_kafka_topic_partition_list_destroy(wanted);
    if (said == RD_KAFKA_RESP_ERR_NO_ERROR) return made;
    return fail(errc::unavailable, "kafka", ::rd_kafka_err2str(said));
}

std::vector<std::pair<std::string, std::string>> headers_of_record(rd_kafka_message_t const& from) {
    std::vector<std::pair<std::string, std::string>> all;
    rd_kafka_headers_t* headers = nullptr;
    if (::rd_kafka_message_headers(&from, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return all;
    char const* name = nullptr;
    void const* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         ::rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
        all.emplace_back(
            lower_case(name), std::string(static_cast<char const*>(value), value ? size : 0)
        );
    }
    return all;
}

class kafka_receiver final : public intake::receiver {
public:
    kafka_receiver(kafka_properties how, std::string topic, clock& time)
        : how_(std::move(how)), topic_(std::move(topic)), time_(time) {}

    result<std::vector<delivery>> take(std::size_t most, std::chrono::milliseconds wait) override {
        if (!consumer_) {
            DIPTYCH_TRY(consumer_, open_consumer(how_, topic_, news_));
        }
        if (most == 0 && !is_silent_for(hold_after)) return std::vector<delivery>{};
        hold(most == 0);
        polled_at_ = time_.now();
        poll(most, come_.empty() ? wait : std::chrono::milliseconds{0});
        std::vector<delivery> all;
        for (; !come_.empty() && all.size() < most; come_.pop_front())
            if (come_.front().term == news_.term)
                all.push_back(delivery_of_record(*come_.front().what));
        auto const trouble = std::exchange(news_.trouble, {});
        if (all.empty() && !trouble.empty()) {
            breaks_ += std::exchange(is_broken_, true) ? 0 : 1;
            return fail(errc::unavailable, "kafka", trouble);
        }
        if (!all.empty()) is_broken_ = false;
        return all;
    }

    void settle(std::uint64_t ticket, result<intake::settled> const& what) override {
        auto const found = in_hand_.find(ticket);
        if (found == in_hand_.end()) return;
        auto const [at, term] = found->second;
        in_hand_.erase(found);
        auto const known = partitions_.find(at.partition);
        // Who has the partition now is given it again.
        if (!what || known == partitions_.end() || known->second.term != term) return;
        auto& progress = known->second;
        progress.open.erase(at.offset);
        store(at.partition, progress.open.empty() ? progress.next : *progress.open.begin());
    }

    intake::receiver_facts facts() override {
        intake::receiver_facts made{.breaks = breaks_};
        for (auto const& [partition, progress] : partitions_) {
            std::int64_t low = 0;
            std::int64_t high = 0;
            auto const said = ::rd_kafka_get_watermark_offsets(
                consumer_.get(), topic_.c_str(), partition, &low, &high
            );
            if (said != RD_KAFKA_RESP_ERR_NO_ERROR || progress.term != news_.term) continue;
            auto const behind = std::max<std::int64_t>(high - progress.next, 0);
            made.lag = made.lag.value_or(0) + static_cast<std::uint64_t>(behind);
        }
        return made;
    }

private:
    // Also when nothing is wanted: whom its group hears nothing of is taken for gone. Its
    // partitions are held then, so that nothing comes; but for new ones, of which a first record
    // may.
    void poll(std::size_t most, std::chrono::milliseconds wait) {
        auto left = static_cast<int>(wait.count());
        do {
            record_ptr one(
                ::rd_kafka_consumer_poll(consumer_.get(), std::exchange(left, 0)),
                ::rd_kafka_message_destroy
            );
            if (!one) return;
            if (one->err == RD_KAFKA_RESP_ERR_NO_ERROR)
                come_.push_back({.what = std::move(one), .term = news_.term});
            else if (one->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
                news_.trouble = ::rd_kafka_message_errstr(one.get());
        } while (come_.size() < most);
    }

    bool is_silent_for(std::chrono::microseconds length) const {
        auto const now = time_.now();
        return is_held_ || now - polled_at_ >= length || now < polled_at_;
    }

    // What is held back is fetched anew: not each time that there is no room for a moment.
    void hold(bool on) {
        if (is_held_ == on && held_term_ == news_.term) return;
        rd_kafka_topic_partition_list_t* all = nullptr;
        if (::rd_kafka_assignment(consumer_.get(), &all) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
        (void)(on ? ::rd_kafka_pause_partitions(consumer_.get(), all)
                  : ::rd_kafka_resume_partitions(consumer_.get(), all));
        ::rd_kafka_topic_partition_list_destroy(all);
        is_held_ = on;
        held_term_ = news_.term;
    }

    delivery delivery_of_record(rd_kafka_message_t const& from) {
        auto& progress = partitions_[from.partition];
        if (progress.term != news_.term) progress = {.open = {}, .term = news_.term};
        progress.open.insert(from.offset);
        progress.next = from.offset + 1;
        in_hand_.emplace(
            ++tickets_,
            taken_record{{.partition = from.partition, .offset = from.offset}, progress.term}
        );
        delivery made{.ticket = tickets_};
        // A topic that was made anew has the same numbers, at other times.
        rd_kafka_timestamp_type_t kind{};
        made.place = fmt::format(
            "{}-{}-{}@{}",
            topic_,
            from.partition,
            from.offset,
            ::rd_kafka_message_timestamp(&from, &kind)
        );
        made.topic = topic_;
        if (from.key != nullptr) made.key.assign(static_cast<char const*>(from.key), from.key_len);
        if (from.payload != nullptr)
            made.body.assign(static_cast<char const*>(from.payload), from.len);
        made.headers = headers_of_record(from);
        return made;
    }

    // It is committed about once a second; what is done twice for that has no second effect.
    void store(std::int32_t partition, std::int64_t next) {
        auto* const list = ::rd_kafka_topic_partition_list_new(1);
        ::rd_kafka_topic_partition_list_add(list, topic_.c_str(), partition)->offset = next;
        (void)::rd_kafka_offsets_store(consumer_.get(), list);
        ::rd_kafka_topic_partition_list_destroy(list);
    }

    struct taken_record {
        record_place at;
        std::uint64_t term;
    };

    struct polled_record {
        record_ptr what;
        std::uint64_t term;
    };

    kafka_properties const how_;
    std::string const topic_;
    clock& time_;
    timestamp polled_at_{};
    consumer_news news_;  // before the consumer, whose callbacks write it
    consumer consumer_;
    std::deque<polled_record> come_;  // and not taken; of an older term it comes again
    bool is_held_ = false;
    std::uint64_t held_term_ = 0;
    std::map<std::int32_t, partition_progress> partitions_;
    std::map<std::uint64_t, taken_record> in_hand_;  // by ticket
    std::uint64_t tickets_ = 0;
    std::uint64_t breaks_ = 0;
    bool is_broken_ = false;
};

result<void> check_kafka_intake(intake::declaration const& of) {
    DIPTYCH_TRY(check_kafka_settings(of));
    auto const start = of.setting("start");
    if (!start.empty() && start != "first" && start != "now")
        return fail(errc::invalid, "channel_file", "start is \"first\" or \"now\"");
    return {};
}

result<std::unique_ptr<intake::receiver>> open_kafka_intake(
    kafka_patience patience, intake::declaration const& of, endpoint::surroundings const& in
) {
    auto const group = of.setting("group");
    DIPTYCH_TRY(auto how, kafka_properties_of(of, in));
    how.emplace_back("group.id", group.empty() ? "diptych_" + of.name : group);
    how.emplace_back("auto.offset.reset", of.setting("start") == "now" ? "latest" : "earliest");
    how.emplace_back("enable.auto.commit", "true");
    how.emplace_back("auto.commit.interval.ms", "1000");
    how.emplace_back("enable.auto.offset.store", "false");
    how.emplace_back("session.timeout.ms", std::to_string(patience.session.count()));
    how.emplace_back("heartbeat.interval.ms", std::to_string(patience.session.count() * 3 / 10));
    how.emplace_back("max.poll.interval.ms", std::to_string(patience.polling.count()));
    return std::make_unique<kafka_receiver>(
        std::move(how), parse_kafka_address(of.address).topic, in.time
    );
}

}  // namespace

intake::scheme kafka_intake_scheme(kafka_patience patience) {
    return {
        .name = "kafka",
        .settings = with_kafka_settings({{.name = "group"}, {.name = "start"}}),
        .check = check_kafka_intake,
        .open = [patience](
                    intake::declaration const& of, endpoint::surroundings const& in
                ) { return open_kafka_intake(patience, of, in); }
    };
}

}  // namespace diptych::channels
