#include <diptych/execute.hpp>
#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <string>

namespace diptych {

namespace {

result<outcome> not_an_outcome(std::string_view what) {
    return fail(errc::invalid, "outcome", "not the answer to a command: " + std::string(what));
}

}  // namespace

std::string to_json(outcome const& answer) {
    json::writer out;
    out.begin_object().member("outcome", answer.accepted() ? "accepted" : "refused");
    if (answer.at != token{}) out.member("token", to_string(answer.at));
    if (answer.accepted()) {
        out.key("events").begin_array();
        for (auto const& event : answer.events) {
            out.begin_object().member("type", event.type).member("stream", event.stream);
            if (event.position.value != 0)  // else it is recorded together with this
                out.member("version", event.version.value).member("position", event.position.value);
            out.end_object();
        }
        out.end_array();
        if (!answer.location.empty()) out.member("location", answer.location);
    } else {
        out.member("reason", answer.reason).member("detail", answer.detail);
        if (answer.refused_by)
            out.key("refused_by")
                .begin_object()
                .member("place", answer.refused_by->place)
                .member("command", answer.refused_by->command)
                .end_object();
    }
    if (answer.repeated) out.member("repeated", true);
    if (answer.view_behind) out.member("view_behind", true);
    out.end_object();
    return std::move(out).text();
}

result<outcome> parse_outcome(std::string_view json) {
    DIPTYCH_TRY(auto const document, json::parse(std::string(json)));
    auto const root = document.root();
    auto const text = [&root](std::string_view name) {
        auto const found = root.find(name);
        return found ? std::string(found->text()) : std::string();
    };
    auto const flag = [&root](std::string_view name) {
        auto const found = root.find(name);
        return found && found->boolean();
    };
    outcome answer{
        .reason = text("reason"),
        .detail = text("detail"),
        .location = text("location"),
        .repeated = flag("repeated"),
        .view_behind = flag("view_behind")
    };
    auto const kind = text("outcome");
    if (kind != "accepted" && kind != "refused") return not_an_outcome("it has no 'outcome'");
    if (kind == "refused") answer.is = outcome::kind::refused;
    if (auto const by = root.find("refused_by")) {
        auto const place = by->find("place");
        auto const command = by->find("command");
        if (!place || !command) return not_an_outcome("'refused_by' lacks a member");
        answer.refused_by = {
            static_cast<std::size_t>(place->integer()), std::string(command->text())
        };
    }
    if (auto const point = root.find("token")) {
        DIPTYCH_TRY(answer.at, parse_token(point->text()));
    }
    auto const events = root.find("events");
    if (!events) return answer;
    for (auto const event : events->elements()) {
        auto const type = event.find("type");
        auto const stream = event.find("stream");
        auto const at = event.find("version");
        auto const place = event.find("position");
        if (!type || !stream || at.has_value() != place.has_value())
            return not_an_outcome("an event lacks a member");
        answer.events.push_back(
            {.type = std::string(type->text()), .stream = std::string(stream->text())}
        );
        if (!at) continue;
        answer.events.back().version = version{static_cast<std::uint64_t>(at->integer())};
        answer.events.back().position = position{static_cast<std::uint64_t>(place->integer())};
    }
    return answer;
}

}  // namespace diptych
