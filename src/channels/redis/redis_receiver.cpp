#include "channels/redis/redis_receiver.hpp"

#include "channels/redis/redis_connection.hpp"

#include <diptych/try.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace diptych::channels {

namespace {

constexpr std::chrono::seconds ping_after{5};  // of silence
constexpr std::chrono::seconds lost_after{15};

class redis_receiver final : public intake::receiver {
public:
    redis_receiver(redis_options how, clock& time) : how_(std::move(how)), time_(time) {}

    result<std::vector<intake::delivery>> take(std::size_t most, std::chrono::milliseconds wait)
        override {
        if (!connection_) {
            DIPTYCH_TRY(connect());
        }
        if (most == 0) return {};
        std::vector<intake::delivery> all;
        while (all.size() < most) {
            auto said = connection_->next(std::exchange(wait, std::chrono::milliseconds{0}));
            if (!said) {
                lose();
                // What came before is good; the next call finds nobody.
                if (!all.empty()) return all;
                return std::unexpected(said.error());
            }
            if (!*said) break;
            heard_at_ = time_.now();
            is_pinged_ = false;
            if (auto one = delivery_of((*said)->texts)) all.push_back(*std::move(one));
        }
        if (all.empty()) {
            DIPTYCH_TRY(look_after());
        }
        return all;
    }

    void settle(std::uint64_t, result<intake::settled> const&) override {}  // nobody asks

    intake::receiver_facts facts() override { return {.breaks = breaks_}; }

private:
    result<void> connect() {
        DIPTYCH_TRY(auto made, redis_connection::open(how_));
        auto const is_pattern = how_.at.topic.find_first_of("*?[") != std::string::npos;
        DIPTYCH_TRY(made->send({is_pattern ? "PSUBSCRIBE" : "SUBSCRIBE", how_.at.topic}));
        DIPTYCH_TRY(auto const said, made->next(std::chrono::seconds{1}));
        if (!said || said->error)
            return fail(
                errc::unavailable,
                "redis",
                said ? *said->error : "redis: it does not answer to SUBSCRIBE"
            );
        connection_ = std::move(made);
        heard_at_ = time_.now();
        is_pinged_ = false;
        return {};
    }

    // A server that has gone without a word is noticed by its silence.
    result<void> look_after() {
        auto const silence = time_.now() - heard_at_;
        if (silence > lost_after && is_pinged_) {
            lose();
            return fail(errc::unavailable, "redis", "redis: it does not answer any more");
        }
        if (silence <= ping_after || is_pinged_) return {};
        is_pinged_ = true;
        heard_at_ = time_.now();
        auto sent = connection_->send({"PING"});
        if (!sent) lose();
        return sent;
    }

    void lose() {
        connection_.reset();
        ++breaks_;
    }

    std::optional<intake::delivery> delivery_of(std::vector<std::string>& texts) {
        auto const is_message = texts.size() == 3 && texts[0] == "message";
        auto const is_by_pattern = texts.size() == 4 && texts[0] == "pmessage";
        if (!is_message && !is_by_pattern) return {};
        intake::delivery made{.ticket = ++tickets_};
        made.topic = std::move(texts[texts.size() - 2]);
        made.body = std::move(texts.back());
        return made;
    }

    redis_options const how_;
    clock& time_;
    std::unique_ptr<redis_connection> connection_;
    timestamp heard_at_{};
    bool is_pinged_ = false;
    std::uint64_t tickets_ = 0;
    std::uint64_t breaks_ = 0;
};

}  // namespace

intake::scheme redis_intake_scheme() {
    return {
        .name = "redis",
        .settings = {{.name = "user"}, {.name = "password", .is_secret = true}},
        .keeps = endpoint::assurance::best_effort,
        .check = [](intake::declaration const& of) -> result<void> {
            DIPTYCH_TRY(parse_redis_address(of.address));
            return {};
        },
        .open = [](intake::declaration const& of,
                   endpoint::surroundings const& in) -> result<std::unique_ptr<intake::receiver>> {
            redis_options how;
            DIPTYCH_TRY(how.at, parse_redis_address(of.address));
            how.user = of.setting("user");
            DIPTYCH_TRY(how.password, endpoint::revealed_one(of, "password", in));
            return std::make_unique<redis_receiver>(std::move(how), in.time);
        }
    };
}

}  // namespace diptych::channels
