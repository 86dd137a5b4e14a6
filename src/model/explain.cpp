#include <diptych/explain.hpp>

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace diptych {
namespace {

std::string listed(std::span<std::string const> names) {
    std::string text;
    for (auto const& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

void add_line(std::string& to, std::string_view label, std::string_view text) {
    to += "  ";
    to += label;
    to.append(label.size() < 10 ? 10 - label.size() : 1, ' ');
    to += text;
    to += '\n';
}

}  // namespace

std::string explain(model::command const& command) {
    std::vector<std::string> fields;
    for (auto const& field : command.fields)
        fields.push_back(field.required ? field.name : field.name + "?");
    auto text = command.context + "." + command.name + "(" + listed(fields) + ")\n";

    auto const asks_for_state = [](model::parameter const& one) { return one.of != nullptr; };
    for (auto const& parameter : command.parameters) {
        add_line(text, "asks for", parameter.text);
        if (asks_for_state(parameter)) add_line(text, "", "  folds " + listed(parameter.of->types));
    }
    add_line(
        text,
        "holds if",
        std::ranges::any_of(command.parameters, asks_for_state)
            ? "none of these was recorded for these ids in between; else it is decided again"
            : "always: it asks for no state"
    );
    add_line(text, "makes", listed(command.events));
    if (!command.refusals.empty()) add_line(text, "refuses", listed(command.refusals));
    if (!command.location_pattern.empty()) add_line(text, "location", command.location_pattern);
    return text;
}

std::string explain(model::process const& process) {
    auto text = process.name + ", one for each " + process.id_kind + "\n";
    add_line(text, "takes", listed(process.types));
    if (!process.state.types.empty()) add_line(text, "folds", listed(process.state.types));
    if (process.sends) add_line(text, "sends", listed(*process.sends));
    return text;
}

std::string explain(model::context const& context) {
    std::string text;
    for (auto const& command : context.commands) text += explain(command) + "\n";
    for (auto const& process : context.processes) text += explain(process) + "\n";
    if (!text.empty()) text.pop_back();
    return text;
}

std::optional<int> explained(
    std::span<model::context const* const> contexts, int count, char const* const* words
) {
    if (count < 2 || std::string_view{words[1]} != "explain" || count > 3) return std::nullopt;
    std::string text;
    std::string known;
    for (auto const* const context : contexts) {
        if (count == 2) text += (text.empty() ? "" : "\n") + explain(*context);
        for (auto const& command : context->commands) {
            known += (known.empty() ? "" : ", ") + command.name;
            std::string_view const asked = count == 3 ? words[2] : "";
            if (asked == command.name || asked == command.context + "." + command.name)
                text += explain(command);
        }
    }
    if (count == 3 && text.empty()) {
        std::fprintf(stderr, "there is no command '%s'; there are %s\n", words[2], known.c_str());
        return 5;
    }
    std::fputs(text.c_str(), stdout);
    return 0;
}

}  // namespace diptych
