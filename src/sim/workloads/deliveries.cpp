#include "sim/delivery_model.hpp"
#include "sim/node_log.hpp"
#include "sim/workloads/workloads.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diptych::sim {

namespace {

constexpr auto to_simulated = R"(
to = "sim:"
pause_max = "2s"
in_flight = 3
)";

bool is_of(logged const& event, std::string_view category) {
    return event.stream.starts_with(category);
}

std::vector<channel_rules> const channels{
    {.name = "all", .takes = [](logged const&) { return true; }},
    {.name = "orderly", .takes = [](logged const& e) { return e.type != "left"; }, .once = true},
    {.name = "desks", .takes = [](logged const& e) { return is_of(e, "desk-"); }, .once = true},
    {.name = "later", .takes = [](logged const&) { return true; }, .starts_now = true},
};

std::string file_of(std::string_view name) {
    std::string const begin =
        to_simulated + fmt::format("attempts_max = {}\n", name == "all" ? 2 : 1);
    if (name == "orderly") return begin + "once = true\ntypes = ['came', 'went']\n";
    if (name == "desks") return begin + "on_refused = 'park'\ncategories = ['desk']\nonce = true\n";
    if (name == "later") return begin + "on_refused = 'park'\nstart = 'now'\n";
    return begin + "on_refused = 'park'\n";
}

app::channel_text text_of(std::string const& name) { return {name + ".toml", file_of(name)}; }

void act_of_senders(clients& of) {
    auto& draws = of.draws();
    auto const draw = draws.below(20);
    if (draw >= 17) return of.read({.limit = draws.between(1, 20)});
    if (draw == 16) return of.append_again();
    append_request made;
    for (auto n = draws.one_in(3) ? draws.between(2, 6) : 1; n > 0; --n)
        made.events.push_back(
            {.stream = draws.one_of<std::string>({"desk-1", "desk-2", "desk-3", "gate-1"}),
             .type = draws.one_of<std::string>({"came", "came", "went", "left"})}
        );
    if (draws.one_in(3)) {
        made.command = command_key{.caller = "", .id = fmt::format("k{}", draws.next())};
        made.command->digest[0] = 1;
    }
    of.append(std::move(made));
}

std::string operate_one(outbox::channel& of, chance& draws) {
    auto const& name = of.of().name;
    if (auto const paused = of.status().paused_stream; !paused.empty()) {
        if (!draws.one_in(4)) return of.resume(), "resume " + name;
        (void)of.drop(paused);
        return fmt::format("drop {} of {}", paused, name);
    }
    auto const letters = of.dead_letters("", 100);
    if (!letters || letters->empty()) return {};
    auto const& stream = draws.one_of(*letters).what.stream;
    if (draws.one_in(5)) return (void)of.retry_all(), "retry all of " + name;
    auto const is_drop = draws.one_in(4);
    auto const done = is_drop ? of.drop(stream) : of.retry(stream);
    return fmt::format(
        "{} {} of {}: {}",
        is_drop ? "drop" : "retry",
        stream,
        name,
        done ? "" : done.error().message
    );
}

std::optional<std::string> operate_channels(world& in, chance& draws, operator_notes& notes) {
    auto const all = in.node().outbox()->all();
    notes.told = operate_one(*all[draws.below(all.size())], draws);
    return in.receiver().wrong();
}

// Until nothing is refused any more.
bool finish_channels(world& in, clients&) {
    auto more = false;
    for (auto* const one : in.node().outbox()->all()) {
        more = more || !one->status().paused_stream.empty();
        one->resume();
        auto const letters = one->retry_all();
        more = more || !letters || *letters > 0;
    }
    return more;
}

std::optional<std::string> delivered_at_rest(world& in) {
    if (auto wrong = in.receiver().wrong()) return wrong;
    auto const log = log_of(in.node());
    if (!log) return log.error().message;
    auto const& outbox = *in.node().outbox();
    for (auto rules : channels) {
        auto const running = outbox.find(rules.name);
        rules.is_finished = running.has_value();
        if (auto wrong = delivered_wrongly(*log, in.receiver().got(), rules)) return wrong;
        if (!running) continue;
        auto const now = (*running)->status();
        if (now.lag > 0 || now.dead_letters > 0)
            return fmt::format(
                "channel {} stays at {}: {}", now.name, now.up_to.value, now.last_error
            );
    }
    return {};
}

}  // namespace

workload deliveries() {
    build const first{
        .channels = {text_of("all"), text_of("orderly"), text_of("desks")}, .id = "first"
    };
    build const next{
        .channels = {text_of("all"), text_of("desks"), text_of("later")}, .id = "next"
    };
    return {
        .builds = {first, next},
        .act = act_of_senders,
        .finish = finish_channels,
        .storage = {},
        .at_rest = delivered_at_rest,
        .operate = operate_channels,
    };
}

}  // namespace diptych::sim
