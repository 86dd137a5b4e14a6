#include "sim/arrival_model.hpp"
#include "sim/node_log.hpp"
#include "sim/workloads/workloads.hpp"
#include "sim/workloads/workshop.hpp"

#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace diptych::sim {

namespace {

constexpr std::uint64_t tools_of_arrivals = 3;
constexpr std::uint64_t pieces = 6;

// As NATS brings them: plain JSON, known by a header or by where it stands.
constexpr auto jobs_file = R"(
from = "sim:one_by_one"
key = "{data.piece}"
pause_max = "2s"
in_flight = 5
[on.work]
command = "workshop.work"
[on."count*"]
source = "counts"
stream = "{data.piece}"
version = "{data.n}"
)";

// As Kafka brings them: CloudEvents in headers, in the order of the record's key.
constexpr auto orders_file = R"(
from = "sim:by_offset"
pause_max = "2s"
in_flight = 6
[on."shop.work"]
command = "work"
fields = { piece = "piece", tool = "with.tool", number = "number" }
[on.noted]
source = "notes"
event = "remarked"
)";

// As HTTP brings them: whoever sends waits for an answer.
constexpr auto calls_file = R"(
from = "sim:asked"
key = "{header.about}"
pause_max = "2s"
[on.work]
command = "workshop.work"
[on."*"]
source = "notes"
stream = "calls"
)";

std::vector<std::string> const arrival_channels{"jobs", "orders", "calls"};

app::channel_text arrivals_file(std::string const& name, int attempts_max) {
    auto const* const text = name == "jobs"     ? jobs_file
                             : name == "orders" ? orders_file
                                                : calls_file;
    return {name + ".toml", fmt::format("attempts_max = {}\n{}", attempts_max, text)};
}

struct to_publish {
    intake::delivery what;
    meaning means;
};

to_publish some_work(std::string const& channel, std::uint64_t number, chance& draws) {
    auto const piece = fmt::format("p{}", draws.between(1, pieces));
    auto const tool = fmt::format("t{}", draws.between(1, tools_of_arrivals));
    to_publish made{
        .what = {},
        .means =
            {.is = meaning::kind::command,
             .key = piece,
             .name = "workshop.work",
             .body =
                 fmt::format(R"({{"number":{},"piece":"{}","tool":"{}"}})", number, piece, tool),
             .number = number}
    };
    made.what.topic = "work";
    made.what.body = made.means.body;
    if (channel == "orders")
        made.what.body = fmt::format(
            R"({{"piece":"{}","number":{},"with":{{"tool":"{}"}}}})", piece, number, tool
        );
    return made;
}

// A number that is the same for the same version, so that whoever sends it again sends the same.
to_publish some_count(chance& draws) {
    auto const piece = draws.between(1, 3);
    auto const version = draws.between(1, 5);
    auto const number = 10 * piece + version;
    to_publish made{
        .what = {},
        .means =
            {.is = meaning::kind::message,
             .id = fmt::format("c{}", number),
             .key = fmt::format("p{}", piece),
             .number = number}
    };
    made.what.topic = "counted";
    made.what.body = fmt::format(R"({{"piece":"p{}","number":{},"n":{}}})", piece, number, version);
    return made;
}

to_publish some_note(std::uint64_t number, chance& draws) {
    auto const piece = fmt::format("p{}", draws.between(1, pieces));
    to_publish made{
        .what = {}, .means = {.is = meaning::kind::message, .key = piece, .number = number}
    };
    made.what.topic = "noted";
    made.what.body = fmt::format(R"({{"piece":"{}","number":{}}})", piece, number);
    return made;
}

// Nothing can come of it: it can not be read, no rule is for it, or a command lacks a field.
void spoil(std::string const& channel, to_publish& one, chance& draws) {
    auto const is_command = one.means.is == meaning::kind::command;
    one.means.is = meaning::kind::nothing;
    one.means.id.clear();
    auto const draw = draws.below(4);
    if (draw == 0)
        one.what.body = fmt::format(R"({{"number":{},"piece":"p)", one.means.number);
    else if (draw == 1 && channel != "calls")
        one.what.topic = "strange";
    else if (draw == 2 && is_command)
        one.what.body = fmt::format(R"({{"number":{}}})", one.means.number);
    else
        one.what.body = "7";
}

// As the channel's file reads it.
void address(std::string const& channel, to_publish& one) {
    auto& headers = one.what.headers;
    if (channel == "jobs") {
        if (!one.means.id.empty()) headers.emplace_back("nats-msg-id", one.means.id);
    } else if (channel == "calls") {
        headers.emplace_back("about", one.means.key);
        if (!one.means.id.empty()) headers.emplace_back("idempotency-key", one.means.id);
    } else {
        headers.emplace_back("ce_type", one.what.topic == "work" ? "shop.work" : one.what.topic);
        if (!one.means.id.empty()) headers.emplace_back("ce_id", one.means.id);
        one.what.key = one.means.key;
        one.what.topic = "orders";
    }
}

void publish_one(clients& of) {
    auto& draws = of.draws();
    auto const& channel = draws.one_of(arrival_channels);
    auto const number = draws.next() >> 12;
    auto one = !draws.one_in(3)    ? some_work(channel, number, draws)
               : channel == "jobs" ? some_count(draws)
                                   : some_note(number, draws);
    if (one.means.id.empty() && draws.one_in(2))
        one.means.id = fmt::format("{}-{}", channel, number);
    if (draws.one_in(12)) spoil(channel, one, draws);
    address(channel, one);
    auto const is_again = !one.means.id.empty() && draws.one_in(6);
    if (is_again) of.publish(channel, one.what, one.means);
    // Something else under its id.
    if (is_again && one.means.is == meaning::kind::command && draws.one_in(4)) {
        auto other = some_work(channel, number + 1, draws);
        other.means.id = one.means.id;
        address(channel, other);
        one = std::move(other);
    }
    of.publish(channel, std::move(one.what), std::move(one.means));
}

std::string one_tool(std::uint64_t n) { return fmt::format(R"({{"tool":"t{}"}})", n); }

void act_on_arrivals(clients& of) {
    auto& draws = of.draws();
    auto const draw = draws.below(20);
    if (draw < 12) {
        for (auto n = draws.one_in(3) ? draws.between(2, 5) : 1; n > 0; --n) publish_one(of);
    } else if (draw < 15) {
        of.command("break_it", one_tool(draws.between(1, tools_of_arrivals)));
    } else if (draw < 17) {
        of.command("mend", one_tool(draws.between(1, tools_of_arrivals)));
    } else {
        of.read({.what = {.engine_events = draws.one_in(2)}, .limit = draws.between(1, 20)});
    }
}

void probe_arrivals(clients& of) {
    publish_one(of);
    of.command("mend", one_tool(1));
}

std::optional<std::string> operate_arrivals(world& in, chance& draws, operator_notes& notes) {
    auto& of = *in.node().intake()->find(draws.one_of(arrival_channels));
    auto const& name = of.of().name;
    if (draws.one_in(4)) {
        of.resume();
        notes.told = "resume " + name;
        return {};
    }
    auto const letters = of.dead_letters({}, 100);
    if (!letters || letters->all.empty()) return {};
    auto const number = draws.one_of(letters->all).number;
    if (draws.one_in(5)) {
        (void)of.retry_all();
        notes.told = "retry all of " + name;
        return {};
    }
    auto const is_drop = draws.one_in(5);
    auto const done = is_drop ? of.drop(number) : of.retry(number);
    notes.told = fmt::format(
        "{} {} of {}: {}",
        is_drop ? "drop" : "retry",
        number.value,
        name,
        done ? "" : done.error().message
    );
    return {};
}

bool can_be_done(std::vector<arrival> const& all, intake::letter_view const& letter) {
    auto const from = std::ranges::find_if(all, [&](arrival const& one) {
        return one.means.id == letter.what.message_id && one.what.body == letter.message.body;
    });
    return from != all.end() && !is_hopeless(all, *from);
}

// Until no dead letter is left that can be done, and none that cannot stops a channel.
bool finish_arrivals(world& in, clients& of) {
    auto const is_done = [&](intake::letter_view const& one) {
        return !can_be_done(in.broker().all(), one);
    };
    auto more = false;
    for (auto* const channel : in.node().intake()->all()) {
        auto letters = channel->dead_letters({}, 1'000);
        // What is damaged stays so: whoever reads the log is told.
        if (!letters) return letters.error().kind != errc::corrupt;
        if (channel->status().state == endpoint::channel_state::paused)
            for (auto const& one : letters->all)
                if (is_done(one)) more = channel->drop(one.number).has_value() || more;
        more = more || !std::ranges::all_of(letters->all, is_done);
    }
    if (!more) return false;
    for (std::uint64_t n = 1; n <= tools_of_arrivals; ++n) of.command("mend", one_tool(n));
    (void)in.come_to_rest();
    for (auto* const channel : in.node().intake()->all())
        if (auto const letters = channel->dead_letters({}, 1'000))
            for (auto const& one : letters->all)
                if (!is_done(one)) (void)channel->retry(one.number);
    return true;
}

// A refusal that is on record is given again; else this would be the first time.
bool was_refused_before(world& in, arrival const& one) {
    auto const said = in.node().commands().execute(
        one.means.name,
        one.means.body,
        {.command_id = one.means.id, .caller = "channel:" + one.channel}
    );
    return said && said->repeated && !said->accepted();
}

std::optional<std::string> letters_differ(log_model const& log, intake::incoming& of) {
    auto const shown = of.dead_letters({}, 1'000);
    if (!shown) return shown.error().message;
    std::map<std::uint64_t, std::pair<std::string, std::string>> listed;
    for (auto const& one : shown->all)
        listed.emplace(one.number.value, std::pair{one.what.message_id, one.message.body});
    if (listed == letters_in(log, of.of().name)) return {};
    return fmt::format(
        "channel {} lists {} dead letters, and they are not those of the log",
        of.of().name,
        listed.size()
    );
}

std::optional<std::string> arrived_at_rest(world& in) {
    auto const log = log_of(in.node());
    if (!log) return log.error().message;
    auto const& all = in.broker().all();
    if (auto wrong = came_of_nothing(*log, all)) return wrong;
    for (auto const& name : arrival_channels) {
        auto& channel = *in.node().intake()->find(name);
        arrival_rules const rules{
            .channel = name,
            .attempts_min = 2,
            .is_in_order = name != "calls",
            .is_finished = true,
            .was_refused = [&](arrival const& one) { return was_refused_before(in, one); }
        };
        if (auto wrong = arrived_wrongly(*log, all, rules)) return wrong;
        if (auto wrong = letters_differ(*log, channel)) return wrong;
    }
    return {};
}

build arrivals_build(std::string id, int attempts_max) {
    build made{
        .contexts = {&context_model<workshop::context>()},
        .inbox =
            {{"counts.toml", "mode = \"resequence\"\nwait_max = \"30s\"\n"},
             {"notes.toml", "mode = \"tolerant\"\n[ids]\npiece = \"piece\"\n"}},
        .id = std::move(id)
    };
    for (auto const& name : arrival_channels)
        made.channels.push_back(arrivals_file(name, attempts_max));
    return made;
}

}  // namespace

workload arrivals() {
    return {
        .builds = {arrivals_build("first", 2), arrivals_build("next", 3)},
        .act = act_on_arrivals,
        .probe = probe_arrivals,
        .finish = finish_arrivals,
        .storage = {},
        .at_rest = arrived_at_rest,
        .operate = operate_arrivals,
    };
}

}  // namespace diptych::sim
