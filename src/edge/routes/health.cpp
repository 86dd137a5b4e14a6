// GET /health and /health/live
#include "edge/json_members.hpp"
#include "edge/process_status_json.hpp"
#include "edge/routes/routes.hpp"
#include "edge/view_status_json.hpp"

#include <diptych/json_writer.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace diptych::edge {

namespace {

using statuses = std::vector<read::view_status>;

/// Looked at once, or one answer could contradict itself.
struct finding {
    explicit finding(site_parts const& parts)
        : writable(parts.of.log.writable()),
          lost(parts.of.views.lost_history()),
          waited_for(parts.of.log.detached_views()),
          views(parts.of.views.status()) {}

    result<void> writable;
    std::optional<error> lost;
    std::vector<std::string> waited_for;
    statuses views;
};

/// Why this node is not ready; empty if it is: commands are taken (or it was opened for reading
/// only) and every view is served. A process that is stuck is listed, but stops neither.
std::vector<std::string> faults(finding const& found) {
    std::vector<std::string> all;
    auto const& [writable, lost, waited_for, views] = found;
    if (!writable && writable.error().kind != errc::denied) all.push_back(writable.error().message);
    if (lost) all.push_back(lost->message);
    for (auto const& one : waited_for)
        all.push_back(fmt::format("commands wait for the inline view {}", one));
    for (auto const& one : views) {
        auto const why = one.last_error ? one.last_error->message : "it is built again";
        if (one.is_new && !one.last_error) continue;  // nobody misses it yet
        if (!one.is_served)
            all.push_back(fmt::format("view {} is not served: {}", one.name, why));
        else if (one.is_inline && one.state == read::view_state::paused &&
                 std::ranges::find(waited_for, one.name) == waited_for.end())
            all.push_back(fmt::format(
                "inline view {} is new, could not be built and takes no part in commands: {}",
                one.name,
                why
            ));
    }
    return all;
}

// One that nobody wants to run is no worry.
bool goes_well(endpoint::channel_state state) {
    return state == endpoint::channel_state::running || state == endpoint::channel_state::stopped;
}

void add_channel_worries(std::vector<std::string>& all, site_parts const& parts) {
    if (parts.of.outbox == nullptr) return;
    for (auto* const one : parts.of.outbox->all()) {
        auto const now = one->status();
        if (now.state == endpoint::channel_state::paused)
            all.push_back(fmt::format(
                "channel {} is paused at stream {}; events behind: {}; {}",
                now.name,
                now.paused_stream,
                now.lag,
                now.last_error
            ));
        else if (!goes_well(now.state))
            all.push_back(fmt::format(
                "channel {} is {}; events behind: {}; {}",
                now.name,
                to_string(now.state),
                now.lag,
                now.last_error
            ));
        if (now.dead_letters > 0)
            all.push_back(fmt::format(
                "channel {} has dead letters of streams: {}", now.name, now.dead_letters
            ));
    }
}

void add_incoming_worries(std::vector<std::string>& all, site_parts const& parts) {
    if (parts.of.intake == nullptr) return;
    for (auto* const one : parts.of.intake->all()) {
        auto const now = one->status();
        if (!goes_well(now.state))
            all.push_back(fmt::format(
                "incoming channel {} is {}; {}", now.name, to_string(now.state), now.last_error
            ));
        if (now.dead_letters > 0)
            all.push_back(
                fmt::format("incoming channel {} has dead letters: {}", now.name, now.dead_letters)
            );
    }
}

void add_process_worries(std::vector<std::string>& all, site_parts const& parts) {
    for (auto const& [name, runner] : parts.of.processes) {
        auto const now = runner->statistics();
        if (now.step_error)
            all.push_back(
                fmt::format("process {} does not get on: {}", name, now.step_error->message)
            );
        if (now.unheard > 0)
            all.push_back(fmt::format(
                "process {} does not react to commands that have failed since the start: {}; {}",
                name,
                now.unheard,
                now.last_unheard->message
            ));
        if (now.parked > 0)
            all.push_back(fmt::format(
                "process {} has parked inputs: {}; of them given up: {}", name, now.parked, now.dead
            ));
    }
    if (parts.of.queue == nullptr) return;
    auto const queued = parts.of.queue->counts();
    if (queued.dead > 0)
        all.push_back(fmt::format(
            "the queue has dead commands: {}{}",
            queued.dead,
            queued.dead_error ? "; " + queued.dead_error->message : std::string{}
        ));
    for (auto const& name : queued.unhandled)
        all.push_back(fmt::format("the queue has commands that nobody here executes: {}", name));
    if (queued.step_error)
        all.push_back(
            fmt::format("the command queue does not get on: {}", queued.step_error->message)
        );
}

/// What a person should look at though commands and queries are answered.
std::vector<std::string> worries(site_parts const& parts, statuses const& views) {
    std::vector<std::string> all;
    for (auto const& one : views) {
        if (one.parking.is_diverged)
            all.push_back(fmt::format(
                "view {} has diverged from the log; dead letters: {}", one.name, one.parking.parked
            ));
        if (one.is_served && !one.is_inline && one.state == read::view_state::paused)
            all.push_back(fmt::format(
                "view {} is paused at {}: {}",
                one.name,
                to_string(one.at),
                one.last_error ? one.last_error->message : "it failed on the next event"
            ));
        for (auto const& beside : one.beside)
            if (beside.state == read::view_state::paused)
                all.push_back(fmt::format(
                    "version {} of view {} is paused at {}: {}",
                    beside.id,
                    one.name,
                    to_string(beside.at),
                    beside.last_error ? beside.last_error->message : "it failed on the next event"
                ));
        if (one.checked && one.checked->failed)
            all.push_back(fmt::format(
                "view {} can not be compared with the log: {}",
                one.name,
                one.checked->failed->message
            ));
        if (one.checked && one.checked->different > 0 && !one.parking.is_diverged)
            all.push_back(fmt::format(
                "view {} is not what the log makes of it; different rows as of {}: {}",
                one.name,
                to_string(one.checked->at),
                one.checked->different
            ));
    }
    add_process_worries(all, parts);
    add_channel_worries(all, parts);
    add_incoming_worries(all, parts);
    if (parts.of.inbox == nullptr) return all;
    auto const undeclared = parts.of.inbox->undeclared();
    if (!undeclared) all.push_back(undeclared.error().message);
    if (undeclared)
        for (auto const& one : *undeclared) all.push_back(to_string(one));
    for (auto* const one : parts.of.inbox->all())
        if (auto const now = one->status(); now.dead_letters > 0)
            all.push_back(fmt::format("source {} has dead letters: {}", now.name, now.dead_letters)
            );
    return all;
}

void write_followed(json::writer& to, source_status const& one) {
    to.key("source").begin_object().member("name", one.name).member("end", to_string(one.end));
    to.member("lag", lag_of(one));
    if (one.heard_at != timestamp{}) to.member("heard_at", time_text(one.heard_at));
    if (!one.trouble.empty()) to.member("error", one.trouble);
    to.end_object();
}

http::response health(site_parts& parts, bool in_detail) {
    finding const found(parts);
    auto const reasons = faults(found);
    bool const ready = reasons.empty();

    json::writer body;
    body.begin_object().member("status", ready ? "ready" : "not_ready");
    if (in_detail) {
        body.key("reasons").begin_array();
        for (auto const& one : reasons) body.value(one);
        body.end_array().key("degraded").begin_array();
        for (auto const& one : worries(parts, found.views)) body.value(one);
        body.end_array();
        body.key("log")
            .begin_object()
            .member("end", to_string(parts.of.log.end()))
            .member("writable", found.writable.has_value());
        if (!found.writable) body.member("read_only_reason", found.writable.error().message);
        if (found.lost) body.member("lost_history", found.lost->message);
        if (parts.of.source) write_followed(body, parts.of.source());
        body.end_object().key("detached_views").begin_array();
        for (auto const& one : found.waited_for) body.value(one);
        body.end_array().key("views");
        write_view_status(body, found.views);
        if (parts.of.view_faults) {
            body.key("view_files").begin_array();
            for (auto const& one : parts.of.view_faults()) body.value(one);
            body.end_array();
        }
        body.key("processes");
        write_process_status(body, parts.of);
    }
    body.end_object();
    auto answer = http::json(ready ? 200 : 503, std::move(body).text());
    answer.headers.add("Cache-Control", "no-store");
    return answer;
}

}  // namespace

std::vector<http::route> health_routes(site_parts& parts) {
    return {
        {.method = "GET",
         .pattern = "/health",
         .answer =
             [&parts](http::request const& asked) {
                 // Probes carry no token; they get the word and nothing else.
                 return health(parts, !parts.needs_token || asked.has_all_rights);
             },
         .summary = "Whether this node is ready, and how its parts are"},
        {.method = "GET",
         .pattern = "/health/live",
         .handle = [](http::request const&,
                      http::responder to) { to.answer(http::json(200, R"({"status":"live"})")); },
         .summary = "Whether this node answers at all"}
    };
}

}  // namespace diptych::edge
