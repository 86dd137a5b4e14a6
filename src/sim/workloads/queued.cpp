#include "sim/workloads/workloads.hpp"
#include "sim/workloads/workshop.hpp"

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diptych::sim {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t tools = 3;

write::queued_command some_command(chance& draws) {
    auto const number = draws.next() >> 12;
    auto const piece = fmt::format("p{}", draws.between(1, 4));
    write::queued_command made{
        .id = fmt::format("q{}", number), .name = "workshop.work", .body = {}, .key = {}
    };
    if (draws.one_in(2)) made.name = "print";
    made.body = fmt::format(
        R"({{"piece":"{}","tool":"t{}","number":{}}})", piece, draws.between(1, tools), number
    );
    if (!draws.one_in(5)) made.key = "piece-" + piece;
    if (draws.one_in(4)) made.priority = static_cast<int>(draws.below(10));
    return made;
}

void put_some(clients& of) {
    auto& draws = of.draws();
    std::vector<write::queued_command> all;
    for (auto n = draws.one_in(3) ? draws.between(2, 4) : 1; n > 0; --n)
        all.push_back(some_command(draws));
    of.queue(std::move(all));
}

std::string tool(std::uint64_t n) { return fmt::format(R"({{"tool":"t{}"}})", n); }

void act_on_queue(clients& of) {
    auto& draws = of.draws();
    auto const draw = draws.below(20);
    if (draw < 7)
        put_some(of);
    else if (draw == 7)
        draws.one_in(4) ? of.queue_other_as_before() : of.queue_again();
    else if (draw < 10)
        of.command(draws.one_in(2) ? "break_it" : "mend", tool(draws.between(1, tools)));
    else if (draw < 13)
        of.lease("print", draws.between(1, 3), std::chrono::seconds(draws.between(1, 60)));
    else if (draw < 17)
        of.complete();
    else if (draw == 17)
        of.abandon();
    else if (draw == 18)
        of.renew(std::chrono::seconds(draws.between(1, 60)));
    else
        of.read({.what = {.engine_events = draws.one_in(2)}, .limit = draws.between(1, 20)});
}

void probe_queue(clients& of) {
    put_some(of);
    of.command("mend", tool(1));
}

// Gives up, or asks for another try.
std::optional<std::string> operate_queue(world& in, chance& draws, operator_notes& notes) {
    auto& queue = *in.node().queue();
    auto const is_drop = draws.one_in(6);
    auto const list = queue.list(!is_drop || draws.one_in(2), position{0}, 100);
    if (!list || list->empty()) return {};
    auto const& one = draws.one_of(*list);
    notes.told = fmt::format("{} {}", is_drop ? "drop" : "retry", one.id);
    if (is_drop)
        (void)queue.drop(one.id);
    else
        (void)queue.retry(draws.one_in(4) ? "" : one.id);
    return {};
}

// Until nothing waits: tools are mended, and who works beside the node works.
bool finish_queue(world& in, clients& of) {
    auto& queue = *in.node().queue();
    auto const list = queue.list(false, position{0}, 1);
    if (list && list->empty()) return false;
    for (std::uint64_t n = 1; n <= tools; ++n) of.command("mend", tool(n));
    (void)in.come_to_rest();
    (void)queue.retry("");
    of.forget_leases();
    of.lease("print", 100, 60s);
    for (auto n = of.leases(); n > 0; --n) of.complete();
    return true;
}

}  // namespace

workload queued() {
    return {
        .builds =
            {{.contexts = {&context_model<workshop::context>()}, .outside = {"print"}, .id = "one"}
            },
        .act = act_on_queue,
        .probe = probe_queue,
        .finish = finish_queue,
        .storage = {},
        .steps_of_queue = 8,
        .operate = operate_queue,
    };
}

}  // namespace diptych::sim
