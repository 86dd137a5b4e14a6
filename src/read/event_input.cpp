#include "read/event_input.hpp"

#include "read/iso_time.hpp"

#include <diptych/json_writer.hpp>

namespace diptych::read {

result<json::value> event_input::read(
    json::document& into, bool& done, std::string_view text, std::string_view what
) {
    if (done) return into.root();
    if (auto const parsed = into.read(text.empty() ? "null" : text); !parsed)
        return fail(
            errc::corrupt,
            "event_json",
            std::string{what} + " of event " + std::to_string(event_->position.value) +
                " is not JSON: " + parsed.error().message
        );
    done = true;
    return into.root();
}

void event_input::bind_header(
    sqlite::statement& to, int at, binding const& one, std::string& scratch
) const {
    switch (one.from) {
        case binding_source::position:
            to.bind(at, static_cast<std::int64_t>(event_->position.value));
            break;
        case binding_source::version:
            to.bind(at, static_cast<std::int64_t>(event_->version.value));
            break;
        case binding_source::recorded_at: {
            auto const time = event_->recorded_at.time_since_epoch().count();
            if (!one.as || one.as->kind != column_kind::text) {
                to.bind(at, std::int64_t{time});
                break;
            }
            scratch.clear();
            append_time(scratch, time);
            to.bind(at, scratch);
            break;
        }
        case binding_source::stream:
            to.bind(at, event_->stream);
            break;
        case binding_source::type:
            to.bind(at, event_->type);
            break;
        case binding_source::id:
            scratch = to_string(event_->id);
            to.bind(at, scratch);
            break;
        case binding_source::tags: {
            json::writer list;
            list.begin_array();
            for (auto const tag : event_->tags) list.value(tag);
            scratch = std::move(list.end_array()).text();
            to.bind(at, scratch);
            break;
        }
        default:
            to.bind_null(at);
    }
}

std::optional<json::value> follow(json::value from, std::span<std::string const> path) {
    std::optional<json::value> at = from;
    for (auto const& part : path) {
        at = at->find(part);
        if (!at) break;
    }
    return at;
}

}  // namespace diptych::read
