#include "edge/process_status_json.hpp"

#include "edge/json_members.hpp"

#include <string>

namespace diptych::edge {

void write_process_status(json::writer& to, services const& of) {
    to.begin_array();
    for (auto const& [name, runner] : of.processes) {
        auto const now = runner->status();
        auto const counts = runner->statistics();
        to.begin_object()
            .member("name", name)
            .member("state", write::to_string(now.state))
            .member("at", to_string(now.at))
            .member("lag", now.lag)
            .member("instances", counts.instances)
            .member("finished", counts.finished)
            .member("open_commands", counts.open)
            .member("timers", counts.timers)
            .member("parked", now.parked)
            .member("dead", now.dead)
            .member("unheard_failures", counts.unheard);
        if (now.last_error) {
            to.member("attempts", now.attempts);
            if (now.retry_at) to.member("retry_at", time_text(*now.retry_at));
            to.key("error")
                .begin_object()
                .member("code", now.last_error->code)
                .member("detail", now.last_error->message)
                .end_object();
        }
        to.end_object();
    }
    to.end_array();
}

}  // namespace diptych::edge
