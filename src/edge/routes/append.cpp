// POST /events
#include "edge/append_body.hpp"
#include "edge/declared_events.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"
#include "log/hash.hpp"
#include "log/known_answer.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::edge {

namespace {

http::response answer_of(appended const& said) {
    json::writer body;
    body.begin_object().member("token", to_string(said.at));
    if (said.count > 0) body.member("first", said.first.value);
    body.member("count", said.count).key("versions").begin_object();
    for (auto const& [stream, version] : said.versions) body.member(stream, version.value);
    body.end_object();
    if (said.repeated) body.member("repeated", true);
    if (said.view_behind) body.member("view_behind", true);
    body.end_object();

    auto response = http::json(201, std::move(body).text());
    response.headers.add("Diptych-Token", to_string(said.at));
    auto const etag = said.versions.size() == 1
                          ? std::to_string(said.versions.begin()->second.value)
                          : to_string(said.at);
    response.headers.add("ETag", '"' + etag + '"');
    return response;
}

/// An inline view shows what every append has in it: what it cannot take is the body's fault.
error fault_of_body(error what) {
    if (what.code == "event_misfit") what.kind = errc::invalid;
    return what;
}

/// Known answers come first, also to what would be refused today: so the log is asked, and `why` is
/// the answer if it knows neither the command nor the events.
void refuse_if_new(log::proposal& what, error why) {
    what.decide_first = true;
    what.again = log::refuse_with(std::move(why));
}

void append(site_parts& parts, http::request const& asked, http::responder to) {
    auto request = parse_append(asked.body);
    if (!request) return to.answer(http::problem(request.error()));
    if (auto const key = asked.header("Idempotency-Key"); key && !key->empty())
        request->command = command_key{
            .caller = asked.caller, .id = std::string(*key), .digest = log::sha256({asked.body})
        };
    auto fit = check_declared(request->events, parts.of.commands.contexts());
    log::proposal what{
        .request = *std::move(request),
        .done =
            [&parts, to = std::move(to)](result<appended> said) mutable {
                to.answer_later([&parts, said = std::move(said)] {
                    if (said) return answer_of(*said);
                    auto const why = fault_of_body(said.error());
                    parts.note("POST /events", why);
                    return http::problem(why);
                });
            }
    };
    if (!fit) refuse_if_new(what, std::move(fit.error()));
    parts.of.log.propose(std::move(what));
}

}  // namespace

std::vector<http::route> append_routes(site_parts& parts) {
    return {later_route(parts, "POST", "/events", append, "Appends events under a condition")};
}

}  // namespace diptych::edge
