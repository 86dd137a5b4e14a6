#include "channels/nats/nats_receiver.hpp"

#include "base/lower_case.hpp"
#include "channels/nats/nats_connect.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace diptych::channels {

namespace {

using intake::delivery;

constexpr std::chrono::nanoseconds ack_wait = std::chrono::seconds{5};
constexpr std::chrono::milliseconds look_every{200};
constexpr std::chrono::seconds silence_max{5};
constexpr std::int64_t answer_within_ms = 2'000;
constexpr int no_consumer = 10014;

struct receiver_options {
    nats_options session;
    std::string stream;
    std::string subject;   ///< Of the messages that are wanted; empty: all.
    std::string consumer;  ///< Under which the server remembers what is done.
    bool from_now = false;
    std::size_t in_flight = 64;

    // The server sends there. The name is the consumer's, so that it finds us again.
    std::string inbox() const { return "_INBOX.diptych." + stream + "." + consumer; }
};

/// What the server says of a message in the subject of its acknowledgement:
/// `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<tries>.<sequence>.<..>.<time>.<pending>`.
struct message_facts {
    std::uint64_t sequence = 0;
    std::string place = {};  ///< Its stream, its sequence there, and when it was stored.
    std::uint64_t behind = 0;
};

std::optional<message_facts> facts_of(std::string_view subject) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at <= subject.size();) {
        auto const end = std::min(subject.find('.', at), subject.size());
        words.push_back(subject.substr(at, end - at));
        at = end + 1;
    }
    if (words.size() < 9 || words[1] != "ACK") return {};
    auto const first = words.size() == 9 ? 2u : 4u;
    if (words.size() < first + 7) return {};
    auto const number = [](std::string_view word) {
        std::uint64_t value = 0;
        std::from_chars(word.data(), word.data() + word.size(), value);
        return value;
    };
    return message_facts{
        .sequence = number(words[first + 3]),
        .place = fmt::format("{}:{}@{}", words[first], words[first + 3], words[first + 5]),
        .behind = number(words[first + 6])
    };
}

std::vector<std::pair<std::string, std::string>> headers_of(natsMsg* message) {
    std::vector<std::pair<std::string, std::string>> all;
    char const** names = nullptr;
    int count = 0;
    if (::natsMsgHeader_Keys(message, &names, &count) != NATS_OK) return all;
    for (int i = 0; i < count; ++i) {
        char const* value = nullptr;
        if (::natsMsgHeader_Get(message, names[i], &value) != NATS_OK) continue;
        all.emplace_back(lower_case(names[i]), value != nullptr ? value : "");
    }
    ::free(static_cast<void*>(names));
    return all;
}

using message_ptr = std::unique_ptr<natsMsg, decltype(&::natsMsg_Destroy)>;

/// One connection, and the consumer's messages on it.
struct subscription {
    natsConnection* connection = nullptr;
    jsCtx* stream = nullptr;
    natsSubscription* of = nullptr;

    subscription() = default;
    subscription(subscription const&) = delete;
    subscription& operator=(subscription const&) = delete;
    ~subscription() {
        ::natsSubscription_Destroy(of);
        ::jsCtx_Destroy(stream);
        ::natsConnection_Destroy(connection);
    }
};

class nats_receiver final : public intake::receiver {
public:
    nats_receiver(receiver_options how, clock& time) : how_(std::move(how)), time_(time) {}

    result<std::vector<delivery>> take(std::size_t most, std::chrono::milliseconds wait) override {
        if (!open_) {
            DIPTYCH_TRY(open());
        }
        auto const read = read_all(wait);
        if (read && !missing_.empty_at_server) {
            DIPTYCH_TRY(look_for_missing());
        }
        if (read) {
            DIPTYCH_TRY(look_after_silence());
        }
        std::vector<delivery> all;
        while (missing_.empty_at_server && !come_.empty() && all.size() < most) {
            all.push_back(std::move(come_.begin()->second));
            come_.erase(come_.begin());
        }
        // What came before is good; the next call finds nobody.
        if (!read && all.empty()) return std::unexpected(read.error());
        return all;
    }

    void settle(std::uint64_t ticket, result<intake::settled> const& what) override {
        auto const found = in_hand_.find(ticket);
        if (found == in_hand_.end()) return;
        auto const& [sequence, place, reply] = found->second;
        // What is lost of this comes again, and is known then.
        if (what && open_ && !reply.empty())
            (void)::natsConnection_PublishString(open_->connection, reply.c_str(), "+ACK");
        if (auto const newest = by_sequence_.find(sequence);
            newest != by_sequence_.end() && newest->second == ticket)
            by_sequence_.erase(newest);
        in_hand_.erase(found);
    }

    intake::receiver_facts facts() override {
        return {.lag = open_ ? std::optional(behind_ + come_.size()) : lag_, .breaks = breaks_};
    }

private:
    result<void> open() {
        auto made = std::make_unique<subscription>();
        DIPTYCH_TRY(auto const options, nats_options_of(how_.session));
        DIPTYCH_TRY(nats_checked(::natsConnection_Connect(&made->connection, options.get())));
        jsOptions with;
        DIPTYCH_TRY(nats_checked(::jsOptions_Init(&with)));
        with.Wait = answer_within_ms;
        DIPTYCH_TRY(nats_checked(::natsConnection_JetStream(&made->stream, made->connection, &with))
        );
        DIPTYCH_TRY(auto const unanswered, find_consumer(*made));
        DIPTYCH_TRY(nats_checked(
            ::natsConnection_SubscribeSync(&made->of, made->connection, how_.inbox().c_str())
        ));
        DIPTYCH_TRY(nats_checked(::natsSubscription_SetPendingLimits(made->of, pending_max(), -1)));
        DIPTYCH_TRY(make_consumer(*made));
        open_ = std::move(made);
        missing_ = {.empty_at_server = unanswered.value_or(0) == 0};
        heard_at_ = time_.now();
        return {};
    }

    // Of messages that nobody has read yet. The server has no more than so many unanswered; but it
    // sends these again and again while we stand still.
    int pending_max() const { return static_cast<int>(2 * how_.in_flight); }

    // How many messages it has sent to somebody and not been told of; nothing if it is not there.
    result<std::optional<std::uint64_t>> find_consumer(subscription const& on) const {
        jsConsumerInfo* info = nullptr;
        jsErrCode code{};
        auto const status = ::js_GetConsumerInfo(
            &info, on.stream, how_.stream.c_str(), how_.consumer.c_str(), nullptr, &code
        );
        std::unique_ptr<jsConsumerInfo, decltype(&::jsConsumerInfo_Destroy)> const owned(
            info, ::jsConsumerInfo_Destroy
        );
        if (static_cast<int>(code) == no_consumer || status == NATS_NOT_FOUND) return std::nullopt;
        DIPTYCH_TRY(nats_checked(status));
        if (info->PushBound && !open_)
            return fail(
                errc::unavailable,
                "nats",
                fmt::format(
                    "somebody else receives as consumer {} of stream {}", how_.consumer, how_.stream
                )
            );
        return std::optional(
            static_cast<std::uint64_t>(std::max<std::int64_t>(info->NumAckPending, 0))
        );
    }

    // Makes it, or says again how it is to be.
    result<void> make_consumer(subscription const& on) const {
        auto const inbox = how_.inbox();
        jsConsumerConfig wanted;
        DIPTYCH_TRY(nats_checked(::jsConsumerConfig_Init(&wanted)));
        wanted.Durable = how_.consumer.c_str();
        wanted.DeliverSubject = inbox.c_str();
        wanted.DeliverPolicy = how_.from_now ? js_DeliverNew : js_DeliverAll;
        wanted.AckPolicy = js_AckExplicit;
        wanted.AckWait = ack_wait.count();
        wanted.MaxDeliver = -1;
        wanted.MaxAckPending = static_cast<std::int64_t>(how_.in_flight);
        if (!how_.subject.empty()) wanted.FilterSubject = how_.subject.c_str();
        jsConsumerInfo* info = nullptr;
        auto const status =
            ::js_AddConsumer(&info, on.stream, how_.stream.c_str(), &wanted, nullptr, nullptr);
        ::jsConsumerInfo_Destroy(info);
        return nats_checked(status);
    }

    result<void> read_all(std::chrono::milliseconds wait) {
        // The library takes no wait of zero for "at once".
        auto left = std::max(wait, std::chrono::milliseconds{1});
        if (!come_.empty()) left = std::chrono::milliseconds{1};
        while (true) {
            natsMsg* message = nullptr;
            auto const status = ::natsSubscription_NextMsg(&message, open_->of, left.count());
            if (status == NATS_TIMEOUT) return {};
            if (status == NATS_SLOW_CONSUMER) {
                // The library let some go. They come again, and what is newer waits for them.
                missing_.empty_at_server = false;
                continue;
            }
            if (status != NATS_OK) return lost(status);
            message_ptr const owned(message, ::natsMsg_Destroy);
            keep(message);
            left = std::chrono::milliseconds{1};
            if (come_.size() >= how_.in_flight) return {};
        }
    }

    void keep(natsMsg* message) {
        auto const* const reply = ::natsMsg_GetReply(message);
        auto facts = reply != nullptr ? facts_of(reply) : std::nullopt;
        if (!facts) return;
        behind_ = facts->behind;
        heard_at_ = time_.now();
        if (auto const known = by_sequence_.find(facts->sequence); known != by_sequence_.end()) {
            auto& held = in_hand_.at(known->second);
            auto const is_same = held.place == facts->place;
            // It comes again when it was not answered for a while: it is here still. In a stream
            // that was made anew the number is another message's, which is not answered for.
            held.reply = is_same ? reply : "";
            if (is_same) return;
        }
        delivery made{.ticket = ++tickets_, .place = facts->place};
        made.topic = ::natsMsg_GetSubject(message);
        made.headers = headers_of(message);
        made.body.assign(
            ::natsMsg_GetData(message), static_cast<std::size_t>(::natsMsg_GetDataLength(message))
        );
        in_hand_.emplace(tickets_, held_message{facts->sequence, std::move(facts->place), reply});
        by_sequence_.insert_or_assign(facts->sequence, tickets_);
        come_.emplace(facts->sequence, std::move(made));
    }

    std::unexpected<error> lost(natsStatus status) {
        lag_ = behind_ + come_.size();
        open_.reset();
        ++breaks_;
        return fail(
            errc::unavailable,
            "nats",
            fmt::format("{}: {}", how_.session.servers, ::natsStatus_GetText(status))
        );
    }

    // What was sent to whoever was here before, and not answered, comes again after a while. What
    // is newer waits for it: else a message could overtake one of its key.
    result<void> look_for_missing() {
        auto const now = time_.now();
        if (now - missing_.looked_at < look_every && now >= missing_.looked_at) return {};
        missing_.looked_at = now;
        DIPTYCH_TRY(auto const unanswered, find_consumer(*open_));
        missing_.empty_at_server = unanswered.value_or(0) <= in_hand_.size();
        return {};
    }

    // Somebody may have removed the consumer, or its stream: then nothing comes any more.
    result<void> look_after_silence() {
        auto const now = time_.now();
        if (now - heard_at_ < silence_max && now >= heard_at_) return {};
        heard_at_ = now;
        DIPTYCH_TRY(auto const found, find_consumer(*open_));
        if (!found) return lost(NATS_NOT_FOUND);
        return {};
    }

    struct held_message {
        std::uint64_t sequence;
        std::string place;
        std::string reply;  // where to answer
    };

    struct missing_messages {
        bool empty_at_server = true;  // all that the server has sent is here
        timestamp looked_at = {};
    };

    receiver_options const how_;
    clock& time_;
    std::unique_ptr<subscription> open_;
    std::map<std::uint64_t, held_message> in_hand_;       // by ticket
    std::map<std::uint64_t, std::uint64_t> by_sequence_;  // of these, the ticket
    std::multimap<std::uint64_t, delivery> come_;         // of these, not yet taken, by sequence
    std::uint64_t tickets_ = 0;
    timestamp heard_at_{};
    missing_messages missing_;
    std::uint64_t behind_ = 0;
    std::optional<std::uint64_t> lag_;  // when the connection was lost
    std::uint64_t breaks_ = 0;
};

bool is_name(std::string_view text) {
    return !text.empty() && text.find_first_of(" .*>/\\\t") == std::string_view::npos;
}

result<void> check_nats_intake(intake::declaration const& of) {
    auto const wrong = [](std::string text) {
        return fail(errc::invalid, "channel_file", std::move(text));
    };
    if (!is_nats_address(of.address))
        return wrong("the address of a server is like nats://host:4222");
    if (!is_name(of.setting("stream"))) return wrong("stream is missing: the JetStream stream");
    if (auto const name = of.setting("consumer"); !name.empty() && !is_name(name))
        return wrong("consumer is a name without dots, blanks and wildcards");
    if (of.setting("subject").find_first_of(" \t") != std::string::npos)
        return wrong("subject has no blanks");
    auto const start = of.setting("start");
    if (!start.empty() && start != "first" && start != "now")
        return wrong("start is \"first\" or \"now\"");
    return {};
}

result<std::unique_ptr<intake::receiver>> open_nats_intake(
    intake::declaration const& of, endpoint::surroundings const& in
) {
    auto const named = of.setting("consumer");
    DIPTYCH_TRY(auto session, nats_access_of(of, in));
    receiver_options how{
        .session = std::move(session),
        .stream = of.setting("stream"),
        .subject = of.setting("subject"),
        .consumer = named.empty() ? "diptych_" + of.name : named,
        .from_now = of.setting("start") == "now",
        .in_flight = of.in_flight
    };
    return std::make_unique<nats_receiver>(std::move(how), in.time);
}

}  // namespace

std::vector<intake::scheme> nats_intake_schemes() {
    auto const settings = with_nats_settings(
        {{.name = "stream"}, {.name = "subject"}, {.name = "consumer"}, {.name = "start"}}
    );
    std::vector<intake::scheme> all;
    for (auto const* const name : {"nats", "tls"})
        all.push_back(
            {.name = name,
             .settings = settings,
             .check = check_nats_intake,
             .open = open_nats_intake}
        );
    return all;
}

}  // namespace diptych::channels
