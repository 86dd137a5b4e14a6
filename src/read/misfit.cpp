#include "read/misfit.hpp"

#include <diptych/json_writer.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace diptych::read {

namespace {

std::string json_text(std::string_view text) {
    std::string quoted;
    json::append_quoted(quoted, text);
    return quoted;
}

// "UNIQUE constraint failed: orders.email, orders.shop" names the columns behind the colon.
std::string columns_in(std::string_view said) {
    auto rest = said.substr(std::min(said.find(": "), said.size() - 2) + 2);
    std::string columns;
    while (!rest.empty()) {
        auto const end = std::min(rest.find(", "), rest.size());
        auto const one = rest.substr(0, end);
        if (!columns.empty()) columns += ", ";
        columns += one.substr(one.find('.') + 1);
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return columns;
}

std::string sentence(std::string_view view, error const& what) {
    if (what.code == "constraint_unique" || what.code == "constraint_primary_key") {
        auto const columns = columns_in(what.message);
        auto const several = columns.contains(',');
        return fmt::format(
            "view '{}' allows each {} only once", view, several ? "(" + columns + ")" : columns
        );
    }
    if (what.code == "constraint_notnull")
        return fmt::format("view '{}' needs a value for {}", view, columns_in(what.message));
    if (what.code == "constraint_check") {
        auto const condition =
            what.message.substr(std::min(what.message.find(": ") + 2, what.message.size()));
        return fmt::format("view '{}' allows only what meets: {}", view, condition);
    }
    return fmt::format("view '{}' refuses it: {}", view, what.message);
}

}  // namespace

std::unexpected<error> misfit(
    recorded_event const& event,
    std::span<std::string const> path,
    std::string_view expected,
    json::value found
) {
    std::string joined;
    for (auto const& part : path) joined += (joined.empty() ? "" : "/") + part;
    auto shown = std::string{found.raw().substr(0, 60)};
    if (found.raw().size() > 60) shown += "...";
    return std::unexpected(error{
        .kind = errc::failed,
        .code = "event_misfit",
        .message = fmt::format("{}: expected {}, found {}", joined, expected, shown),
        .facts =
            {
                {"path", json_text(joined)},
                {"position", std::to_string(event.position.value)},
            },
    });
}

error in_view(
    std::string_view view, std::string_view where, recorded_event const& event, error what
) {
    what.facts.emplace_back("view", json_text(view));
    if (what.kind == errc::refused && what.code != "constraint_datatype") {
        what.message = sentence(view, what);
        what.facts.emplace_back("statement", json_text(where));
        return what;
    }
    if (what.code == "constraint_datatype") {
        what.kind = errc::failed;
        what.code = "event_misfit";
    }
    what.message = fmt::format(
        "view '{}' ({}) at event {} ({}): {}",
        view,
        where,
        event.position.value,
        event.type,
        what.message
    );
    return what;
}

bool is_fault_of_event(error const& why) {
    if (why.kind == errc::refused) return true;
    if (why.kind != errc::failed) return false;
    return why.code != "input_output" && why.code != "cannot_open" && why.code != "sqlite";
}

bool is_fault_of_machine(error const& why) {
    return why.kind == errc::unavailable || why.code == "input_output" || why.code == "cannot_open";
}

error stopping(recorded_event const& event, error what) {
    auto const fact = [&](std::string_view name) {
        auto const has_name = [&](auto const& one) { return one.first == name; };
        return std::ranges::find_if(what.facts, has_name);
    };
    if (what.kind == errc::refused) {
        auto const statement = fact("statement");
        // A JSON text, shown without its quotes.
        if (statement != what.facts.end())
            what.message +=
                fmt::format(" ({})", statement->second.substr(1, statement->second.size() - 2));
        what.message += fmt::format(" at event {} ({})", event.position.value, event.type);
    }
    if (fact("position") == what.facts.end())
        what.facts.emplace_back("position", std::to_string(event.position.value));
    return what;
}

}  // namespace diptych::read
