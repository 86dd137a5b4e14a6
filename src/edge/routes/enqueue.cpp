// POST /commands/{name}?async and POST /commands?async: commands are stored, to be executed later.
#include "edge/command_exchange.hpp"
#include "edge/commands_body.hpp"
#include "edge/json_members.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/routes.hpp"
#include "edge/url.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>
#include <diptych/uuid.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

constexpr std::uint64_t seconds_most = 60ull * 60 * 24 * 366;
constexpr std::size_t commands_most = 256;

// Seconds from now, or a point in time; nothing if neither is given.
result<std::optional<timestamp>> time_asked(
    http::request const& asked, std::string_view point, std::string_view seconds, timestamp now
) {
    std::optional<timestamp> found;
    if (asked.query_value(seconds) && asked.query_value(point))
        return wrong_parameter(point, fmt::format("either {} or {}", point, seconds));
    if (asked.query_value(seconds)) {
        DIPTYCH_TRY(auto const length, number_parameter(asked, {seconds, 0, seconds_most}, 0));
        return found = now + std::chrono::seconds{length}, found;
    }
    if (auto const given = asked.query_value(point)) {
        auto const when = parse_timestamp(*given);
        if (!when)
            return wrong_parameter(
                point, fmt::format("{} is a time, as 2026-11-30T12:00:00Z", point)
            );
        found = *when;
    }
    return found;
}

std::string new_id(site_parts& parts) {
    auto const now = std::chrono::floor<std::chrono::milliseconds>(parts.of.time.now());
    return to_string(make_uuid_v7(now, system_random().next(), system_random().next()));
}

bool is_of_array(std::string_view id) {
    auto const digits = id.size() - (id.find_last_not_of("0123456789") + 1);
    return digits > 0 && digits < id.size() && id[id.size() - digits - 1] == '#';
}

result<write::queued_command> command_asked(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto options, command_options_of(asked));
    if (options.if_match)
        return fail(
            errc::invalid,
            "bad_header",
            "If-Match is not for commands that are executed later: they look at what is so then"
        );
    if (is_of_array(options.command_id))
        return fail(
            errc::invalid,
            "bad_header",
            "an Idempotency-Key of what is queued does not end in '#' and digits: so do the ids of "
            "commands that come in an array"
        );
    auto const now = parts.of.time.now();
    if (options.command_id.empty()) options.command_id = new_id(parts);
    auto id = queue_id_of(options);
    auto const is_other = id != options.command_id;
    write::queued_command made{
        .id = std::move(id),
        .name = std::string(asked.parameter("name")),
        .body = asked.body.empty() ? "{}" : asked.body,
        .key = {},
        .command_id = is_other ? options.command_id : std::string{},
        .caller = options.caller,
        .user = options.user,
        .reason = options.reason,
        .about = {options.correlation_id, options.causation_id, options.traceparent}
    };
    if (made.about.correlation_id.empty()) made.about.correlation_id = made.id;
    DIPTYCH_TRY(auto const priority, number_parameter(asked, {"priority", 0, 9}, 0));
    made.priority = static_cast<int>(priority);
    DIPTYCH_TRY(made.not_before, time_asked(asked, "deliver_at", "delay_seconds", now));
    DIPTYCH_TRY(made.expires, time_asked(asked, "expires", "ttl_seconds", now));
    // One for later would hold up all others of its key.
    if (auto const key = asked.query_value("key")) {
        if (key->empty()) return wrong_parameter("key", "key is not empty where it is given");
        made.key = *key;
    } else if (!made.not_before)
        made.key = parts.of.queue->key_of(made.name, made.body);
    return made;
}

// One for later would hold up all others of its key; so would others those of an array that differ
// in it.
std::string key_of_all(
    write::command_queue const& queue,
    std::span<write::command_text const> commands,
    write::queued_command const& shared
) {
    auto own = shared.id + "#";
    if (shared.not_before) return own;
    auto const first = queue.key_of(commands[0].command, commands[0].json);
    auto const has_it = [&](auto const& one) {
        return queue.key_of(one.command, one.json) == first;
    };
    return !first.empty() && std::ranges::all_of(commands, has_it) ? first : own;
}

result<std::vector<write::queued_command>> commands_asked(
    site_parts& parts, http::request const& asked, write::queued_command const& shared
) {
    DIPTYCH_TRY(auto const body, json::parse(asked.body));
    DIPTYCH_TRY(auto const commands, commands_in(body));
    if (commands.empty() || commands.size() > commands_most)
        return fail(
            errc::invalid,
            "too_many_commands",
            fmt::format(
                "1 to {} commands are queued together, not {}", commands_most, commands.size()
            )
        );
    auto const key = asked.query_value("key");
    auto const own_key = key ? std::string(*key) : key_of_all(*parts.of.queue, commands, shared);
    std::vector<write::queued_command> all;
    for (auto const& [name, json] : commands) {
        auto& one = all.emplace_back(shared);
        auto const place = fmt::format("#{}", all.size());
        one.id += place;
        if (!one.command_id.empty()) one.command_id += place;
        one.name = name;
        one.body = json;
        one.key = own_key;
    }
    return all;
}

// What could never be executed is a mistake of whoever sends it; but what he sends again, in time
// or not, is answered as it was.
result<void> check_times(
    site_parts& parts, write::queued_command const& shared, std::string const& id
) {
    if (!shared.expires) return {};
    auto const now = parts.of.time.now();
    auto const from = shared.not_before ? std::max(now, *shared.not_before) : now;
    if (*shared.expires > from || parts.of.queue->status(id)) return {};
    return wrong_parameter(
        "expires",
        fmt::format(
            "the command would expire at {}, before it is executed: it is {}, and it is not "
            "executed before {}",
            time_text(*shared.expires),
            time_text(now),
            time_text(from)
        )
    );
}

std::string place_of(std::string_view id) { return "/queued/" + percent_encode(id); }

// What was queued before may have ended since; how is forgotten after some days.
std::string_view status_now(
    site_parts& parts, std::string const& id, appended const& said, std::size_t i = 0
) {
    if (!said.repeated) return "waiting";
    auto const seen = parts.of.queue->seen(id, said.first + i);
    if (!seen) return "waiting";
    return *seen ? to_string(**seen) : "ended";
}

http::response all_queued_answer(
    site_parts& parts, std::string_view id, std::span<std::string const> ids, appended const& said
) {
    json::writer body;
    body.begin_object().member("id", id).key("commands").begin_array();
    for (std::size_t i = 0; i < ids.size(); ++i)
        body.begin_object()
            .member("id", ids[i])
            .member("status", status_now(parts, ids[i], said, i))
            .member("location", place_of(ids[i]))
            .end_object();
    body.end_array().member("token", to_string(said.at));
    if (said.repeated) body.member("repeated", true);
    body.end_object();
    auto response = http::json(202, std::move(body).text());
    response.headers.add("Diptych-Token", to_string(said.at));
    return response;
}

http::response queued_answer(site_parts& parts, std::string const& id, appended const& said) {
    auto const place = place_of(id);
    json::writer body;
    body.begin_object()
        .member("id", id)
        .member("status", status_now(parts, id, said))
        .member("location", place)
        .member("token", to_string(said.at));
    if (said.repeated) body.member("repeated", true);
    body.end_object();
    auto response = http::json(202, std::move(body).text());
    response.headers.add("Location", place);
    response.headers.add("Diptych-Token", to_string(said.at));
    return response;
}

// In an array: which one, and where in it.
error wrong_in_array(
    site_parts& parts, std::span<write::queued_command const> commands, error why
) {
    auto const place =
        std::ranges::find(why.facts, "place", [](auto const& one) { return one.first; });
    if (why.kind != errc::not_found || place == why.facts.end())
        return placed_in_body(std::move(why), commands.size());
    auto const i = static_cast<std::size_t>(std::stoul(place->second));
    return wrong_name_at(parts.of, i, commands[i].name, std::move(why));
}

}  // namespace

result<write::command_queue*> queue_of(site_parts& parts) {
    if (parts.of.queue != nullptr) return parts.of.queue;
    return fail(errc::denied, "read_only", "this node is a replica: ask the one that writes");
}

result<bool> is_for_later(http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(
        asked, {"async", "key", "priority", "deliver_at", "delay_seconds", "expires", "ttl_seconds"}
    ));
    auto const async = asked.query_value("async").value_or("false");
    if (async.empty() || async == "true") return true;
    if (async != "false")
        return wrong_parameter("async", "async is true, false, or stands without a value");
    for (auto const& [name, value] : asked.query)
        if (name != "async")
            return wrong_parameter(
                name, fmt::format("{} is for commands that are queued: with async", name)
            );
    return false;
}

void enqueue(site_parts& parts, http::request const& asked, http::responder to) {
    auto const queue = queue_of(parts);
    if (!queue) return to.answer(http::problem(queue.error()));
    auto command = command_asked(parts, asked);
    if (!command) return to.answer(http::problem(command.error()));
    auto id = command->id;
    auto const name = command->name;
    if (auto const sound = check_times(parts, *command, id); !sound)
        return to.answer(http::problem(sound.error()));
    std::vector<write::queued_command> one;
    one.push_back(*std::move(command));
    (*queue)->put(
        std::move(one),
        [&parts, name, id = std::move(id), to = std::move(to)](result<appended> said) mutable {
            to.answer_later([&parts, name, id = std::move(id), said = std::move(said)] {
                if (said) return queued_answer(parts, id, *said);
                auto why = said.error();
                if (why.kind == errc::not_found)
                    why = unknown_command(parts.of, name, std::move(why));
                parts.note("command " + name, why);
                return http::problem(why);
            });
        }
    );
}

void enqueue_all(site_parts& parts, http::request const& asked, http::responder to) {
    auto const queue = queue_of(parts);
    if (!queue) return to.answer(http::problem(queue.error()));
    auto const shared = command_asked(parts, asked);
    if (!shared) return to.answer(http::problem(shared.error()));
    auto commands = commands_asked(parts, asked, *shared);
    if (!commands) return to.answer(http::problem(commands.error()));
    if (auto const sound = check_times(parts, *shared, commands->front().id); !sound)
        return to.answer(http::problem(sound.error()));
    auto sent = *commands;
    auto together = shared->id;
    (*queue)->put(
        *std::move(commands),
        [&parts, id = shared->id, sent = std::move(sent), to = std::move(to)](result<appended> said
        ) mutable {
            to.answer_later(
                [&parts, id = std::move(id), sent = std::move(sent), said = std::move(said)] {
                    if (!said) {
                        auto const why = wrong_in_array(parts, sent, said.error());
                        parts.note("POST /commands?async", why);
                        return http::problem(why);
                    }
                    std::vector<std::string> ids;
                    for (auto const& one : sent) ids.push_back(one.id);
                    return all_queued_answer(parts, id, ids, *said);
                }
            );
        },
        std::move(together)
    );
}

}  // namespace diptych::edge
