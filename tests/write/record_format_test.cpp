// Records of processes and of the queue are read for ever as they were written first. Who adds a
// form adds a file, and leaves those that are there.
#include "golden_records.hpp"
#include "write/process/process_records.hpp"
#include "write/queue/queue_records.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace diptych;
using namespace diptych::write;
using namespace std::chrono_literals;
using diptych::testing::golden_records;

namespace {

constexpr timestamp some_time{1'785'000'000'250'000us};
error const unavailable{errc::unavailable, "queue_full", "too \"many\" wait"};

conversation talk() {
    return {"c-1", "r-42", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}

outcome accepted_at(std::uint64_t at) {
    return {
        .at = {epoch{1}, position{at}},
        .events =
            {{.type = "shop.paid",
              .stream = "order-o1",
              .version = version{2},
              .position = position{at}}}
    };
}

outcome const refusal{
    .is = outcome::kind::refused,
    .at = {epoch{1}, position{7}},
    .reason = "sold_out",
    .detail = "none is left"
};

queued_command everything() {
    return {
        .id = "sub:ada/k1",
        .name = "shop.pay",
        .body = R"({"order":"o1"})",
        .key = "order-o1",
        .priority = 3,
        .not_before = some_time,
        .expires = some_time + 1s,
        .command_id = "k1",
        .caller = "sub:ada",
        .user = "ada",
        .reason = "asked to",
        .about = talk(),
        .at = position{100},
        .attempts = 5,
        .why = unavailable
    };
}

queued_command const little{
    .id = "k2", .name = "shop.pay", .body = "{}", .key = {}, .at = position{101}
};

sent_command sent() {
    return {
        .instance = "order-o1",
        .input = position{41},
        .what = {.name = "shop.pay", .id = "p/1", .body = R"({"order":"o1"})", .slot = "payment"},
        .about = talk()
    };
}

reaction_record reaction() {
    return {
        .input = position{41},
        .commands =
            {{.name = "shop.pay",
              .id = "p/1",
              .body = R"({"order":"o1"})",
              .slot = "payment",
              .not_before = some_time,
              .expires = some_time + 1s},
             {.name = "shop.thank", .id = "p/2", .body = "{}"}},
        .start = {{.name = "expiry", .due = some_time}},
        .cancel = {"reminder"},
        .correlate = {"payment-p1"},
        .finish = true
    };
}

event_data reaction_event() {
    return {
        .stream = record_stream("shipping", "order-o1"),
        .type = std::string(reaction_type),
        .data = to_json(reaction(), "shipping", "order-o1"),
        .metadata = metadata_of(talk())
    };
}

parked_input const given_up{
    .instance = "order-o1",
    .input = position{41},
    .attempts = 5,
    .is_dead = true,
    .why = {errc::failed, "threw", "no \"stock\""}
};

running_timer timer() { return {"order-o1", "expiry", some_time, position{40}, talk()}; }

}  // namespace

TEST_CASE("records of the queue are what they have always been") {
    golden_records const all("queue-1.tsv");
    all.check(
        {queued_record(everything()),
         queued_record(little),
         queue_answer_record(everything(), accepted_at(9)),
         queue_answer_record(little, refusal),
         queue_answer_record(everything(), std::unexpected(unavailable)),
         queue_parked_record(everything()),
         queue_dropped_record(little)}
    );
    auto const first = parse_queued(all.at(0)).or_throw();
    CHECK(first.id == "sub:ada/k1");
    CHECK(first.name == "shop.pay");
    CHECK(first.body == R"({"order":"o1"})");
    CHECK(first.key == "order-o1");
    CHECK(first.priority == 3);
    CHECK(first.not_before == some_time);
    CHECK(first.expires == some_time + 1s);
    CHECK(first.command_id == "k1");
    CHECK(first.caller == "sub:ada");
    CHECK(first.user == "ada");
    CHECK(first.reason == "asked to");
    CHECK(first.about.correlation_id == "c-1");
    CHECK(first.about.causation_id == "r-42");
    CHECK(first.about.traceparent == talk().traceparent);
    CHECK(first.at == all.at(0).position);
    auto const second = parse_queued(all.at(1)).or_throw();
    CHECK(second.key.empty());
    CHECK(second.priority == 0);
    CHECK_FALSE(second.not_before);
    CHECK_FALSE(second.expires);
    auto const accepted = parse_queue_record(all.at(2)).or_throw();
    CHECK(accepted.id == "sub:ada/k1");
    CHECK(parse_outcome(accepted.answer).or_throw() == accepted_at(9));
    CHECK(parse_outcome(parse_queue_record(all.at(3)).or_throw().answer).or_throw() == refusal);
    CHECK(parse_queue_record(all.at(4)).or_throw().why.code == "queue_full");
    auto const parked = parse_queue_record(all.at(5)).or_throw();
    CHECK(parked.attempts == 5);
    CHECK(parked.why.kind == errc::unavailable);
    CHECK(parked.why.message == unavailable.message);
    CHECK(parse_queue_record(all.at(6)).or_throw().id == "k2");
}

TEST_CASE("records of processes are what they have always been") {
    golden_records const all("process-1.tsv");
    all.check(
        {reaction_event(),
         answer_record("shipping", sent(), accepted_at(9)),
         answer_record("shipping", sent(), refusal),
         answer_record("shipping", sent(), std::unexpected(unavailable)),
         timer_record("shipping", timer()),
         parked_record("shipping", given_up, {}),
         dropped_record("shipping", "order-o1", position{41}),
         parked_record("shipping", given_up, talk())}
    );
    auto const read = parse_reaction(all.at(0)).or_throw();
    CHECK(to_json(read, "shipping", "order-o1") == all.at(0).data);
    CHECK(read.input == position{41});
    REQUIRE(read.commands.size() == 2);
    CHECK(read.commands[0].slot == "payment");
    CHECK(read.commands[0].body == R"({"order":"o1"})");
    CHECK(read.commands[0].not_before == some_time);
    CHECK(read.commands[0].expires == some_time + 1s);
    CHECK(read.start.at(0).due == some_time);
    CHECK(read.cancel == std::vector<std::string>{"reminder"});
    CHECK(read.correlate == std::vector<std::string>{"payment-p1"});
    CHECK(read.finish);
    for (std::size_t i = 1; i <= 3; ++i) {
        CHECK(parse_answer(all.at(i)).or_throw().id == "p/1");
        CHECK(parse_answer(all.at(i)).or_throw().slot == "payment");
    }
    auto const due = parse_timer("shipping", all.at(4)).or_throw();
    CHECK(due.instance == "order-o1");
    CHECK(due.name == "expiry");
    CHECK(due.due == some_time);
    CHECK(due.started_by == position{40});
    auto const parked = parse_parked("shipping", all.at(5)).or_throw();
    CHECK(parked.instance == "order-o1");
    CHECK(parked.input == position{41});
    CHECK(parked.attempts == 5);
    CHECK(parked.why.code == "threw");
    CHECK(parked.why.message == given_up.why.message);
    CHECK(parse_dropped(all.at(6)).or_throw() == position{41});
}
