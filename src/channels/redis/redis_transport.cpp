#include "channels/redis/redis_transport.hpp"

#include "channels/redis/redis_connection.hpp"
#include "outbox/cloud_event.hpp"
#include "outbox/pattern.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace diptych::channels {

namespace {

using outbox::fate;
using outbox::told;

constexpr std::chrono::seconds published_within{5};

// As it may stand inside of a JSON text.
std::string json_text(std::string_view value) {
    std::string quoted;
    json::append_quoted(quoted, value);
    return quoted.substr(1, quoted.size() - 2);
}

fate fate_of(std::string_view fault) {
    constexpr std::string_view for_now[] = {"LOADING", "MISCONF", "OOM", "READONLY", "BUSY"};
    if (fault.starts_with("NOAUTH") || fault.starts_with("MASTERDOWN")) return fate::away;
    auto const is_it = [&](std::string_view one) { return fault.starts_with(one); };
    return std::ranges::any_of(for_now, is_it) ? fate::later : fate::refused;
}

class redis_transport final : public outbox::transport {
public:
    redis_transport(
        redis_options how,
        outbox::pattern topic,
        std::optional<outbox::pattern> body,
        std::string source,
        clock& time
    )
        : how_(std::move(how)),
          topic_(std::move(topic)),
          body_(std::move(body)),
          source_(std::move(source)),
          time_(time) {}

    void send(std::uint64_t ticket, outbox::message const& what) override {
        if (!connection_ && !connect()) {
            told_.push_back({.ticket = ticket, .what = fate::away, .why = why_});
            return;
        }
        auto const topic = topic_.fill(what);
        auto const body = body_ ? body_->fill(what, json_text) : outbox::structured(what, source_);
        if (under_way_.empty()) heard_at_ = time_.now();
        under_way_.push_back(ticket);
        if (auto const sent = connection_->send({"PUBLISH", topic, body}); !sent)
            lose(sent.error().message);
    }

    std::vector<told> answers() override {
        is_tried_ = false;
        auto wait = told_.empty() ? outbox::answers_wait : std::chrono::milliseconds{0};
        while (connection_ && !under_way_.empty()) {
            auto const said = connection_->next(std::exchange(wait, std::chrono::milliseconds{0}));
            if (!said)
                lose(said.error().message);
            else if (*said)
                take(**said);
            else if (time_.now() - heard_at_ > published_within)
                lose("it does not answer");
            else
                break;
        }
        return std::exchange(told_, {});
    }

private:
    // Once for all that is sent together: nobody there is there for the next one either.
    bool connect() {
        if (std::exchange(is_tried_, true)) return false;
        auto made = redis_connection::open(how_);
        if (made)
            connection_ = std::move(*made);
        else
            why_ = made.error().message;
        return made.has_value();
    }

    void take(redis_reply const& said) {
        heard_at_ = time_.now();
        told made{.ticket = under_way_.front(), .what = fate::delivered};
        under_way_.pop_front();
        if (said.error) {
            made.what = fate_of(*said.error);
            made.why = *said.error;
        }
        told_.push_back(std::move(made));
    }

    void lose(std::string_view why) {
        why_ = why;
        for (auto const ticket : std::exchange(under_way_, {}))
            told_.push_back({.ticket = ticket, .what = fate::away, .why = why_});
        connection_.reset();
    }

    redis_options const how_;
    outbox::pattern const topic_;
    std::optional<outbox::pattern> const body_;
    std::string const source_;
    clock& time_;
    std::unique_ptr<redis_connection> connection_;
    std::deque<std::uint64_t> under_way_;  // replies come in their order
    timestamp heard_at_{};
    std::vector<told> told_;
    std::string why_;
    bool is_tried_ = false;
};

result<void> check_redis(outbox::declaration const& of) {
    DIPTYCH_TRY(auto const at, parse_redis_address(of.address));
    DIPTYCH_TRY(outbox::pattern::parse(at.topic));
    DIPTYCH_TRY(outbox::pattern::parse(of.setting("body")));
    return {};
}

result<std::unique_ptr<outbox::transport>> open_redis(
    outbox::declaration const& of, endpoint::surroundings const& in
) {
    redis_options how;
    DIPTYCH_TRY(how.at, parse_redis_address(of.address));
    how.user = of.setting("user");
    DIPTYCH_TRY(how.password, endpoint::revealed_one(of, "password", in));
    DIPTYCH_TRY(auto topic, outbox::pattern::parse(how.at.topic));
    std::optional<outbox::pattern> body;
    if (auto const text = of.setting("body"); !text.empty()) {
        DIPTYCH_TRY(body, outbox::pattern::parse(text));
    }
    return std::make_unique<redis_transport>(
        std::move(how), std::move(topic), std::move(body), of.source, in.time
    );
}

}  // namespace

outbox::scheme redis_scheme() {
    return {
        .name = "redis",
        .settings = {{.name = "body"}, {.name = "user"}, {.name = "password", .is_secret = true}},
        .keeps = endpoint::assurance::best_effort,
        .check = check_redis,
        .open = open_redis
    };
}

}  // namespace diptych::channels
