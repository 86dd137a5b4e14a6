#include "edge/service_metrics.hpp"

#include "edge/channel_metrics.hpp"
#include "edge/metric_samples.hpp"
#include "storage/disk.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace diptych::edge {

namespace {

double seconds(std::uint64_t microseconds) { return number(microseconds) / 1e6; }

void add_log(samples& to, log::sequenced_log const& log) {
    auto const s = log.statistics();
    auto const writable = log.writable();
    to.gauge("log_position", "Position of the last durable event", number(log.end().position.value))
        .counter("log_appends_total", "Appends accepted", number(s.appends))
        .counter("log_events_total", "Events recorded", number(s.events))
        .counter("log_conflicts_total", "Appends whose condition did not hold", number(s.conflicts))
        .counter("log_refused_total", "Appends refused by an inline view", number(s.refused))
        .counter("log_repeated_total", "First answers given again", number(s.repeated))
        .counter("log_unavailable_total", "Appends turned away", number(s.unavailable))
        .counter(
            "log_redecided_total", "Decisions made again in the commit step", number(s.redecided)
        )
        .counter("log_groups_total", "Commits: one write and sync each", number(s.groups))
        .counter("log_commit_seconds_total", "Spent in the commit step", seconds(s.commit_us))
        .counter("log_sync_seconds_total", "Spent in writing and syncing", seconds(s.sync_us))
        .counter(
            "log_user_seconds_total", "Spent in user code in the commit step", seconds(s.user_us)
        )
        .gauge("log_queued", "Appends waiting for the commit step", number(s.queued))
        .gauge("log_tail_events", "Events kept in memory", number(s.tail_events))
        .gauge("log_index_lag", "Events the index has not taken", number(s.index_lag))
        .gauge("log_writable", "1 if appends are taken", writable ? 1 : 0)
        .gauge(
            "log_disk_full",
            "1 if there is no room for more",
            !writable && storage::is_disk_full(writable.error()) ? 1 : 0
        );
}

void add_commands(samples& to, write::executor const& commands) {
    for (auto const& s : commands.statistics()) {
        auto const outcome = [&](char const* which, std::uint64_t count) {
            to.counter(
                "commands_total",
                "Commands, by outcome",
                number(count),
                {{"command", s.command}, {"outcome", which}}
            );
        };
        outcome("accepted", s.accepted);
        outcome("refused", s.refused);
        outcome("conflict", s.conflicts);
        outcome("invalid", s.invalid);
        outcome("failed", s.failed);
        std::vector<label> const name{{"command", s.command}};
        to.counter(
              "commands_received_total",
              "Commands, before anything is known of them",
              number(s.received),
              name
        )
            .counter(
                "commands_skipped_total",
                "Accepted without events: there was nothing to do",
                number(s.skipped),
                name
            )
            .counter(
                "commands_repeated_total", "First answers given again", number(s.repeated), name
            )
            .counter(
                "commands_redecided_total",
                "Decisions in the commit step",
                number(s.redecided),
                name
            )
            .counter(
                "commands_cold_total", "Decisions sent back to read", number(s.cold_rounds), name
            )
            .counter(
                "commands_slow_total",
                "Decisions longer than the watchdog allows",
                number(s.slow_decisions),
                name
            )
            .counter(
                "commands_user_seconds_total",
                "User code in the commit step",
                seconds(s.commit_user_us),
                name
            );
    }
    auto const states = commands.states();
    to.counter("states_cache_hits_total", "States found in memory", number(states.cache_hits))
        .counter(
            "states_cache_misses_total", "States not found in memory", number(states.cache_misses)
        )
        .counter(
            "states_events_folded_total", "Events folded into states", number(states.events_folded)
        )
        .counter("snapshots_loaded_total", "Snapshots used", number(states.snapshots_loaded))
        .counter("snapshots_saved_total", "Snapshots written", number(states.snapshots_saved))
        .counter(
            "snapshots_ignored_total", "Snapshots too old to use", number(states.snapshots_ignored)
        )
        .counter(
            "snapshots_mistaken_total",
            "Snapshots that a refold contradicted",
            number(states.snapshots_mistaken)
        );
}

void add_views(samples& to, read::view_set const& views) {
    for (auto const& one : views.status()) {
        std::vector<label> const name{{"view", one.name}};
        to.gauge("view_position", "What the rows show", number(one.at.position.value), name)
            .gauge("view_lag", "Events behind the end of the log", number(one.lag), name)
            .gauge(
                "view_running",
                "1 if it is neither paused, failed nor detached",
                one.state == read::view_state::running ? 1 : 0,
                name
            )
            .gauge("view_dead_letters", "Events that are parked", number(one.parking.parked), name)
            .gauge(
                "view_diverged",
                "1 if the rows may differ from those of a replay",
                one.parking.is_diverged ? 1 : 0,
                name
            )
            .counter("view_parked_total", "Events ever parked", number(one.parking.ever), name);
        if (one.checked)
            to.gauge(
                  "view_checked_timestamp_seconds",
                  "When it was last compared with a replay of the log",
                  static_cast<double>(one.checked->when.time_since_epoch().count()) / 1e6,
                  name
            )
                .gauge(
                    "view_check_failed",
                    "1 if it could not be compared then",
                    one.checked->failed ? 1 : 0,
                    name
                )
                .gauge(
                    "view_check_different_rows",
                    "Rows that were not what the log makes of them then",
                    number(one.checked->different),
                    name
                );
        for (auto const& beside : one.beside) {
            if (beside.standing != read::version_standing::building) continue;
            std::vector<label> const which{{"view", one.name}, {"version", beside.id}};
            to.gauge(
                  "view_build_position",
                  "What is built shows",
                  number(beside.at.position.value),
                  which
            )
                .gauge("view_build_lag", "Events it has yet to apply", number(beside.lag), which)
                .gauge(
                    "view_build_rate", "Events a second, lately", beside.events_per_second, which
                );
        }
    }
}

void add_shadow(samples& to, shadow_count const& of) {
    auto const came = [&](char const* which, std::uint64_t count) {
        to.counter(
            "view_shadow_queries_total",
            "Queries asked of a version and of its shadow, by what came of it",
            number(count),
            {{"view", of.view}, {"version", of.version}, {"shadow", of.shadow}, {"result", which}}
        );
    };
    came("same", of.same);
    came("different", of.different);
    came("moved", of.moved);
    came("failed", of.failed);
}

void add_source(samples& to, source_status const& one) {
    auto const heard = std::chrono::duration<double>(one.heard_at.time_since_epoch());
    to.gauge(
          "source_position",
          "End of the log that this one is a copy of",
          number(one.end.position.value)
    )
        .gauge("source_lag", "Events that the copy has yet to get", number(lag_of(one)))
        .gauge("source_heard_seconds", "When it was last heard of, since 1970", heard.count())
        .gauge(
            "source_well",
            "1 if it answers, and what it answers follows on",
            one.trouble.empty() ? 1 : 0
        );
}

void add_processes(samples& to, services const& of) {
    for (auto const& [process, runner] : of.processes) {
        auto const s = runner->statistics();
        std::vector<label> const name{{"process", process}};
        to.gauge("process_position", "Inputs reacted to", number(s.at.value), name)
            .counter("process_inputs_total", "Inputs looked at", number(s.inputs), name)
            .counter("process_reactions_total", "Reactions recorded", number(s.reactions), name)
            .counter("process_sent_total", "Commands sent", number(s.sent), name)
            .counter("process_fired_total", "Timers fired", number(s.fired), name)
            .gauge("process_open_commands", "Commands without an answer", number(s.open), name)
            .gauge("process_timers", "Timers running", number(s.timers), name)
            .gauge("process_instances", "That have left a record", number(s.instances), name)
            .gauge("process_finished", "Of those", number(s.finished), name)
            .gauge("process_parked", "Inputs that wait", number(s.parked), name)
            .gauge("process_dead", "Of those, given up", number(s.dead), name)
            .counter(
                "process_unheard_failures_total",
                "Commands that failed, to which the process does not react",
                number(s.unheard),
                name
            );
        auto const now = runner->status();
        to.gauge("process_lag", "Events behind the end of the log", number(now.lag), name)
            .gauge(
                "process_running",
                "1 if it is neither waiting nor stuck",
                now.state == write::process_state::running ? 1 : 0,
                name
            )
            .gauge(
                "process_attempts",
                "Failures in a row of what comes next",
                number(static_cast<std::uint64_t>(now.attempts)),
                name
            );
    }
}

void add_queue(samples& to, write::queue_counts const& s) {
    to.gauge("queue_waiting", "Commands that wait, the dead among them", number(s.waiting))
        .gauge("queue_dead", "Of those, given up until somebody retries them", number(s.dead))
        .gauge("queue_leased", "Worked on elsewhere", number(s.leased))
        .counter("queue_sent_total", "Commands sent to contexts here", number(s.sent))
        .counter("queue_ended_total", "Commands that have ended", number(s.ended))
        .gauge("queue_window", "Commands that may be under way at once", number(s.window));
}

void add_inbox(samples& to, inbox::sources const& sources) {
    for (auto* const one : sources.all()) {
        auto const s = one->status();
        auto const outcome = [&](char const* which, std::uint64_t count) {
            to.counter(
                "inbox_messages_total",
                "Messages, by outcome",
                number(count),
                {{"source", s.name}, {"outcome", which}}
            );
        };
        outcome("recorded", s.recorded);
        outcome("duplicate", s.duplicate);
        outcome("stale", s.stale);
        outcome("held", s.held);
        outcome("refused", s.refused);
        std::vector<label> const name{{"source", s.name}};
        to.counter("inbox_received_total", "Messages that came", number(s.received), name)
            .counter("inbox_released_total", "Messages that had waited", number(s.released), name)
            .counter(
                "inbox_rebuilds_total",
                "Times its memory was made of the log",
                number(s.rebuilds),
                name
            )
            .gauge("inbox_waiting", "Messages that wait", number(s.waiting), name)
            .gauge(
                "inbox_dead_letters", "Messages that wait too long", number(s.dead_letters), name
            );
    }
}

void add_messages(samples& to, messages::message_log_status const& s) {
    if (!s.records) return;
    to.gauge("messages_waiting", "Commands whose record is not in the log yet", number(s.waiting))
        .counter("messages_dropped_total", "Commands that were left out of it", number(s.dropped));
}

}  // namespace

std::vector<prometheus::MetricFamily> families_of(
    services const& of, server_statistics const& server, std::vector<shadow_count> const& shadows
) {
    samples to;
    add_log(to, of.log);
    add_commands(to, of.commands);
    add_views(to, of.views);
    add_processes(to, of);
    if (of.queue != nullptr) add_queue(to, of.queue->counts());
    if (of.inbox != nullptr) add_inbox(to, *of.inbox);
    add_channel_metrics(to, of);
    if (of.messages != nullptr) add_messages(to, of.messages->status());
    if (of.source) add_source(to, of.source());
    for (auto const& one : shadows) add_shadow(to, one);
    to.gauge("http_connections", "Open now", number(server.connections))
        .gauge(
            "http_held_bytes",
            "Memory of requests and of answers and streams not yet sent",
            number(server.held_bytes)
        )
        .gauge("http_streams", "Event streams open now", number(server.streams))
        .counter("http_accepted_total", "Connections accepted", number(server.accepted))
        .counter("http_turned_away_total", "Connections too many", number(server.turned_away))
        .counter(
            "http_closed_when_full_total",
            "Slow connections closed because all memory for them was taken",
            number(server.closed_when_full)
        )
        .counter(
            "http_timed_out_total", "Connections closed for being slow", number(server.timed_out)
        );
    return to.take();
}

}  // namespace diptych::edge
