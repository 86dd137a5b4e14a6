#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto ada_takes_one = R"({"book":"b1","reader":"ada"})";

// What is sent is committed on another thread.
void work_off(site_fixture& of) {
    auto const at_most = std::chrono::steady_clock::now() + 5s;
    while (std::chrono::steady_clock::now() < at_most) {
        if (of.queue.step().or_throw()) continue;
        auto const now = of.queue.counts();
        if (now.sent == now.ended) return;
        std::this_thread::yield();
    }
}

}  // namespace

TEST_CASE("a queued command is answered 202 with a place to ask, and executed later") {
    site_fixture of;
    auto const queued = of.post("/commands/lend?async", ada_takes_one, "Idempotency-Key: k/1\r\n");
    CHECK(queued.status == 202);
    CHECK(queued.headers.at("location") == "/queued/k%2F1");
    CHECK(json_at(queued.body, "status") == "waiting");
    CHECK(json_at(queued.body, "token") == "1.1");
    CHECK(of.log->end().position == position{1});  // stored, and no more

    auto const waiting = of.ask("GET", "/queued/k%2F1").body;
    CHECK(json_at(waiting, "status") == "waiting");
    CHECK(json_at(waiting, "command") == "lending.lend");
    CHECK(json_at(waiting, "key") == "book-b1");
    CHECK(json_at(of.ask("GET", "/queued").body, "commands.0.id") == "k/1");
    work_off(of);
    auto const done = of.ask("GET", "/queued/k%2F1").body;
    CHECK(json_at(done, "status") == "accepted");
    CHECK(json_at(done, "outcome.events.0.type") == "lending.lent");

    auto const again = of.post("/commands/lend?async", ada_takes_one, "Idempotency-Key: k/1\r\n");
    CHECK(again.status == 202);
    CHECK(json_at(again.body, "repeated") == "true");
    CHECK(json_at(again.body, "status") == "accepted");
    auto const direct = of.post("/commands/lend", ada_takes_one, "Idempotency-Key: k/1\r\n");
    CHECK(json_at(direct.body, "token") == json_at(done, "outcome.token"));
    auto const other = of.post(
        "/commands/lend?async", R"({"book":"b1","reader":"bob"})", "Idempotency-Key: k/1\r\n"
    );
    CHECK(other.status == 422);
}

TEST_CASE("what is wrong with a command that is to be queued is told at once") {
    site_fixture of;
    auto const malformed = of.post("/commands/lend?async", R"({"book":"b1"})");
    CHECK(malformed.status == 400);
    CHECK(json_at(malformed.body, "path") == "reader");
    auto const unknown = of.post("/commands/lent?async", ada_takes_one);
    CHECK(unknown.status == 404);
    CHECK(json_at(unknown.body, "nearest") == "lend");
    CHECK(of.post("/commands/lend?async&priority=10", ada_takes_one).status == 400);
    CHECK(of.post("/commands/lend?async&deliver_at=soon", ada_takes_one).status == 400);
    CHECK(of.post("/commands/lend?async&when=soon", ada_takes_one).status == 400);
    CHECK(of.post("/commands/lend?async=perhaps", ada_takes_one).status == 400);
    auto const both = "?async&deliver_at=2030-01-01T00:00:00Z&delay_seconds=3";
    CHECK(of.post("/commands/lend" + std::string(both), ada_takes_one).status == 400);
    // Not in silence now what is meant for later.
    for (std::string const path : {"/commands/lend", "/commands"})
        for (std::string const query :
             {"?priority=1", "?async=false&delay_seconds=3", "?when=soon"}) {
            auto const said = of.post(path + query, ada_takes_one);
            CHECK(said.status == 400);
            CHECK(json_at(said.body, "code") == "bad_parameter");
        }
    CHECK(of.post("/commands/lend?async", ada_takes_one, "If-Match: 1.0\r\n").status == 400);
    CHECK(of.log->end().position == position{});
    CHECK(of.ask("GET", "/queued/none").status == 404);
    CHECK(of.ask("GET", "/queued?status=lost").status == 400);
    CHECK(of.post("/commands/lend?async=true", ada_takes_one).status == 202);
    CHECK(of.post("/commands/lend?async=false", ada_takes_one).status == 201);
}

TEST_CASE(
    "an array of commands is queued as one, each has a place to ask, and they keep their order"
) {
    site_fixture of;
    constexpr auto both = R"([{"name":"lend","command":{"book":"b1","reader":"ada"}},
                              {"name":"lending.give_back","command":{"book":"b1"}},
                              {"name":"lend","command":{"book":"b2","reader":"ada"}}])";
    auto const queued = of.post("/commands?async", both, "Idempotency-Key: k\r\n");
    CHECK(queued.status == 202);
    CHECK(json_at(queued.body, "id") == "k");
    CHECK(json_at(queued.body, "token") == "1.3");
    CHECK(json_at(queued.body, "commands.2.id") == "k#3");
    CHECK(json_at(queued.body, "commands.2.location") == "/queued/k%233");
    CHECK(of.log->end().position == position{3});
    // One key for all: else the third would not wait for the others.
    CHECK(json_at(of.ask("GET", "/queued/k%231").body, "key") == "k#");
    CHECK(json_at(of.ask("GET", "/queued/k%233").body, "key") == "k#");
    work_off(of);
    for (auto const* const id : {"/queued/k%231", "/queued/k%232", "/queued/k%233"})
        CHECK(json_at(of.ask("GET", id).body, "status") == "accepted");
    auto const end = of.log->end().position;
    auto const again = of.post("/commands?async", both, "Idempotency-Key: k\r\n");
    CHECK(json_at(again.body, "repeated") == "true");
    CHECK(json_at(again.body, "commands.1.id") == "k#2");
    CHECK(of.log->end().position == end);
    CHECK(of.post("/commands?async", "[]").status == 400);
    auto const of_one = R"([{"name":"lend","command":{"book":"b1","reader":"ada"}}])";
    CHECK(of.post("/commands?async", of_one, "Idempotency-Key: k\r\n").status == 422);
    CHECK(of.post("/commands/lend?async", ada_takes_one, "Idempotency-Key: k\r\n").status == 422);
    of.post("/commands/lend?async", ada_takes_one, "Idempotency-Key: single\r\n");
    CHECK(of.post("/commands?async", of_one, "Idempotency-Key: single\r\n").status == 422);
    CHECK(of.post("/commands?async&key=", of_one).status == 400);
}

TEST_CASE("an array of commands about one thing waits in the line of that, or where it is told to"
) {
    site_fixture of;
    constexpr auto same = R"([{"name":"lend","command":{"book":"b1","reader":"ada"}},
                              {"name":"give_back","command":{"book":"b1"}}])";
    of.post("/commands?async", same, "Idempotency-Key: k1\r\n");
    CHECK(json_at(of.ask("GET", "/queued/k1%232").body, "key") == "book-b1");
    of.post("/commands?async&key=mine", same, "Idempotency-Key: k2\r\n");
    CHECK(json_at(of.ask("GET", "/queued/k2%232").body, "key") == "mine");
    of.post("/commands?async&delay_seconds=5", same, "Idempotency-Key: k3\r\n");
    CHECK(json_at(of.ask("GET", "/queued/k3%232").body, "key") == "k3#");
}

TEST_CASE("of an array of commands none is queued if one can not be, and it is said which") {
    site_fixture of;
    auto const malformed = of.post(
        "/commands?async",
        R"([{"name":"give_back","command":{"book":"b1"}},{"name":"lend","command":{"book":"b1"}}])"
    );
    CHECK(malformed.status == 400);
    CHECK(json_at(malformed.body, "path") == "/1/command/reader");
    auto const unknown = of.post(
        "/commands?async",
        R"([{"name":"give_back","command":{"book":"b1"}},{"name":"lent","command":{}}])"
    );
    CHECK(unknown.status == 400);
    CHECK(json_at(unknown.body, "path") == "/1/name");
    CHECK(json_at(unknown.body, "nearest") == "lend");
    CHECK(of.post("/commands?async", R"([{"name":"lend"}])").status == 400);
    CHECK(of.post("/commands?async", R"({"name":"lend"})").status == 400);
    CHECK(of.log->end().position == position{});
    // Or a single one could take the id of one in an array.
    auto const taken = of.post("/commands/lend?async", ada_takes_one, "Idempotency-Key: k#1\r\n");
    CHECK(taken.status == 400);
    CHECK(json_at(taken.body, "code") == "bad_header");
    CHECK(of.post("/commands/lend?async", ada_takes_one, "Idempotency-Key: k#a\r\n").status == 202);
}

TEST_CASE("a refusal is what became of a queued command; a delay and a time to live hold") {
    site_fixture of;
    of.post("/commands/lend", ada_takes_one);
    of.post("/commands/lend?async", ada_takes_one, "Idempotency-Key: again\r\n");
    of.post(
        "/commands/give_back?async&delay_seconds=60&ttl_seconds=90",
        R"({"book":"b1"})",
        "Idempotency-Key: back\r\n"
    );
    work_off(of);
    auto const refused = of.ask("GET", "/queued/again").body;
    CHECK(json_at(refused, "status") == "refused");
    CHECK(json_at(refused, "outcome.reason") == "already_lent");
    CHECK(json_at(of.ask("GET", "/queued/back").body, "status") == "waiting");
    CHECK_FALSE(json_at(of.ask("GET", "/queued/back").body, "deliver_at").empty());
    CHECK(of.ask("DELETE", "/queued/back").status == 204);
    CHECK(json_at(of.ask("GET", "/queued/back").body, "status") == "dropped");
    CHECK(of.post("/queued/back/retry", "").status == 404);
    CHECK(of.post("/queued/retry", "").status == 202);
}

TEST_CASE("a page of large commands ends early, and says that there are more") {
    site_fixture of;
    auto const body = R"({"page":")" + std::string(3u << 20, 'x') + R"("})";
    for (int i = 0; i < 3; ++i)
        CHECK(of.post("/commands/printing.print?async", body).status == 202);
    auto const first = of.ask("GET", "/queued");
    CHECK(!json_at(first.body, "commands.1.id").empty());
    CHECK(json_at(first.body, "commands.2.id").empty());
    auto const next = first.headers.at("link");
    auto const rest = of.ask("GET", next.substr(1, next.find('>') - 1));
    CHECK(!json_at(rest.body, "commands.0.id").empty());
    CHECK(!rest.headers.contains("link"));
}

TEST_CASE("a command of no context here is leased, and completed with its events") {
    site_fixture of;
    of.post("/commands/printing.print?async", R"({"page":1})", "Idempotency-Key: p1\r\n");
    work_off(of);
    auto const leased = of.post("/queue/printing.print/receive?lease_seconds=60", "");
    CHECK(leased.headers.at("cache-control") == "no-store");
    CHECK(json_at(leased.body, "commands.0.id") == "p1");
    CHECK(json_at(leased.body, "commands.0.body.page") == "1");
    auto const lease = std::string(json_at(leased.body, "commands.0.lease"));
    CHECK(json_at(of.post("/queue/printing.print/receive", "").body, "commands.0.id").empty());
    CHECK(of.post("/queue/lend/receive", "").status == 404);

    auto const at = [&](std::string const& what, std::string const& key) {
        return "/queue/printing.print/p1/" + what + "?lease=" + key;
    };
    CHECK(of.post(at("complete", "another"), "").status == 412);
    CHECK(of.post("/queue/printing.scan/p1/renew?lease=" + lease, "").status == 404);
    CHECK(of.post("/queue/printing.print/p9/renew?lease=" + lease, "").status == 404);
    CHECK(of.post("/queue/printing.print/p1/complete", "").status == 400);
    CHECK(of.post(at("renew", lease), "").status == 200);
    auto const conflicting = of.post(
        at("complete", lease),
        R"({"events":[{"stream":"page-1","type":"printed"}],"expect":{"page-1":7}})"
    );
    CHECK(conflicting.status == 412);
    auto const done =
        of.post(at("complete", lease), R"({"events":[{"stream":"page-1","type":"printed"}]})");
    CHECK(done.status == 200);
    CHECK(json_at(of.ask("GET", "/queued/p1").body, "status") == "accepted");
    CHECK(json_at(of.ask("GET", "/streams/page-1").body, "events.0.type") == "printed");
    CHECK(of.post(at("abandon", lease), "").status == 412);

    of.post("/commands/printing.print?async", "{}", "Idempotency-Key: p2\r\n");
    auto const second = of.post("/queue/printing.print/receive", "").body;
    auto const refused = of.post(
        "/queue/printing.print/p2/refuse?reason=no_paper&lease=" +
            std::string(json_at(second, "commands.0.lease")),
        ""
    );
    CHECK(refused.status == 200);
    CHECK(json_at(of.ask("GET", "/queued/p2").body, "outcome.reason") == "no_paper");
}

TEST_CASE("a command that is worked on elsewhere is only queued, and who asks for more is told so"
) {
    site_fixture of;
    auto const now = of.post("/commands/printing.print", R"({"page":1})");
    CHECK(now.status == 400);
    CHECK(json_at(now.body, "code") == "only_queued");
    CHECK(json_at(now.body, "detail").ends_with("with ?async"));
    auto const among = of.post(
        "/commands",
        R"([{"name":"give_back","command":{"book":"b1"}},{"name":"printing.print","command":{}}])"
    );
    CHECK(among.status == 400);
    CHECK(json_at(among.body, "code") == "only_queued");
    CHECK(json_at(among.body, "path") == "/1/name");
    auto const misspelt = of.post("/commands/printing.pint?async", R"({"page":1})");
    CHECK(misspelt.status == 404);
    CHECK(json_at(misspelt.body, "nearest") == "printing.print");
    CHECK(of.log->end().position == position{});
}

TEST_CASE("why a queued command failed has the form of every error") {
    site_fixture of;
    of.post("/commands/lend?async&ttl_seconds=60", ada_takes_one, "Idempotency-Key: late\r\n");
    work_off(of);  // commands are executed by the machine's clock, which is ahead of the site's
    auto const late = of.ask("GET", "/queued/late").body;
    CHECK(json_at(late, "status") == "failed");
    CHECK(json_at(late, "error.kind") == "invalid");
    CHECK(json_at(late, "error.code") == "expired");
    CHECK(!json_at(late, "error.detail").empty());
    CHECK(json_at(late, "error.message").empty());
}

TEST_CASE("who may wait for ever is told so: by the command itself, and by the health of the site"
) {
    site_fixture of;
    write::queued_command left_over{
        .id = "old", .name = "lending.burn", .body = "{}", .key = "book-b1"
    };
    of.log->append({.events = {write::queued_record(left_over)}}).or_throw();
    of.post("/commands/lend?async", ada_takes_one, "Idempotency-Key: new\r\n");
    work_off(of);
    CHECK(json_at(of.ask("GET", "/queued/old").body, "unhandled") == "true");
    CHECK(json_at(of.ask("GET", "/queued/new").body, "behind") == "old");
    CHECK(json_at(of.ask("GET", "/queued").body, "commands.1.behind") == "old");
    CHECK(
        json_at(of.ask("GET", "/health").body, "degraded.0") ==
        "the queue has commands that nobody here executes: lending.burn"
    );
    CHECK(of.ask("DELETE", "/queued/old").status == 204);
    work_off(of);
    CHECK(json_at(of.ask("GET", "/health").body, "degraded") == "[]");
    auto const done = of.ask("GET", "/queued/new").body;
    CHECK(json_at(done, "status") == "accepted");
    CHECK(json_at(done, "behind").empty());
}

TEST_CASE("a queued command that was executed directly is not dropped, nor a dropped one executed"
) {
    site_fixture of;
    auto const queue = [&](std::string const& id) {
        of.post("/commands/lend?async&delay_seconds=60", ada_takes_one, "Idempotency-Key: " + id);
    };
    queue("done\r\n");
    queue("gone\r\n");
    CHECK(of.post("/commands/lend", ada_takes_one, "Idempotency-Key: done\r\n").status == 201);
    auto const drop = of.ask("DELETE", "/queued/done");
    CHECK(drop.status == 404);
    CHECK(json_at(drop.body, "code") == "ended_already");
    CHECK(json_at(drop.body, "detail").contains("was executed"));
    CHECK(of.ask("DELETE", "/queued/gone").status == 204);
    auto const execute = of.post("/commands/lend", ada_takes_one, "Idempotency-Key: gone\r\n");
    CHECK(execute.status == 422);
    CHECK(json_at(execute.body, "code") == "command_dropped");
    auto const other =
        of.post("/commands/lend", R"({"book":"b2","reader":"bob"})", "Idempotency-Key: done\r\n");
    CHECK(json_at(other.body, "code") == "command_id_reused");
}

TEST_CASE("what would expire before it is executed is refused, but not if it was queued in time") {
    site_fixture of;
    auto const ask = [&](std::string const& query, std::string const& id) {
        return of.post(
            "/commands/lend?async&" + query, ada_takes_one, "Idempotency-Key: " + id + "\r\n"
        );
    };
    for (auto const* const query :
         {"expires=2020-01-01T00:00:00Z", "ttl_seconds=0", "ttl_seconds=60&delay_seconds=60"}) {
        auto const said = ask(query, "k");
        CHECK(said.status == 400);
        CHECK(json_at(said.body, "parameter") == "expires");
    }
    auto const array = "[{\"name\":\"lend\",\"command\":" + std::string(ada_takes_one) + "}]";
    CHECK(of.post("/commands?async&ttl_seconds=0", array).status == 400);
    CHECK(of.log->end().position == position{});
    CHECK(ask("delay_seconds=60&ttl_seconds=61", "k").status == 202);
    auto const again = ask("delay_seconds=60&expires=2020-01-01T00:00:00Z", "k");
    CHECK(again.status == 202);
    CHECK(json_at(again.body, "repeated") == "true");
    CHECK(of.post("/commands?async&ttl_seconds=5", array, "Idempotency-Key: a\r\n").status == 202);
    CHECK(of.post("/commands?async&ttl_seconds=0", array, "Idempotency-Key: a\r\n").status == 202);
}
