#include "app/map/domain_map.hpp"
#include "diagram/diagram.hpp"

#include <diptych/json_writer.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace diptych::app {

namespace {

using names = std::vector<std::string>;

std::string joined(names const& all) {
    std::string text;
    for (auto const& one : all) text += (text.empty() ? "" : ", ") + one;
    return text;
}

void add_line(std::string& to, std::string_view label, names const& what) {
    if (what.empty()) return;
    to += "  ";
    to += label;
    to.append(label.size() < 9 ? 9 - label.size() : 1, ' ');
    to += joined(what) + "\n";
}

void add_list(std::string& to, std::string_view title, names const& what) {
    if (what.empty()) return;
    to += "\n";
    to += title;
    to += ":\n";
    for (auto const& one : what) to += "  " + one + "\n";
}

std::string as_text(domain_map const& of) {
    std::string text;
    for (auto const& one : of.commands) {
        text += "command " + one.name + "\n";
        add_line(text, "asks", one.states);
        add_line(text, "makes", one.events);
        add_line(text, "refuses", one.refusals);
    }
    for (auto const& one : of.takers) {
        text += std::string(to_string(one.kind)) + " " + one.name + "\n";
        add_line(text, "takes", one.events);
        if (one.sends) add_line(text, "sends", *one.sends);
    }
    for (auto const& one : of.sources) {
        text += "incoming channel " + one.name + "\n";
        add_line(text, "sends", one.commands);
        add_line(text, "records", one.events);
    }
    add_list(text, "events that nothing takes", of.untaken);
    add_list(text, "commands that are sent, and that nobody here executes", of.unhandled);
    add_list(text, "commands that are queued, and executed elsewhere", of.outside);
    return text;
}

void write_names(json::writer& to, std::string_view name, names const& all) {
    to.key(name).begin_array();
    for (auto const& one : all) to.value(one);
    to.end_array();
}

std::string as_json(domain_map const& of) {
    json::writer out;
    out.begin_object().key("commands").begin_array();
    for (auto const& one : of.commands) {
        out.begin_object().member("name", one.name);
        write_names(out, "states", one.states);
        write_names(out, "events", one.events);
        write_names(out, "refusals", one.refusals);
        out.end_object();
    }
    out.end_array();
    write_names(out, "events", of.events);
    out.key("takers").begin_array();
    for (auto const& one : of.takers) {
        out.begin_object().member("kind", to_string(one.kind)).member("name", one.name);
        write_names(out, "events", one.events);
        if (one.sends) write_names(out, "sends", *one.sends);
        out.end_object();
    }
    out.end_array().key("sources").begin_array();
    for (auto const& one : of.sources) {
        out.begin_object().member("name", one.name);
        write_names(out, "commands", one.commands);
        write_names(out, "events", one.events);
        out.end_object();
    }
    out.end_array();
    write_names(out, "untaken", of.untaken);
    write_names(out, "unhandled", of.unhandled);
    write_names(out, "outside", of.outside);
    out.end_object();
    return std::move(out).text();
}

diagram::figure figure_of(taker_kind kind) {
    switch (kind) {
        case taker_kind::view:
            return diagram::figure::view;
        case taker_kind::process:
            return diagram::figure::process;
        case taker_kind::channel:
            return diagram::figure::channel;
        case taker_kind::state:
            break;
    }
    return diagram::figure::state;
}

std::string label_of(mapped_command const& one) {
    return one.states.empty() ? one.name : one.name + "\nasks " + joined(one.states);
}

// States stand with the commands that ask for them: with arrows of their own nothing could be seen.
diagram::drawing drawing_of(domain_map const& of) {
    diagram::drawing made;
    std::map<std::string, std::size_t> commands;
    std::map<std::string, std::size_t> events;
    auto const put = [&made](std::string label, diagram::figure is) {
        made.boxes.push_back({.label = std::move(label), .is = is});
        return made.boxes.size() - 1;
    };
    for (auto const& one : of.commands)
        commands.emplace(one.name, put(label_of(one), diagram::figure::command));
    for (auto const& name : of.outside)
        commands.emplace(name, put(name + "\nelsewhere", diagram::figure::command));
    for (auto const& name : of.unhandled)
        commands.emplace(name, put(name + "\nnobody executes it", diagram::figure::trouble));
    for (auto const& name : of.events) {
        auto const is_taken = std::ranges::find(of.untaken, name) == of.untaken.end();
        events.emplace(
            name,
            is_taken ? put(name, diagram::figure::event)
                     : put(name + "\nnothing takes it", diagram::figure::trouble)
        );
    }
    for (auto const& one : of.commands)
        for (auto const& event : one.events)
            made.arrows.push_back({.from = commands.at(one.name), .to = events.at(event)});
    for (auto const& one : of.takers) {
        if (one.kind == taker_kind::state) continue;
        auto const at = put(std::string(to_string(one.kind)) + " " + one.name, figure_of(one.kind));
        for (auto const& event : one.events)
            if (auto const found = events.find(event); found != events.end())
                made.arrows.push_back({.from = found->second, .to = at});
        for (auto const& sent : one.sends.value_or(names{}))
            made.arrows.push_back({.from = at, .to = commands.at(sent), .is_dashed = true});
    }
    for (auto const& one : of.sources) {
        auto const at = put("incoming channel " + one.name, diagram::figure::channel);
        for (auto const& sent : one.commands)
            made.arrows.push_back({.from = at, .to = commands.at(sent), .is_dashed = true});
        for (auto const& event : one.events)
            if (auto const found = events.find(event); found != events.end())
                made.arrows.push_back({.from = at, .to = found->second});
    }
    return made;
}

}  // namespace

std::string to_text(domain_map const& of, map_format how) {
    switch (how) {
        case map_format::json:
            return as_json(of);
        case map_format::mermaid:
            return diagram::to_mermaid(drawing_of(of));
        case map_format::dot:
            return diagram::to_dot(drawing_of(of));
        case map_format::text:
            break;
    }
    return as_text(of);
}

}  // namespace diptych::app
