#include "sim/workloads/workloads.hpp"

#include <fmt/core.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace diptych::sim {

namespace {

using names = std::vector<std::string>;

names const streams{"desk-1", "desk-2", "desk-3", "room-1", "room-2"};
names const tags{"desk-1", "desk-2", "room-1", "who-1", "who-2"};
names const types{"came", "went", "sat"};

constexpr auto every_event = R"sql(
-- @view {0} {1}
create table {0} (position integer primary key, op integer not null, stream text not null);
{2}
-- @event came (op integer, place integer)
-- @event went (op integer, place integer)
-- @event sat (op integer, place integer)
-- @on came, went, sat
insert into {0} (position, op, stream) values (:$position, :op, :$stream);
)sql";

constexpr auto by_stream = R"sql(
-- @view streams async
create table streams (stream text primary key, events integer not null, last integer not null);
-- @event came (op integer, place integer)
-- @event went (op integer, place integer)
-- @on came
insert into streams (stream, events, last) values (:$stream, 1, :$position)
on conflict (stream) do update set events = events + 1, last = :$position;
-- @on went
delete from streams where stream = :$stream;
)sql";

// Refuses who sits down twice.
constexpr auto sitting = R"sql(
-- @view sitting inline
create table sitting (stream text primary key, position integer not null);
-- @event went (op integer, place integer)
-- @event sat (op integer, place integer)
-- @on sat
insert into sitting (stream, position) values (:$stream, :$position);
-- @on went
delete from sitting where stream = :$stream;
)sql";

std::vector<app::view_text> views(bool is_indexed) {
    auto const index = [&](std::string_view on) {
        return is_indexed ? fmt::format("create index by_stream on {} (stream);", on) : "";
    };
    return {
        {"held.sql", fmt::format(every_event, "held", "inline", index("held"))},
        {"followed.sql", fmt::format(every_event, "followed", "async", index("followed"))},
        {"sitting.sql", sitting},
        {"streams.sql", by_stream},
    };
}

query some_query(chance& draws) {
    query what;
    auto const items = draws.between(1, 2);
    for (std::uint64_t i = 0; i < items; ++i) {
        query_item item;
        if (!draws.one_in(3)) item.types.push_back(draws.one_of(types));
        if (!draws.one_in(3)) item.tags.push_back(draws.one_of(tags));
        if (draws.one_in(4)) item.tags.push_back(draws.one_of(tags));
        what.items.push_back(std::move(item));
    }
    if (draws.one_in(8)) what.category = "desk";
    return what;
}

token some_token(clients& of) {
    auto& draws = of.draws();
    if (of.tokens().empty() || draws.one_in(10)) return {};
    if (draws.one_in(2)) return of.tokens().back();
    return draws.one_of(of.tokens());
}

uuid some_id(chance& draws) {
    uuid made;
    for (auto& byte : made.bytes) byte = static_cast<std::uint8_t>(draws.below(256));
    return made;
}

append_request some_request(clients& of) {
    auto& draws = of.draws();
    append_request made;
    for (auto n = draws.one_in(12) ? 0 : draws.between(1, 3); n > 0; --n) {
        event_data event{.stream = draws.one_of(streams), .type = draws.one_of(types)};
        for (auto const& tag : tags)
            if (draws.one_in(4) && tag != event.stream) event.tags.push_back(tag);
        made.events.push_back(std::move(event));
    }
    if (draws.one_in(3)) {
        auto const kind = draws.below(4);
        auto const expected = kind == 0   ? expected_version::no_stream()
                              : kind == 1 ? expected_version::exists()
                                          : expected_version::exactly(version{draws.below(12)});
        made.expect.emplace(draws.one_of(streams), expected);
    }
    if (draws.one_in(2)) made.unless = {.what = some_query(draws), .after = some_token(of)};
    if (draws.one_in(4)) {
        for (auto& event : made.events) event.id = some_id(draws);
    } else if (draws.one_in(2)) {
        auto& key = made.command.emplace();
        key.id = fmt::format("c{}", draws.next());
        key.digest[0] = 1;
    }
    return made;
}

void act(clients& of) {
    auto& draws = of.draws();
    auto const draw = draws.below(20);
    if (draw < 10) {
        of.append(some_request(of));
    } else if (draw == 10 && draws.one_in(4)) {
        of.append_other_as_before(some_request(of));
    } else if (draw < 12) {
        of.append_again();
    } else if (draw < 15) {
        read_options what{.what = some_query(draws), .limit = draws.between(1, 20)};
        if (draws.one_in(4)) what.what = {};
        what.after = position{draws.one_in(2) ? 0 : draws.below(60)};
        if (draws.one_in(3)) what.direction = direction::backward;
        of.read(what);
    } else if (draw < 17) {
        stream_options what{.limit = draws.between(1, 20)};
        if (draws.one_in(3)) what.direction = direction::backward, what.from = version{0};
        of.read_stream(draws.one_of(streams), what);
    } else {
        auto const at_least = some_token(of);
        of.query(draws.one_of<std::string>({"held", "followed", "sitting", "streams"}), at_least);
    }
}

void probe(clients& of) {
    of.append({.events = {{.stream = "probe-1", .type = "came"}}});
    for (auto const& stream : streams) of.read_stream(stream, {.limit = 1'000});
}

// Who sits where, by stream; the first who would sit twice.
std::map<std::string, std::uint64_t> sitting_at(log_model const& log, std::uint64_t prefix) {
    std::map<std::string, std::uint64_t> all;
    for (std::uint64_t position = 1; position <= prefix; ++position) {
        auto const& event = log.at(position);
        if (event.type == "went") all.erase(event.stream);
        if (event.type == "sat") all.emplace(event.stream, position);
    }
    return all;
}

bool refuses(log_model const& log, std::uint64_t prefix, std::vector<event_data> const& events) {
    auto all = sitting_at(log, prefix);
    for (auto const& event : events) {
        if (event.type == "went") all.erase(event.stream);
        if (event.type == "sat" && !all.emplace(event.stream, 0).second) return true;
    }
    return false;
}

std::optional<std::string> rule(log_model const& log) {
    std::set<std::string> all;
    for (auto const& event : log.events()) {
        if (event.type == "went") all.erase(event.stream);
        if (event.type == "sat" && !all.insert(event.stream).second)
            return fmt::format("{} sits twice at {}", event.stream, event.position);
    }
    return {};
}

std::string rows(std::string_view view, log_model const& log, std::uint64_t prefix) {
    std::string text = "[";
    auto const row = [&](std::string const& one) { text += (text.size() > 1 ? "," : "") + one; };
    if (view == "streams") {
        std::map<std::string, std::pair<int, std::uint64_t>> all;
        for (std::uint64_t position = 1; position <= prefix; ++position) {
            auto const& event = log.at(position);
            if (event.type == "went") all.erase(event.stream);
            if (event.type != "came") continue;
            auto& one = all[event.stream];
            ++one.first;
            one.second = position;
        }
        for (auto const& [stream, of] : all)
            row(fmt::format(
                R"({{"stream":"{}","events":{},"last":{}}})", stream, of.first, of.second
            ));
    } else if (view == "sitting") {
        for (auto const& [stream, position] : sitting_at(log, prefix))
            row(fmt::format(R"({{"stream":"{}","position":{}}})", stream, position));
    } else {
        for (std::uint64_t position = 1; position <= prefix; ++position) {
            auto const& event = log.at(position);
            if (event.type.starts_with('$')) continue;
            auto const op = event.data.substr(6, event.data.find(',') - 6);
            row(fmt::format(
                R"({{"position":{},"op":{},"stream":"{}"}})", position, op, event.stream
            ));
        }
    }
    return text + "]";
}

}  // namespace

workload appends() {
    return {
        .builds = {{.views = views(false)}, {.views = views(true)}},
        .act = act,
        .probe = probe,
        .storage = {},
        .domain = {.rows = rows, .refuses = refuses},
        .rule = rule,
    };
}

}  // namespace diptych::sim
