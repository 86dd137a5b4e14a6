// POST /channels/<channel>/messages: messages that others hand over, one or several.
#include "base/lower_case.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

constexpr std::string_view batch_media_type = "application/cloudevents-batch+json";
constexpr std::size_t batch_most = 256;

using taken = result<intake::settled>;

intake::delivery delivery_of(http::request&& asked) {
    intake::delivery made{.topic = std::string(asked.parameter("channel"))};
    for (std::size_t i = 0; i < asked.headers.size(); ++i) {
        auto const [name, value] = asked.headers[i];
        made.headers.emplace_back(lower_case(name), value);
    }
    made.body = std::move(asked.body);
    return made;
}

int status_of_taken(taken const& said) {
    if (!said) return http::status_of(said.error());
    auto const waits = said->what == intake::verdict::held || said->what == intake::verdict::parked;
    return waits ? 202 : 200;
}

void write_taken(json::writer& body, intake::settled const& said) {
    body.begin_object().member("outcome", to_string(said.what));
    if (!said.token.empty()) body.member("token", said.token);
    if (!said.why.empty()) body.member("why", said.why);
    body.end_object();
}

http::response answer_of_taken(taken const& said) {
    if (!said) return http::problem(said.error());
    json::writer body;
    write_taken(body, *said);
    return http::json(status_of_taken(said), std::move(body).text());
}

// The status is that of the worst; who sends all of them again has no effect twice.
http::response answer_of_batch(std::vector<taken> const& all) {
    int worst = 200;
    json::writer body;
    body.begin_object().key("messages").begin_array();
    for (auto const& one : all) {
        worst = std::max(worst, status_of_taken(one));
        if (one)
            write_taken(body, *one);
        else
            body.begin_object()
                .member("code", one.error().code)
                .member("detail", one.error().message)
                .end_object();
    }
    body.end_array().end_object();
    auto answer = http::json(worst, std::move(body).text());
    if (worst == 503) answer.headers.add("Retry-After", "1");
    return answer;
}

/// Answers when all of them are done with.
class batch_answer {
public:
    batch_answer(http::responder to, std::size_t count)
        : to_(std::move(to)),
          open_(count),
          all_(count, fail(errc::failed, "not_told", "nobody said what became of it")) {}

    void take(std::size_t i, taken said) {
        std::unique_lock lock(mutex_);
        all_[i] = std::move(said);
        if (--open_ > 0) return;
        lock.unlock();
        to_.answer_later([all = std::move(all_)] { return answer_of_batch(all); });
    }

private:
    http::responder to_;
    std::mutex mutex_;  // guards what follows
    std::size_t open_;
    std::vector<taken> all_;
};

// Each as if it had come alone: its id is its own, and not that of the request.
result<std::vector<intake::delivery>> deliveries_of(intake::delivery one) {
    auto const wrong = [](std::string why) {
        return fail(errc::invalid, "malformed_message", std::move(why));
    };
    auto const read = json::parse(std::exchange(one.body, {}));
    if (!read) return wrong("its body is no JSON: " + read.error().message);
    if (read->root().kind() != json::kind::array)
        return wrong("a batch is an array of CloudEvents");
    if (read->root().size() > batch_most)
        return fail(
            errc::invalid, "batch_too_large", fmt::format("at most {} at once", batch_most)
        );
    std::erase_if(one.headers, [](auto const& header) {
        return header.first == "content-type" || header.first == "idempotency-key" ||
               header.first == "webhook-id" || header.first == "nats-msg-id";
    });
    one.headers.emplace_back("content-type", "application/cloudevents+json");
    std::vector<intake::delivery> all;
    for (auto const event : read->root().elements()) {
        one.body = event.raw();
        all.push_back(one);
    }
    return all;
}

void take_batch(site_parts& parts, http::request asked, http::responder to) {
    auto const in = incoming_channel(parts, asked.parameter("channel"));
    if (!in) return to.answer(http::problem(in.error()));
    auto all = deliveries_of(delivery_of(std::move(asked)));
    if (!all) return to.answer(http::problem(all.error()));
    if (all->empty()) return to.answer(answer_of_batch({}));
    auto const answer = std::make_shared<batch_answer>(std::move(to), all->size());
    for (std::size_t i = 0; i < all->size(); ++i) {
        auto const begun = (*in)->offer(std::move((*all)[i]), [answer, i](taken said) {
            answer->take(i, std::move(said));
        });
        if (!begun) answer->take(i, std::unexpected(begun.error()));
    }
}

void take_message(site_parts& parts, http::request asked, http::responder to) {
    auto const in = incoming_channel(parts, asked.parameter("channel"));
    if (!in) return to.answer(http::problem(in.error()));
    auto const kept = std::make_shared<http::responder>(std::move(to));
    auto const begun = (*in)->offer(delivery_of(std::move(asked)), [kept](taken said) {
        kept->answer_later([said = std::move(said)] { return answer_of_taken(said); });
    });
    if (!begun) kept->answer(http::problem(begun.error()));
}

}  // namespace

http::route channel_message_route(site_parts& parts) {
    return {
        .method = "POST",
        .pattern = "/channels/{channel}/messages",
        .handle =
            [&parts](http::request asked, http::responder to) {
                auto const kind = asked.header("Content-Type").value_or("");
                // One alone is read where its turn comes, and so in the order that they came.
                if (!lower_case(kind).starts_with(batch_media_type))
                    return take_message(parts, std::move(asked), std::move(to));
                run_or_refuse(
                    parts.pool,
                    parts.server,
                    std::move(asked),
                    std::move(to),
                    [&parts](http::request batch, http::responder answer) {
                        take_batch(parts, std::move(batch), std::move(answer));
                    }
                );
            },
        .summary = "Takes messages of another service, in their form"
    };
}

}  // namespace diptych::edge
