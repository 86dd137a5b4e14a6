#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>

using namespace diptych;
using namespace diptych::testing;

namespace {

void deliver(site_fixture& of, outbox::fate what) {
    receiver_says = what;
    while (of.channels.step().or_throw()) {
    }
    receiver_says = outbox::fate::delivered;
}

void lend(site_fixture& of, std::string const& book) {
    CHECK(of.post("/commands/lend", R"({"book":")" + book + R"(","reader":"ada"})").status == 201);
}

}  // namespace

TEST_CASE("a channel says how it is, alone and among all") {
    site_fixture of;
    lend(of, "dune");
    deliver(of, outbox::fate::away);
    auto const away = of.ask("GET", "/channels/loans");
    CHECK(away.status == 200);
    CHECK(json_at(away.body, "state") == "waiting");
    CHECK(json_at(away.body, "lag") == "1");
    CHECK(json_at(away.body, "error.detail") == "the test says so");
    CHECK(json_at(away.body, "next_try") != "");
    CHECK(json_at(away.body, "oldest") != "");
    auto const health = of.ask("GET", "/health");
    CHECK(health.status == 200);
    CHECK(
        json_at(health.body, "degraded.0") ==
        "channel loans is waiting; events behind: 1; the test says so"
    );
    CHECK(of.post("/channels/loans/resume", "").status == 200);
    deliver(of, outbox::fate::delivered);
    auto const all = of.ask("GET", "/channels").body;
    CHECK(json_at(all, "channels.0.channel") == "loans");
    CHECK(json_at(all, "channels.0.state") == "running");
    CHECK(json_at(all, "channels.0.lag") == "0");
    CHECK(json_at(all, "channels.0.since_start.delivered") == "1");
    CHECK(json_at(of.ask("GET", "/health").body, "degraded.0") == "");
    CHECK(
        of.ask("GET", "/metrics")
            .body.find("diptych_channel_delivered_total{channel=\"loans\"} 1") != std::string::npos
    );
    CHECK(of.ask("GET", "/channels/nothing").status == 404);
    CHECK(json_at(of.ask("GET", "/channels/nothing").body, "code") == "unknown_channel");
    CHECK(of.ask("GET", "/channels?limit=1").status == 400);
}

TEST_CASE("dead letters of a channel are listed, retried and dropped") {
    site_fixture of;
    for (auto const* const book : {"b1", "b2", "b3"}) lend(of, book);
    deliver(of, outbox::fate::refused);
    CHECK(
        json_at(of.ask("GET", "/health").body, "degraded.0") ==
        "channel loans has dead letters of streams: 3"
    );
    auto const page = of.ask("GET", "/channels/loans/dead-letters?limit=2").body;
    CHECK(json_at(page, "dead_letters.0.stream") == "book-b1");
    CHECK(json_at(page, "dead_letters.0.version") == "1");
    CHECK(json_at(page, "dead_letters.0.why") == "the test says so");
    CHECK(json_at(page, "dead_letters.0.goes_on") == "false");
    CHECK(json_at(page, "next") == "book-b2");
    auto const rest = of.ask("GET", "/channels/loans/dead-letters?after=book-b2").body;
    CHECK(json_at(rest, "dead_letters.0.stream") == "book-b3");
    CHECK(json_at(rest, "next") == "");
    CHECK(of.post("/channels/loans/dead-letters/book-b2/retry", "").status == 200);
    CHECK(of.ask("DELETE", "/channels/loans/dead-letters/book-b3").status == 200);
    deliver(of, outbox::fate::delivered);
    CHECK(json_at(of.ask("GET", "/channels/loans").body, "since_start.delivered") == "1");
    CHECK(json_at(of.ask("GET", "/channels/loans").body, "dead_letters") == "1");
    auto const none = of.ask("DELETE", "/channels/loans/dead-letters/book-b3");
    CHECK(none.status == 404);
    CHECK(json_at(none.body, "code") == "no_such_dead_letter");
    CHECK(json_at(of.post("/channels/loans/dead-letters/retry", "").body, "streams") == "1");
    deliver(of, outbox::fate::delivered);
    CHECK(
        json_at(of.ask("GET", "/channels/loans/dead-letters").body, "dead_letters.0.stream") == ""
    );
}

TEST_CASE("a paused channel tells of the message that it stands at") {
    site_fixture of;
    of.channels.add("bills.toml", "to = 'test:'\nattempts_max = 1").or_throw();
    lend(of, "dune");
    deliver(of, outbox::fate::refused);
    auto const paused = of.ask("GET", "/channels/bills").body;
    CHECK(json_at(paused, "paused_at") == "book-dune");
    CHECK(json_at(paused, "paused_message.version") == "1");
    CHECK(json_at(paused, "paused_message.position") == "1");
    CHECK(json_at(paused, "paused_message.type") == "lending.lent");
    CHECK(json_at(paused, "paused_message.event_id").size() == 36);
    auto const retried = of.post("/channels/bills/dead-letters/book-dune/retry", "");
    CHECK(retried.status == 404);
    CHECK(json_at(retried.body, "detail").contains("resume"));
}

TEST_CASE("a batch of messages waits for a worker as commands do, and no connection for it") {
    std::promise<void> begun;
    std::promise<void> go_on;
    site_fixture of(
        {.routes =
             {{.method = "GET",
               .pattern = "/blocks",
               .answer =
                   [&](http::request const&) {
                       begun.set_value();
                       go_on.get_future().wait();
                       return http::json(200, "1");
                   }}},
         .workers = 1,
         .queue_max = 1}
    );
    auto blocking = of.client();
    blocking.send(request_text("GET", "/blocks"));
    begun.get_future().wait();
    auto const send_batch = [&] {
        return of.post(
            "/channels/loans/messages", "[]", "Content-Type: application/cloudevents-batch+json\r\n"
        );
    };
    auto const refused = send_batch();
    CHECK(refused.status == 503);
    CHECK(json_at(refused.body, "code") == "overloaded");
    // One alone is only put down where it is fetched: that needs nobody.
    CHECK(json_at(of.post("/channels/loans/messages", "{}").body, "code") == "not_offered");
    go_on.set_value();
    CHECK(blocking.read().status == 200);
    CHECK(of.time.soon([&] { return json_at(send_batch().body, "code") == "not_offered"; }));
}
