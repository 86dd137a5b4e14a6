#include "diagram/diagram.hpp"
#include "messages/trace.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_writer.hpp>

#include <utility>

namespace diptych::messages {

namespace {

std::string outcome_text(trace_step const& one) {
    auto text = one.outcome;
    if (!one.code.empty()) text += (text.empty() ? "" : ": ") + one.code;
    return text;
}

// What a line says of a step, from left to right.
std::string line_of(trace_step const& one) {
    auto const place = one.at.value == 0 ? std::string() : std::to_string(one.at.value) + " ";
    switch (one.kind) {
        case step_kind::command: {
            auto line = "command " + one.name;
            if (auto const outcome = outcome_text(one); !outcome.empty()) line += "  " + outcome;
            if (!one.user.empty()) line += "  by " + one.user;
            if (one.took) line += "  " + std::to_string(one.took->count()) + " us";
            return line;
        }
        case step_kind::event:
            return place + one.name + "  " + one.stream + "@" + std::to_string(one.version.value);
        case step_kind::reaction:
            return place + "reaction  " + one.stream;
        case step_kind::timer:
            return place + "timer " + one.name + "  " + one.stream;
        case step_kind::queued:
            return place + "queued " + one.name;
        case step_kind::record:
            return place + one.name + "  " + one.stream;
    }
    return {};
}

void add_lines(std::string& to, trace const& of, std::size_t step, std::string const& indent) {
    auto const& children = of.steps[step].next;
    for (std::size_t i = 0; i < children.size(); ++i) {
        auto const is_last = i + 1 == children.size();
        to += indent + (is_last ? "└─ " : "├─ ") + line_of(of.steps[children[i]]) + "\n";
        add_lines(to, of, children[i], indent + (is_last ? "   " : "│  "));
    }
}

void write_step(json::writer& to, trace const& of, std::size_t place) {
    auto const& one = of.steps[place];
    to.begin_object().member("kind", to_string(one.kind)).member("name", one.name);
    auto const text = [&](std::string_view name, std::string const& value) {
        if (!value.empty()) to.member(name, value);
    };
    if (one.at.value != 0) to.member("position", one.at.value);
    text("id", one.id);
    text("stream", one.stream);
    if (one.version.value != 0) to.member("version", one.version.value);
    if (one.recorded_at) {
        std::string when;
        append_iso8601(when, *one.recorded_at);
        to.member("recorded_at", when);
    }
    text("user", one.user);
    text("outcome", one.outcome);
    text("code", one.code);
    text("detail", one.detail);
    if (one.took) to.member("took_us", one.took->count());
    if (!one.next.empty()) {
        to.key("next").begin_array();
        for (auto const next : one.next) write_step(to, of, next);
        to.end_array();
    }
    to.end_object();
}

diagram::figure figure_of(trace_step const& one) {
    switch (one.kind) {
        case step_kind::command:
            return one.outcome.empty() || one.outcome == "accepted" || one.outcome == "open"
                       ? diagram::figure::command
                       : diagram::figure::trouble;
        case step_kind::event:
            return diagram::figure::event;
        case step_kind::reaction:
        case step_kind::timer:
            return diagram::figure::process;
        case step_kind::queued:
            return diagram::figure::channel;
        case step_kind::record:
            return diagram::figure::state;
    }
    return diagram::figure::state;
}

std::string label_of(trace_step const& one) {
    switch (one.kind) {
        case step_kind::command: {
            auto const outcome = outcome_text(one);
            return outcome.empty() ? one.name : one.name + "\n" + outcome;
        }
        case step_kind::event:
            return one.name + "\n" + one.stream + "@" + std::to_string(one.version.value);
        case step_kind::timer:
            return "timer " + one.name;
        case step_kind::queued:
            return "queued " + one.name;
        case step_kind::reaction:
        case step_kind::record:
            return one.name + "\n" + one.stream;
    }
    return one.name;
}

diagram::drawing drawing_of(trace const& of) {
    diagram::drawing made;
    for (std::size_t i = 0; i < of.steps.size(); ++i) {
        made.boxes.push_back({.label = label_of(of.steps[i]), .is = figure_of(of.steps[i])});
        for (auto const next : of.steps[i].next) made.arrows.push_back({.from = i, .to = next});
    }
    return made;
}

}  // namespace

std::string to_text(trace const& of) {
    std::string text = of.correlation_id + "  " + std::to_string(of.messages) + " messages";
    if (of.is_cut) text += ", and more that are not shown";
    text += "\n";
    for (auto const first : of.first) {
        text += line_of(of.steps[first]) + "\n";
        add_lines(text, of, first, "");
    }
    return text;
}

std::string to_json(trace const& of) {
    json::writer out;
    out.begin_object()
        .member("correlation_id", of.correlation_id)
        .member("messages", of.messages)
        .member("is_cut", of.is_cut)
        .key("steps")
        .begin_array();
    for (auto const first : of.first) write_step(out, of, first);
    out.end_array().end_object();
    return std::move(out).text();
}

std::string to_mermaid(trace const& of) { return diagram::to_mermaid(drawing_of(of)); }
std::string to_dot(trace const& of) { return diagram::to_dot(drawing_of(of)); }

}  // namespace diptych::messages
