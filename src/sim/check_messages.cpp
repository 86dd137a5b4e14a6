// What is promised to those who send messages.
#include "sim/checks.hpp"
#include "sim/describe.hpp"
#include "sim/json_member.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace diptych::sim {

namespace {

using message_name = std::pair<std::string, std::string>;  // source, message id

logged const* standing(evidence const& in, message_name const& name) {
    auto const found = in.messages().find(name);
    return found == in.messages().end() ? nullptr : found->second.front();
}

bool is_held(log_model const& log, message_name const& name) {
    for (auto const& event : log.events())
        if (event.type == "$inbox_held" && event.stream == "$inbox-" + name.first &&
            text_in(event.data, "message_id") == name.second)
            return true;
    return false;
}

bool is_the_same(message_attempt const& one, logged const& event) {
    return event.type == one.what.type && event.data == one.what.data &&
           event.stream == "inbox." + one.source + "-" + one.what.stream &&
           number_in(event.metadata, "source_version").value_or(0) == one.what.version;
}

// Another came under this id with something else.
bool has_rival(evidence const& in, message_attempt const& one) {
    return std::ranges::any_of(in.seen().attempts, [&](auto const& kept) {
        auto const* const other = std::get_if<message_attempt>(&kept->what);
        return other != nullptr && other->source == one.source && other->what.id == one.what.id &&
               canonical(other->what) != canonical(one.what);
    });
}

complaint check_recorded(
    evidence const& in, attempt const& of, logged const& event, inbox::answer const& said
) {
    if (said.recorded.value != event.position)
        return fmt::format("acknowledged at {}, stands at {}", said.recorded.value, event.position);
    if (event.position <= in.shown_before(of.begun))
        return "stands before what had been seen when it began";
    return {};
}

// Its version has passed, or is another's: one of as high a version stands, or waits.
bool is_passed(evidence const& in, message_attempt const& one) {
    for (auto const& event : in.log().events()) {
        auto const is_home = event.stream == "inbox." + one.source + "-" + one.what.stream;
        auto const version = number_in(event.metadata, "source_version").value_or(0);
        if (is_home && version >= one.what.version) return true;
        if (event.type == "$inbox_held" && event.stream == "$inbox-" + one.source &&
            text_in(event.data, "stream") == one.what.stream && version == one.what.version)
            return true;
    }
    return false;
}

complaint check_verdict(
    evidence const& in, attempt const& of, message_attempt const& one, inbox::answer const& said
) {
    message_name const name{one.source, one.what.id};
    auto const* const event = standing(in, name);
    switch (said.verdict) {
        case inbox::verdict::recorded:
            if (event == nullptr) return "acknowledged and lost";
            if (!is_the_same(one, *event)) return "another message stands in its place";
            return check_recorded(in, of, *event, said);
        case inbox::verdict::held:
            if (event == nullptr && !is_held(in.log(), name)) return "held and forgotten";
            return {};
        case inbox::verdict::duplicate:
            if (said.recorded.value == 0)
                return is_passed(in, one) ? complaint{} : "a duplicate of nothing";
            if (event == nullptr || event->position != said.recorded.value)
                return "a duplicate of what is not there";
            return is_the_same(one, *event) ? complaint{} : "a duplicate of another";
        case inbox::verdict::stale:
            return is_passed(in, one) ? complaint{} : "stale, and nothing newer has passed";
        case inbox::verdict::dropped:
            break;
    }
    return "nobody dropped it";
}

}  // namespace

complaint check(evidence const& in, rules const&, attempt const& of, message_attempt const& one) {
    if (!one.answer) return {};
    if (*one.answer) return check_verdict(in, of, one, **one.answer);
    auto const& why = one.answer->error();
    if (why.code == "message_id_reused")
        return has_rival(in, one) ? complaint{} : "its id was nobody else's";
    return check_failure(in, of, why);
}

complaint check_messages(evidence const& in) {
    for (auto const& [name, stands] : in.messages()) {
        if (stands.size() > 1)
            return fmt::format(
                "message {} of {} stands at {} and {}",
                name.second,
                name.first,
                stands[0]->position,
                stands[1]->position
            );
        auto const was_sent = std::ranges::any_of(in.seen().attempts, [&](auto const& kept) {
            auto const* const one = std::get_if<message_attempt>(&kept->what);
            return one != nullptr && one->source == name.first && one->what.id == name.second &&
                   is_the_same(*one, *stands[0]);
        });
        if (!was_sent && !in.seen().came_in.contains(name.second))
            return fmt::format("position {} was sent by nobody", stands[0]->position);
    }
    return {};
}

}  // namespace diptych::sim
