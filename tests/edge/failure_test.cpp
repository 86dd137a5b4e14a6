// What goes wrong inside harms one request, is told, and ends nothing else.
#include "edge/inner_exchange.hpp"
#include "edge/site_fixture.hpp"
#include "edge/site_parts.hpp"
#include "log/segments/faulty_disk.hpp"
#include "log/segments/segment_engine.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <new>
#include <optional>

using namespace diptych;
using namespace diptych::testing;
using namespace std::chrono_literals;

namespace {

/// Runs a task for a request as routes do, and returns what was answered.
template <class Task>
http::response answer_of(edge::worker_pool& pool, Task task) {
    auto const answered = std::make_shared<edge::inner_exchange>();
    edge::server const server({}, [](http::request const&, http::responder const&) {});
    edge::run_or_refuse(pool, server, {}, http::responder(answered), std::move(task));
    return answered->wait();
}

}  // namespace

TEST_CASE("what a worker's task throws is answered 500, told, and ends nothing but itself") {
    std::vector<std::string> told;
    std::mutex telling;
    edge::worker_pool pool(1, 2, [&](std::string_view what) {
        std::lock_guard const lock(telling);
        told.emplace_back(what);
    });
    for (int i = 0; i < 5; ++i) {  // more often than there are threads and places
        auto const broken =
            answer_of(pool, [](http::request const&, http::responder) { throw std::bad_alloc(); });
        CHECK(broken.status == 500);
        CHECK(json_at(broken.body, "code") == "exception");
        CHECK(broken.headers.find("Content-Type") == "application/problem+json");
        CHECK(answer_of(pool, [](http::request const&, http::responder) {
                  throw 7;
              }).status == 500);
    }
    auto const fine = answer_of(pool, [](http::request const&, http::responder to) {
        to.answer(http::json(200, "1"));
    });
    CHECK(fine.status == 200);
    pool.stop();
    CHECK(pool.busy() == 0);
    REQUIRE(told.size() == 10);
    CHECK(told[0] == std::bad_alloc().what());
}

TEST_CASE("while memory is full nothing is begun, but for what says how the node is") {
    std::promise<void> begun;
    std::promise<void> go_on;
    std::atomic<int> asked = 0;
    site_fixture of(
        {.server = {.threads = 1, .limits = {.held_bytes = 20'000'000, .full_time = 1h}},
         .routes =
             {{.method = "GET",
               .pattern = "/blocks",
               .answer =
                   [&](http::request const&) {
                       begun.set_value();
                       go_on.get_future().wait();
                       return http::json(200, "1");
                   }},
              {.method = "POST",
               .pattern = "/counts",
               .answer =
                   [&](http::request const&) { return http::json(200, std::to_string(++asked)); }},
              {.method = "GET",
               .pattern = "/much",
               .handle = [](http::request const&, http::responder to
                         ) { to.answer({.body = std::string(19'000'000, 'x')}); }}},
         .workers = 1}
    );
    auto blocking = of.client();
    blocking.send(request_text("GET", "/blocks"));
    begun.get_future().wait();
    auto waiting = of.client();
    waiting.send(request_text("POST", "/counts", {}, "1"));
    CHECK(of.ask("GET", "/health/live").status == 200);  // it has been queued by now
    std::optional<http_client> reader = of.client();
    reader->send(request_text("GET", "/much"));
    CHECK(of.time.soon([&] { return of.ask("GET", "/views").status == 503; }));
    auto const refused = of.post("/counts", "1");
    CHECK(refused.status == 503);
    CHECK(json_at(refused.body, "code") == "too_busy");
    CHECK(of.ask("GET", "/health/live").status == 200);
    go_on.set_value();
    CHECK(blocking.read().status == 200);
    CHECK(waiting.read().status == 503);
    CHECK(asked == 0);
    CHECK(of.ask("GET", "/health").status == 200);
    CHECK(of.ask("GET", "/metrics").body.find("diptych_http_held_bytes 19") != std::string::npos);
    reader.reset();
    CHECK(of.time.soon([&] { return of.post("/counts", "1").status == 200; }));
    CHECK(asked == 1);
}

TEST_CASE("middleware that throws, lack of memory included, harms its own command only") {
    site_fixture of;
    of.commands.use([](call const& what, next_call const& next) -> result<outcome> {
        if (what.options.command_id == "boom") throw std::bad_alloc();
        return next(what.options);
    });
    auto const broken =
        of.post("/commands/lend", R"({"book":"b1","reader":"ada"})", "Idempotency-Key: boom\r\n");
    CHECK(broken.status == 500);
    CHECK(broken.headers.at("content-type") == "application/problem+json");
    CHECK(of.post("/commands/lend", R"({"book":"b1","reader":"ada"})").status == 201);
}

TEST_CASE("a node whose log has failed is not ready and says why") {
    log::segments::faulty_disk disk;
    site_fixture of(
        {},
        log::segments::segment_engine::open(
            "log",
            log::segments::segment_engine::mode::writer,
            disk,
            system_clock(),
            system_random(),
            {.segment_bytes = 1u << 20, .indexed = false}
        )
            .or_throw()
    );
    auto const lend = [&](std::string const& book) {
        return of.post("/commands/lend", R"({"book":")" + book + R"(","reader":"ada"})");
    };
    REQUIRE(lend("b1").status == 201);
    REQUIRE(of.ask("GET", "/health").status == 200);

    disk.fails_ever_after = true;
    disk.fail_at = disk.calls() + 1;
    CHECK(json_at(lend("b2").body, "code") == "write_failed");
    CHECK(lend("b3").status == 503);
    auto const health = of.ask("GET", "/health");
    CHECK(health.status == 503);
    CHECK(json_at(health.body, "status") == "not_ready");
    CHECK(json_at(health.body, "reasons.0").find("made to fail") != std::string::npos);
    CHECK(json_at(health.body, "log.writable") == "false");
    CHECK(of.ask("GET", "/health/live").status == 200);
    CHECK(of.ask("GET", "/events").status == 200);  // what is there can still be read
}

TEST_CASE("a node is not ready while a new inline view can not be built, though commands go on") {
    site_fixture of;
    REQUIRE(of.post("/commands/lend", R"({"book":"b1","reader":"ada"})").status == 201);

    temporary_folder const folder;
    read::view_set views(
        *of.log,
        folder.path(),
        system_clock(),
        {.events = context_model<lending::library>().events, .attempts_max = 1}
    );
    views
        .add_text(
            "due.sql",
            "-- @view due inline\ncreate table due (book text primary key, day text not null);\n"
            "-- @on lent\ninsert into due values (:book, null);"
        )
        .or_throw();
    views.start().or_throw();
    edge::site site(
        {.log = *of.log,
         .commands = of.commands,
         .views = views,
         .time = system_clock(),
         .processes = {}},
        {}
    );
    site.start_without_server().or_throw();
    auto const health = site.ask({.method = "GET", .path = "/health"});
    CHECK(health.status == 503);
    CHECK(json_at(health.body, "reasons.0")
              .starts_with("inline view due is new, could not be built and takes no part in "
                           "commands: "));
    CHECK(json_at(health.body, "reasons.1").empty());
    CHECK(of.post("/commands/lend", R"({"book":"b2","reader":"ada"})").status == 201);
}

TEST_CASE("a fact never takes the name of a member that every problem has") {
    std::vector<std::pair<std::string, std::string>> facts;
    for (auto const* name :
         {"type", "title", "status", "code", "detail", "instance", "kind", "place", "place"})
        facts.emplace_back(name, "\"mine\"");
    auto const said = http::problem(
        error{.kind = errc::conflict, .code = "taken", .message = "no", .facts = facts}
    );
    CHECK(has_each_member_once(said.body));
    CHECK(json_at(said.body, "type") == "urn:diptych:taken");
    CHECK(json_at(said.body, "kind") == "conflict");
    CHECK(json_at(said.body, "status") == "412");
    CHECK(json_at(said.body, "place") == "mine");
    CHECK(json_at(said.body, "fact_type") == "mine");
}
