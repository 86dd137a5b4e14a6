#include "write/metadata.hpp"

#include "write/attempt.hpp"

#include <diptych/json_writer.hpp>

#include <algorithm>

namespace diptych::write {

namespace {

void begin_metadata(json::writer& out, std::string_view command, execute_options const& options) {
    auto const member = [&out](std::string_view name, std::string const& value) {
        if (!value.empty()) out.member(name, value);
    };
    out.begin_object().member("command", command);
    member("command_id", options.command_id);
    member(
        "correlation_id",
        options.correlation_id.empty() ? options.command_id : options.correlation_id
    );
    member("causation_id", options.causation_id);
    member("user", options.user);
    member("reason", options.reason);
    member("traceparent", options.traceparent);
}

}  // namespace

bool asks_for_environment(model::command const& command) {
    auto const is_environment = [](model::parameter const& one) { return one.of == nullptr; };
    return std::ranges::any_of(command.parameters, is_environment);
}

std::string metadata_of(std::string_view command, execute_options const& options) {
    json::writer out;
    begin_metadata(out, command, options);
    out.end_object();
    return std::move(out).text();
}

std::string metadata_of(
    model::command const& command,
    execute_options const& options,
    drawn_environment const& environment
) {
    json::writer out;
    begin_metadata(out, full_name(command), options);
    if (asks_for_environment(command)) {
        out.member("now", environment.now.time_since_epoch().count());
        out.member("seed", std::to_string(environment.seed));
    }
    out.end_object();
    return std::move(out).text();
}

}  // namespace diptych::write
