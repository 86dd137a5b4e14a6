#include <diptych/command_model.hpp>
#include <diptych/json_value.hpp>

namespace diptych::detail {
namespace {

void append_percent_encoded(std::string& to, std::string_view text) {
    constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (auto const c : text) {
        if (plain.find(c) != std::string_view::npos) {
            to += c;
        } else {
            to += '%';
            to += digits[static_cast<unsigned char>(c) >> 4];
            to += digits[static_cast<unsigned char>(c) & 15];
        }
    }
}

}  // namespace

void key_builder::from_command(std::string_view kind, std::string const* value) {
    if (value && value->empty())
        problem_ = "the command's " + std::string{kind} + " has an empty id";
    else if (value && kind.size() + 1 + value->size() > name_size_max)
        problem_ = "the command's " + std::string{kind} + " id is longer than " +
                   std::to_string(name_size_max) + " bytes with its kind";
    from_state(kind, value);
}

void key_builder::from_state(std::string_view kind, std::string const* value) {
    if (!value || value->empty())
        key_.fresh = true;
    else
        key_.names.push_back(std::string{kind} + '-' + *value);
}

result<model::state_key> key_builder::done() && {
    if (!problem_.empty()) return fail(errc::invalid, "invalid_value", std::move(problem_));
    if (key_.fresh) key_.names.clear();
    return std::move(key_);
}

std::string expand_location(std::string_view pattern, std::string_view json) {
    json::document command;
    if (!command.read(json)) return {};  // it was written by us
    std::string made;
    while (true) {
        auto const open = pattern.find('{');
        made += pattern.substr(0, open);
        if (open == std::string_view::npos) return made;
        auto const close = pattern.find('}', open);
        if (auto const field = command.root().at(pattern.substr(open + 1, close - open - 1)))
            append_percent_encoded(
                made, field->kind() == json::kind::text ? field->text() : field->raw()
            );
        if (close == std::string_view::npos) return made;
        pattern.remove_prefix(close + 1);
    }
}

model::decided finish(
    std::string_view context, std::vector<event_data> events, std::optional<refusal> const& refused
) {
    model::decided made{.events = std::move(events)};
    for (auto& event : made.events) event.type = wire_name(context, event.type);
    if (refused) {
        made.refused = true;
        made.reason = refused->reason;
        made.detail = refused->detail;
    }
    return made;
}

}  // namespace diptych::detail
