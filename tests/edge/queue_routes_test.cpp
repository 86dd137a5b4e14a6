#include "edge/site_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace diptych;
using namespace diptych::testing;

namespace {

constexpr auto ada_takes_one = R"({"book":"b1","reader":"ada"})";

void work_off(site_fixture& of) {
    while (of.queue.step().or_throw()) continue;
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
    CHECK(of.post("/commands/lend?async", ada_takes_one, "If-Match: 1.0\r\n").status == 400);
    CHECK(of.log->end().position == position{});
    CHECK(of.ask("GET", "/queued/none").status == 404);
    CHECK(of.ask("GET", "/queued?status=lost").status == 400);
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
