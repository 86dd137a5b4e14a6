#include "diagram/diagram.hpp"

#include <array>
#include <utility>

namespace diptych::diagram {

namespace {

struct form {
    std::string_view open;  // of Mermaid
    std::string_view close;
    std::string_view attributes;  // of Graphviz
    std::string_view class_name;
};

// By figure.
constexpr std::array<form, 7> forms{{
    {"[", "]", "shape=box, fillcolor=\"#cfe2ff\"", "command"},
    {"(", ")", "shape=box, style=\"filled,rounded\", fillcolor=\"#ffe5b4\"", "event"},
    {"([", "])", "shape=oval, fillcolor=\"#eeeeee\"", "state"},
    {"[(", ")]", "shape=cylinder, fillcolor=\"#d1e7dd\"", "view"},
    {"{{", "}}", "shape=hexagon, fillcolor=\"#e2d9f3\"", "process"},
    {"[/", "/]", "shape=cds, fillcolor=\"#f8d7da\"", "channel"},
    {"[", "]", "shape=box, style=\"filled,dashed\", fillcolor=\"#f5c2c7\"", "trouble"},
}};

form const& form_of(figure is) { return forms.at(static_cast<std::size_t>(is)); }

std::string for_mermaid(std::string_view label) {
    std::string text;
    for (char const c : label) switch (c) {
            case '"':
                text += "#quot;";
                break;
            case '#':
                text += "#35;";
                break;
            case '<':
                text += "#lt;";
                break;
            case '>':
                text += "#gt;";
                break;
            case '\n':
                text += "<br/>";
                break;
            default:
                text += c;
        }
    return text;
}

std::string for_dot(std::string_view label) {
    std::string text;
    for (char const c : label) switch (c) {
            case '"':
                text += "\\\"";
                break;
            case '\\':
                text += "\\\\";
                break;
            case '\n':
                text += "\\n";
                break;
            default:
                text += c;
        }
    return text;
}

std::string name_of(std::size_t box) { return "n" + std::to_string(box); }

}  // namespace

std::string to_mermaid(drawing const& of) {
    std::string text = "flowchart LR\n";
    for (std::size_t i = 0; i < of.boxes.size(); ++i) {
        auto const& form = form_of(of.boxes[i].is);
        text += "    " + name_of(i);
        text += form.open;
        text += "\"" + for_mermaid(of.boxes[i].label) + "\"";
        text += form.close;
        text += ":::";
        text += form.class_name;
        text += '\n';
    }
    for (auto const& one : of.arrows)
        text += "    " + name_of(one.from) + (one.is_dashed ? " -.-> " : " --> ") +
                name_of(one.to) + '\n';
    text +=
        "    classDef command fill:#cfe2ff,stroke:#333\n"
        "    classDef event fill:#ffe5b4,stroke:#333\n"
        "    classDef state fill:#eeeeee,stroke:#333\n"
        "    classDef view fill:#d1e7dd,stroke:#333\n"
        "    classDef process fill:#e2d9f3,stroke:#333\n"
        "    classDef channel fill:#f8d7da,stroke:#333\n"
        "    classDef trouble fill:#f5c2c7,stroke:#333,stroke-dasharray:4\n";
    return text;
}

std::string to_dot(drawing const& of) {
    std::string text =
        "digraph diptych {\n"
        "    rankdir=LR;\n"
        "    node [fontname=\"sans-serif\", fontsize=11, style=filled];\n";
    for (std::size_t i = 0; i < of.boxes.size(); ++i) {
        text += "    " + name_of(i) + " [label=\"" + for_dot(of.boxes[i].label) + "\", ";
        text += form_of(of.boxes[i].is).attributes;
        text += "];\n";
    }
    for (auto const& one : of.arrows)
        text += "    " + name_of(one.from) + " -> " + name_of(one.to) +
                (one.is_dashed ? " [style=dashed];\n" : ";\n");
    return text + "}\n";
}

}  // namespace diptych::diagram
