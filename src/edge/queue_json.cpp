#include "edge/queue_json.hpp"

#include "edge/json_members.hpp"
#include "write/record_text.hpp"

#include <diptych/json_value.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace diptych::edge {

namespace {

void write_when(json::writer& to, std::string_view name, std::optional<timestamp> const& when) {
    if (when) to.member(name, time_text(*when));
}

void write_members(json::writer& to, write::queued_command const& one) {
    to.member("id", one.id).member("command", one.name).member("position", one.at.value);
    if (!one.key.empty()) to.member("key", one.key);
    if (one.priority != 0) to.member("priority", one.priority);
    write_when(to, "deliver_at", one.not_before);
    write_when(to, "expires", one.expires);
    write_when(to, "leased_until", one.leased_until);
    if (!one.behind.empty()) to.member("behind", one.behind);
    if (one.is_unhandled) to.member("unhandled", true);
    if (!one.body.empty()) to.raw_member("body", one.body);
    if (one.attempts == 0) return;
    to.member("attempts", one.attempts);
    write_when(to, "retry_at", one.retry_at);
    write_fault(to, "error", one.why);
}

// An error has another form on record than here.
void write_end(json::writer& to, write::queued_status const& of) {
    if (of.answer.empty()) return;
    if (of.is != write::queued_status::state::failed) {
        to.raw_member("outcome", of.answer);
        return;
    }
    auto const why = json::parse(of.answer);
    write_fault(to, "error", why ? write::error_of(why->root()) : why.error());
}

}  // namespace

void write_queued(json::writer& to, write::queued_command const& one) {
    to.begin_object();
    write_members(to, one);
    to.member("status", one.is_dead ? "dead" : "waiting").end_object();
}

void write_leased(json::writer& to, write::leased_command const& one) {
    to.begin_object();
    write_members(to, one.what);
    to.member("lease", one.lease);
    write_when(to, "until", one.until);
    to.end_object();
}

std::string to_json(write::queued_status const& of) {
    json::writer to;
    to.begin_object();
    write_members(to, of.command);
    to.member("status", write::to_string(of.is));
    write_end(to, of);
    to.end_object();
    return std::move(to).text();
}

}  // namespace diptych::edge
