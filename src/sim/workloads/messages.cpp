#include "sim/json_member.hpp"
#include "sim/workloads/workloads.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace diptych::sim {

namespace {

constexpr auto passed_view = R"sql(
-- @view passed async
create table passed (position integer primary key, message text not null);
-- @event moved (thing text)
-- @event named (thing text)
-- @on moved, named
insert into passed (position, message) values (:$position, :$metadata.message_id);
)sql";

constexpr auto rest_of_source = R"(
wait_max = "30s"
[ids]
thing = "thing"
[after.named]
types = ["known"]
id = "thing"
)";

constexpr std::uint64_t things = 4;

// The same for the same number, so that whoever sends it again sends the same.
std::string message(
    std::string const& id, std::string const& stream, std::uint64_t version, std::string const& more
) {
    auto const type = (version + stream.size()) % 3 == 0 ? "named" : "moved";
    return fmt::format(
        R"({{"message_id":"{}","stream":"{}","version":{},"type":"{}","data":{{"thing":"t{}"{}}}}})",
        id,
        stream,
        version,
        type,
        version % things,
        more
    );
}

std::string some_message(chance& draws) {
    std::string const stream = draws.one_of<std::string>({"a", "b", "cc"});
    auto const version = draws.between(1, 12);
    auto id = fmt::format("{}.{}", stream, version);
    if (draws.one_in(12)) id += "'";
    return message(id, stream, version, draws.one_in(20) ? R"(,"odd":1)" : "");
}

void act(clients& of) {
    auto& draws = of.draws();
    auto const draw = draws.below(20);
    if (draw < 12) {
        std::vector<std::string> all;
        for (auto n = draws.one_in(4) ? draws.between(2, 5) : 1; n > 0; --n)
            all.push_back(some_message(draws));
        of.messages(draws.one_of<std::string>({"numbered", "rising", "loose"}), all);
    } else if (draw < 14) {
        auto const thing = fmt::format("t{}", draws.below(things));
        of.append({.events = {{.stream = "thing-" + thing, .type = "known"}}});
    } else if (draw < 17) {
        of.read({.what = {.engine_events = draws.one_in(2)}, .limit = draws.between(1, 20)});
    } else {
        of.query("passed", {});
    }
}

void probe(clients& of) {
    of.messages("numbered", {message("probe", "probe", 1, "")});
    of.messages("rising", {message("probe", "probe", 1, "")});
    of.messages("loose", {message("probe", "probe", 1, "")});
    append_request all;
    for (std::uint64_t i = 0; i < things; ++i)
        all.events.push_back({.stream = fmt::format("thing-t{}", i), .type = "known"});
    of.append(std::move(all));
}

std::string rows(std::string_view, log_model const& log, std::uint64_t prefix) {
    std::string text = "[";
    for (std::uint64_t position = 1; position <= prefix; ++position) {
        auto const& event = log.at(position);
        if (event.type != "moved" && event.type != "named") continue;
        text += fmt::format(
            R"({}{{"position":{},"message":"{}"}})",
            text.size() > 1 ? "," : "",
            position,
            text_in(event.metadata, "message_id")
        );
    }
    return text + "]";
}

using records = std::map<std::pair<std::string, std::string>, logged const*>;

std::uint64_t version_of(logged const& one) {
    return number_in(one.metadata, "source_version").value_or(0);
}

// What is held is judged when nothing is under way.
bool order_permits(records const& held, logged const& one, std::uint64_t last) {
    auto const source = text_in(one.metadata, "source");
    if (source == "loose") return true;
    if (source == "numbered") return version_of(one) <= last + 1;
    return std::ranges::none_of(held, [&](auto const& other) {
        return other.first.first == source &&
               text_in(other.second->data, "stream") == text_in(one.data, "stream") &&
               version_of(*other.second) < version_of(one);
    });
}

// Numbers without a gap, or only higher ones; nothing before what it refers to, and at rest nothing
// held that can pass.
std::optional<std::string> rule(log_model const& log) {
    std::map<std::string, std::uint64_t> last;
    records held;
    std::set<std::string> known;
    for (auto const& event : log.events()) {
        auto const source = text_in(event.metadata, "source");
        if (event.type == "known") {
            known.insert(event.stream);
        } else if (event.type == "$inbox_held") {
            if (!held.emplace(std::pair{source, text_in(event.data, "message_id")}, &event).second)
                return fmt::format("held twice at {}", event.position);
        } else if (event.type == "$inbox_released") {
            auto const from = event.stream.substr(event.stream.find('-') + 1);
            auto const list = value_at(behind_name(event.data, "messages").value_or("[]"));
            for (auto const one : elements_of(list))
                if (held.erase({from, unquoted(one)}) == 0)
                    return fmt::format(
                        "{} is released at {} and was not held", one, event.position
                    );
        } else if (source.empty()) {
            continue;
        } else {
            auto const version = version_of(event);
            auto const before = std::exchange(last[event.stream], version);
            if ((source == "numbered" && version != before + 1) ||
                (source == "rising" && version <= before))
                return fmt::format(
                    "version {} passes at {}, behind {}", version, event.position, before
                );
            if (event.type == "named" && !known.contains("thing-" + text_in(event.data, "thing")))
                return fmt::format("nothing is known of the thing of {}", event.position);
        }
    }
    for (auto const& [name, record] : held) {
        auto const is_known = known.contains("thing-" + text_in(record->data, "thing")) ||
                              text_in(record->data, "type") != "named";
        auto const home = "inbox." + name.first + "-" + text_in(record->data, "stream");
        if (is_known && order_permits(held, *record, last[home]))
            return fmt::format("message {} of {} can pass, and is held", name.second, name.first);
    }
    return {};
}

}  // namespace

workload messages() {
    std::string const rest = rest_of_source;
    return {
        .builds =
            {{.views = {{"passed.sql", passed_view}},
              .inbox =
                  {{"numbered.toml", "mode = 'resequence'" + rest},
                   {"rising.toml", "mode = 'strict'" + rest},
                   {"loose.toml", "mode = 'tolerant'" + rest}}}},
        .act = act,
        .probe = probe,
        .storage = {},
        .domain = {.rows = rows},
        .rule = rule,
    };
}

}  // namespace diptych::sim
