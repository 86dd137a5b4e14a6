#include "sim/describe.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace diptych::sim {

namespace {

std::string describe(query const& what) {
    std::string text = what.category.empty() ? "" : what.category + "-*";
    for (auto const& item : what.items)
        text += fmt::format("{}{} {}", text.empty() ? "" : " or ", item.types, item.tags);
    return text.empty() ? "everything" : text;
}

std::string describe(error const& why) {
    return fmt::format("{} {}: {}", to_string(why.kind), why.code, why.message);
}

std::string why_not(auto const& answer) { return answer ? describe(answer->error()) : "?"; }

std::string describe(append_attempt const& one) {
    auto text = fmt::format("append op {}:", one.operation);
    for (auto const& event : one.request.events)
        text += fmt::format(" {} {} {}", event.stream, event.type, event.tags);
    for (auto const& [stream, expected] : one.request.expect)
        text += fmt::format(" expect {} {}", stream, to_string(expected));
    if (one.request.unless)
        text += fmt::format(
            " unless {} after {}",
            describe(one.request.unless->what),
            to_string(one.request.unless->after)
        );
    if (one.request.command) text += " as " + one.request.command->id;
    if (!one.answer || !*one.answer) return text + " -> " + why_not(one.answer);
    return text + " -> " + to_string((*one.answer)->at) +
           ((*one.answer)->repeated ? " repeated" : "");
}

std::string describe(command_attempt const& one) {
    auto const text = one.command + " " + one.json + (one.id.empty() ? "" : " as " + one.id);
    if (!one.answer || !*one.answer) return text + " -> " + why_not(one.answer);
    return text + " -> " + to_json(**one.answer);
}

std::string describe(message_attempt const& one) {
    auto const text = fmt::format("to {}: {}", one.source, canonical(one.what));
    if (!one.answer || !*one.answer) return text + " -> " + why_not(one.answer);
    auto const& said = **one.answer;
    return text +
           fmt::format(" -> {} {} {}", to_string(said.verdict), said.recorded.value, said.why);
}

std::string describe(queue_attempt const& one) {
    std::string text = "queue";
    for (auto const& each : one.commands)
        text += fmt::format(" {} {} of {} {}", each.id, each.name, lane_of(each), each.body);
    if (!one.answer || !*one.answer) return text + " -> " + why_not(one.answer);
    auto const& said = **one.answer;
    return text + fmt::format(" -> {}{}", said.first.value, said.repeated ? " repeated" : "");
}

std::string describe(completion_attempt const& one) {
    auto const text = fmt::format("complete {} by op {}", one.id, one.operation);
    if (!one.answer || !*one.answer) return text + " -> " + why_not(one.answer);
    return text + " -> " + to_string((*one.answer)->at);
}

std::string describe(read_attempt const& one) {
    auto text = std::visit(
        [](auto const& what) -> std::string {
            if constexpr (requires { what.what; })
                return fmt::format(
                    "read {} {} {}, {} at most",
                    describe(what.what),
                    what.direction == direction::forward ? "after" : "before",
                    what.after.value,
                    what.limit
                );
            else
                return fmt::format(
                    "read {} from {} {}",
                    what.first,
                    what.second.from.value,
                    what.second.direction == direction::forward ? "on" : "back"
                );
        },
        one.what
    );
    text += " ->";
    if (one.failure) return text + " " + describe(*one.failure);
    for (auto const& event : one.events) text += fmt::format(" {}", event.position);
    return text + fmt::format(", seen {}{}", one.seen, one.at_end ? ", the end" : "");
}

std::string describe(query_attempt const& one) {
    auto const text = fmt::format("query {} at least {} -> ", one.view, one.at_least);
    if (one.failure) return text + describe(*one.failure);
    return one.has_reached ? text + fmt::format("at {}", one.at) : text + "not there yet";
}

}  // namespace

std::string describe(attempt const& one) {
    return fmt::format("client {}, {}-{}: ", one.client, one.begun, one.answered) +
           std::visit([](auto const& what) { return describe(what); }, one.what);
}

}  // namespace diptych::sim
