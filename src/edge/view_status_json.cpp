#include "edge/view_status_json.hpp"

#include "edge/json_members.hpp"

#include <cmath>
#include <string>

namespace diptych::edge {

namespace {

void write_parking(json::writer& to, read::parking_state const& of) {
    if (!of.is_diverged) return;
    to.member("diverged", true).member("dead_letters", of.parked);
}

void write_error(json::writer& to, std::optional<error> const& what) {
    if (!what) return;
    to.key("error").begin_object();
    to.member("code", what->code).member("detail", what->message).end_object();
}

void write_check(json::writer& to, read::replay_check const& made) {
    to.key("checked").begin_object();
    to.member("at", to_string(made.at)).member("when", time_text(made.when));
    if (made.failed)
        write_error(to, made.failed);
    else
        to.member("rows", made.rows).member("different", made.different);
    to.end_object();
}

}  // namespace

void write_view_status(json::writer& to, std::vector<read::view_status> const& all) {
    to.begin_array();
    for (auto const& one : all) {
        to.begin_object()
            .member("name", one.name)
            .member("inline", one.is_inline)
            .member("version", one.version)
            .member("at", to_string(one.at))
            .member("lag", one.lag)
            .member("state", read::to_string(one.state))
            .member("served", one.is_served);
        write_parking(to, one.parking);
        write_error(to, one.last_error);
        if (one.checked) write_check(to, *one.checked);
        if (!one.beside.empty()) write_versions(to.key("beside"), one.beside);
        if (!one.warnings.empty()) {
            to.key("warnings").begin_array();
            for (auto const& warning : one.warnings) to.value(warning);
            to.end_array();
        }
        to.end_object();
    }
    to.end_array();
}

void write_versions(json::writer& to, std::vector<read::version_status> const& all) {
    to.begin_array();
    for (auto const& one : all) {
        to.begin_object()
            .member("version", one.id)
            .member("standing", read::to_string(one.standing))
            .member("at", to_string(one.at))
            .member("lag", one.lag)
            .member("state", read::to_string(one.state));
        write_parking(to, one.parking);
        if (one.standing == read::version_standing::building)
            to.member("events_per_second", std::round(one.events_per_second));
        if (one.left) to.member("seconds_left", one.left->count());
        write_error(to, one.last_error);
        to.end_object();
    }
    to.end_array();
}

}  // namespace diptych::edge
