#include "web/site.hpp"

#include "management/conferences.hpp"
#include "payments/payments.hpp"
#include "registration/context.hpp"

#include <diptych/environment.hpp>

#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace conference::web {

diptych::model::command const& command_called(std::string_view name) {
    static std::array<diptych::model::context const*, 3> const contexts{
        &diptych::context_model<management::context>(),
        &diptych::context_model<registration::context>(),
        &diptych::context_model<payments::context>()
    };
    for (auto const* const context : contexts)
        for (auto const& command : context->commands)
            if (command.name == name) return command;
    throw std::logic_error("there is no command " + std::string{name});
}

std::string shown(diptych::json::value const& what) {
    if (what.is_null()) return {};
    return std::string{what.kind() == diptych::json::kind::text ? what.text() : what.raw()};
}

std::string shown(diptych::json::value const& in, std::string_view member) {
    auto const found = in.at(member);
    return found ? shown(*found) : std::string{};
}

std::string row::operator[](std::string_view name) const { return shown(value(), name); }

std::size_t row::count(std::string_view list) const {
    auto const found = value().at(list);
    return found ? found->size() : 0;
}

std::optional<row> site::find(
    std::string const& view, std::string const& column, std::string const& value
) const {
    auto rows = all(view, {{column, "eq." + value}, {"limit", "1"}});
    if (rows.root().size() == 0) return std::nullopt;
    return row{std::move(rows)};
}

diptych::json::document site::all(std::string const& view, http::pairs parameters) const {
    parameters.emplace_back("at_least", to_string(app_->log().end()));
    auto const answer = app_->view(view).query(parameters).or_throw();
    return diptych::json::parse(answer.rows).or_throw();
}

sent site::send(std::string_view command, http::pairs const& form) const {
    auto answer = app_->execute(command, to_json(command_called(command), form));
    if (!answer) return {.fault = answer.error().message};
    if (answer->accepted()) return {.accepted = *std::move(answer)};
    auto const& no = *answer;
    return {.fault = no.detail.empty() ? no.reason : no.detail};
}

std::string site::new_id() const {
    diptych::environment const now{diptych::system_clock().now(), diptych::system_random().next()};
    return now.new_id();
}

void site::rest() { std::this_thread::sleep_for(std::chrono::milliseconds{25}); }

}  // namespace conference::web
