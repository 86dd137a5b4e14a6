#include "diagram/diagram.hpp"
#include "messages/trace.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_writer.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
            return place + one.name + "  " + one.stream +
                   (one.code.empty() ? "" : "  " + one.code + ": " + one.detail);
    }
    return {};
}

// A step where the tree shows it: each behind the one that it follows from.
struct shown_step {
    std::size_t step;
    std::size_t depth = 0;
    std::size_t follows = 0;  // a place in the tree; of a step with a depth
    bool is_last = true;      // of those that follow from the same
};

// Conversations may be thousands of steps deep: nothing here calls itself.
std::vector<shown_step> tree_of(trace const& of) {
    std::vector<shown_step> left;
    auto const leave = [&left](std::vector<std::size_t> const& steps, shown_step const& as) {
        for (std::size_t i = steps.size(); i > 0; --i) {
            left.push_back(as);
            left.back().step = steps[i - 1];
            left.back().is_last = i == steps.size();
        }
    };
    leave(of.first, {.step = 0});
    std::vector<shown_step> tree;
    while (!left.empty()) {
        tree.push_back(left.back());
        left.pop_back();
        auto const& at = tree.back();
        leave(
            of.steps[at.step].next, {.step = 0, .depth = at.depth + 1, .follows = tree.size() - 1}
        );
    }
    return tree;
}

constexpr std::size_t indents_most = 40;  // levels; deeper steps stand below each other

// What stands before a step: the branch that it is on, and those that go on beside it.
std::string branches(std::vector<bool> const& is_last) {
    std::string text;
    auto const levels = is_last.size();
    auto const first = levels > indents_most ? levels - indents_most : 1;
    if (first > 1) text = std::to_string(levels - 1) + " ";
    for (auto level = first; level < levels; ++level) {
        auto const is_own = level + 1 == levels;
        text += is_last[level] ? (is_own ? "└─ " : "   ") : (is_own ? "├─ " : "│  ");
    }
    return text;
}

void write_step(json::writer& to, trace_step const& one, std::optional<std::size_t> follows) {
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
    if (follows) to.member("follows", *follows);
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
    std::vector<bool> is_last;
    for (auto const& one : tree_of(of)) {
        is_last.resize(one.depth);
        is_last.push_back(one.is_last);
        text += branches(is_last) + line_of(of.steps[one.step]) + "\n";
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
    for (auto const& one : tree_of(of))
        write_step(
            out,
            of.steps[one.step],
            one.depth == 0 ? std::nullopt : std::optional<std::size_t>(one.follows)
        );
    out.end_array().end_object();
    return std::move(out).text();
}

std::string to_mermaid(trace const& of) { return diagram::to_mermaid(drawing_of(of)); }
std::string to_dot(trace const& of) { return diagram::to_dot(drawing_of(of)); }

}  // namespace diptych::messages
