#include "edge/channel_metrics.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

void add_outgoing(samples& to, services const& of) {
    auto const now = of.time.now();
    for (auto* const one : of.outbox->all()) {
        auto const s = one->status();
        std::vector<label> const name{{"channel", s.name}};
        auto const age = s.oldest ? std::chrono::duration<double>(now - *s.oldest).count() : 0.0;
        to.counter("channel_delivered_total", "Messages", number(s.delivered), name)
            .counter("channel_refused_total", "Answers that refused", number(s.refused), name)
            .counter("channel_failures_total", "Tries that failed", number(s.failures), name)
            .gauge("channel_lag", "Events not yet delivered", number(s.lag), name)
            .gauge("channel_oldest_seconds", "Age of the oldest of those", age, name)
            .gauge("channel_in_flight", "Sent and not answered", number(s.in_flight), name)
            .gauge("channel_dead_letters", "Streams that stand", number(s.dead_letters), name)
            .gauge(
                "channel_running",
                "1 while it delivers, 0 while it waits or is paused",
                s.state == endpoint::channel_state::running ? 1.0 : 0.0,
                name
            );
    }
}

void add_incoming(samples& to, intake::incoming_set const& of) {
    for (auto* const one : of.all()) {
        auto const s = one->status();
        auto const outcome = [&](char const* what, std::uint64_t count) {
            to.counter(
                "channel_messages_total",
                "Messages that came in, by what became of them",
                number(count),
                {{"channel", s.name}, {"outcome", what}}
            );
        };
        outcome("done", s.counts.done);
        outcome("repeated", s.counts.repeated);
        outcome("refused", s.counts.refused);
        outcome("held", s.counts.held);
        outcome("unmapped", s.counts.unmapped);
        outcome("malformed", s.counts.malformed);
        outcome("parked", s.counts.parked);
        std::vector<label> const name{{"channel", s.name}};
        to.counter(
              "channel_received_total", "Messages that came in", number(s.counts.received), name
        )
            .counter("channel_failures_total", "Tries that failed", number(s.counts.failures), name)
            .counter("channel_breaks_total", "Connections lost", number(s.breaks), name)
            .gauge("channel_in_flight", "Taken and not done with", number(s.in_flight), name)
            .gauge("channel_dead_letters", "Given up on", number(s.dead_letters), name)
            .gauge(
                "channel_running",
                "1 while messages come in, 0 while it waits or is paused",
                s.state == endpoint::channel_state::running ? 1.0 : 0.0,
                name
            );
        if (s.lag) to.gauge("channel_lag", "Messages that the broker has", number(*s.lag), name);
    }
}

}  // namespace

void add_channel_metrics(samples& to, services const& of) {
    if (of.outbox != nullptr) add_outgoing(to, of);
    if (of.intake != nullptr) add_incoming(to, *of.intake);
}

}  // namespace diptych::edge
