#include "cli/service.hpp"

#include "cli/exit_code.hpp"

#include <diptych/json_value.hpp>
#include <diptych/try.hpp>

namespace diptych::cli {

error error_of(http::response const& refused) {
    error problem{.kind = kind_of_status(refused.status), .code = "", .message = refused.body};
    if (auto const body = json::parse(refused.body);
        body && body->root().kind() == json::kind::object) {
        for (auto const& [name, value] : body->root().members()) {
            if (name == "detail")
                problem.message = value.text();
            else if (name == "code")
                problem.code = value.text();
            else if (name == "kind")
                problem.kind = parse_errc(value.text()).value_or(problem.kind);
            else if (name != "type" && name != "title" && name != "status")
                problem.facts.emplace_back(name, value.raw());
        }
    }
    if (problem.message.empty())
        problem.message = "the server answered " + std::to_string(refused.status);
    return problem;
}

result<http::response> service::ask_well(http::request what, thinking_time at_most) {
    DIPTYCH_TRY(auto answer, ask(std::move(what), at_most));
    if (answer.status < 400) return answer;
    return std::unexpected(error_of(answer));
}

result<std::unique_ptr<service>> open_service(place const& where, need what) {
    if (!where.url.empty()) return open_server(where);
    DIPTYCH_TRY(auto const folder, folder_of(where));
    return open_folder(folder, what);
}

}  // namespace diptych::cli
