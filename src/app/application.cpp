#include "app/application_state.hpp"

#include <diptych/application.hpp>
#include <diptych/assert.hpp>
#include <diptych/try.hpp>

#include <cstdio>
#include <utility>

namespace diptych {

application::application(application_options options)
    : implementation_(std::make_unique<implementation>()) {
    if (!options.complain)
        options.complain = [](std::string_view what) {
            std::fprintf(stderr, "diptych: %.*s\n", static_cast<int>(what.size()), what.data());
        };
    implementation_->options = std::move(options);
}

application::application(application&&) noexcept = default;

application::~application() {
    if (implementation_ && implementation_->node) (void)close();
}

application& application::add(model::context const& context) {
    implementation_->setup().contexts.push_back(&context);
    return *this;
}

application& application::views(std::filesystem::path const& file_or_folder) {
    auto& into = implementation_->setup();
    into.view_places.push_back(file_or_folder);
    if (auto files = app::view_files_of(file_or_folder))
        into.view_files.insert(into.view_files.end(), files->begin(), files->end());
    else
        implementation_->remember(files.error());
    return *this;
}

application& application::inbox(std::filesystem::path const& file_or_folder) {
    auto& into = implementation_->setup();
    if (auto files = app::inbox_files_of(file_or_folder))
        into.inbox_files.insert(into.inbox_files.end(), files->begin(), files->end());
    else
        implementation_->remember(files.error());
    return *this;
}

application& application::channels(std::filesystem::path const& file_or_folder) {
    auto& into = implementation_->setup();
    if (auto files = app::channel_files_of(file_or_folder))
        into.channel_files.insert(into.channel_files.end(), files->begin(), files->end());
    else
        implementation_->remember(files.error());
    return *this;
}

application& application::add(model::view const& view) {
    implementation_->setup().views.push_back(&view);
    return *this;
}

application& application::use(middleware step) {
    implementation_->setup().steps.push_back(std::move(step));
    return *this;
}

application& application::validate(std::string command, validation advice) {
    implementation_->setup().advice.emplace_back(std::move(command), std::move(advice));
    return *this;
}

application& application::route(
    std::string method, std::string pattern, http::blocking_handler answer
) {
    implementation_->routes.push_back(
        {.method = std::move(method), .pattern = std::move(pattern), .answer = std::move(answer)}
    );
    return *this;
}

result<void> application::start() { return implementation_->start(); }

result<outcome> application::execute(
    std::string_view command, std::string_view json, execute_options const& options
) {
    DIPTYCH_TRY(start());
    return implementation_->node->commands().execute(command, json, options);
}

result<outcome> application::execute_erased(
    std::string_view name, model::erased_const const& value, execute_options const& options
) {
    DIPTYCH_TRY(start());
    auto& commands = implementation_->node->commands();
    DIPTYCH_TRY(auto const* const command, commands.find(name));
    return commands.execute(*command, value, options);
}

result<outcome> application::execute_together(
    std::vector<any_command> const& commands, execute_options const& options
) {
    DIPTYCH_TRY(start());
    auto& known = implementation_->node->commands();
    std::vector<write::command_value> found;
    for (auto const& one : commands) {
        DIPTYCH_TRY(auto const* const command, known.find(one.name()));
        found.push_back({.command = command, .value = one.value()});
    }
    return known.execute_together(found, options);
}

event_log& application::log() { return parts().log(); }

view_handle application::view(std::string name) { return {parts(), std::move(name)}; }

result<std::string> application::state(
    std::string_view name, std::vector<std::string> const& ids, std::optional<position> as_of
) {
    DIPTYCH_TRY(start());
    return implementation_->node->commands().state(name, ids, as_of);
}

result<bool> application::step() {
    DIPTYCH_TRY(start());
    return implementation_->node->step();
}

result<void> application::close() {
    implementation_->runtime.reset();
    if (!implementation_->node) return {};
    auto closed = implementation_->node->close();
    implementation_->node.reset();
    implementation_->closed = true;
    return closed;
}

app::node& application::parts() {
    start().or_throw();
    return *implementation_->node;
}

result<void> application::implementation::start() {
    std::lock_guard const lock(starting);
    if (closed) return fail(errc::failed, "the application has been closed");
    if (node) return {};
    if (mistake) return std::unexpected(*mistake);
    DIPTYCH_TRY(node, app::node::open(options, parts));
    if (options.threads)
        runtime = std::make_unique<app::runtime>(
            *node,
            [complain = options.complain](std::string const& worker, error const& what) {
                complain(worker + ": " + what.message);
            }
        );
    return {};
}

app::node_parts& application::implementation::setup() {
    DIPTYCH_ASSERT(!node, "add to an application before it starts");
    return parts;
}

}  // namespace diptych
