#include "outbox/records.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <utility>
#include <vector>

namespace diptych::outbox {

namespace {

constexpr int record_format = 1;

json::writer begun() {
    json::writer to;
    to.begin_object().member("format", record_format);
    return to;
}

event_data finished(std::string stream, std::string_view type, json::writer data) {
    data.end_object();
    return {.stream = std::move(stream), .type = std::string(type), .data = std::move(data).text()};
}

std::unexpected<error> bad_record(recorded_event const& event, std::string_view why) {
    return fail(
        errc::corrupt,
        "channel_record",
        fmt::format(
            "the {} at position {} can not be read: {}", event.type, event.position.value, why
        )
    );
}

result<void> open_record(json::document& into, recorded_event const& event) {
    if (auto const read = into.read(event.data); !read)
        return bad_record(event, read.error().message);
    auto const written = into.root().find("format");
    if (!written || written->integer() != record_format)
        return bad_record(event, "it is of a format that this program does not know");
    return {};
}

std::uint64_t number_in(json::value of, std::string_view name) {
    auto const found = of.find(name);
    return found ? static_cast<std::uint64_t>(found->integer()) : 0;
}

std::string text_in(json::value of, std::string_view name) {
    auto const found = of.find(name);
    return found ? std::string(found->text()) : std::string{};
}

}  // namespace

void letter::move_to(diptych::version at) {
    if (at == version) return;
    version = at;
    position = {};
    event_id.clear();
    type.clear();
    attempts = 0;
    why.clear();
}

event_data delivered_record(declaration const& of, progress const& what) {
    auto to = begun();
    to.member("up_to", what.up_to().value).key("beyond").begin_array();
    for (auto const at : what.beyond()) to.value(at.value);
    to.end_array();
    return finished(of.checkpoint_stream(), delivered_type, std::move(to));
}

event_data parked_record(declaration const& of, letter const& what) {
    auto to = begun();
    to.member("stream", what.stream).member("version", what.version.value);
    to.member("position", what.position.value).member("event_id", what.event_id);
    to.member("type", what.type).member("attempts", what.attempts).member("why", what.why);
    return finished(of.letters_stream(), parked_type, std::move(to));
}

event_data resumed_record(declaration const& of, letter const& what) {
    auto to = begun();
    to.member("stream", what.stream).member("version", what.version.value);
    return finished(of.letters_stream(), resumed_type, std::move(to));
}

event_data dropped_record(declaration const& of, std::string_view stream, version dropped) {
    auto to = begun();
    to.member("stream", stream).member("version", dropped.value);
    return finished(of.letters_stream(), dropped_type, std::move(to));
}

event_data released_record(declaration const& of, std::string_view stream) {
    auto to = begun();
    to.member("stream", stream);
    return finished(of.letters_stream(), released_type, std::move(to));
}

result<progress> read_delivered(recorded_event const& record) {
    json::document data;
    DIPTYCH_TRY(open_record(data, record));
    auto const up_to = number_in(data.root(), "up_to");
    if (up_to >= record.position.value)
        return bad_record(record, "it speaks of events that come after it");
    std::vector<position> beyond;
    if (auto const list = data.root().find("beyond"))
        for (auto const one : list->elements())
            beyond.emplace_back(static_cast<std::uint64_t>(one.integer()));
    return progress(position{up_to}, beyond);
}

result<void> fold_letter(letters& all, recorded_event const& record) {
    json::document data;
    DIPTYCH_TRY(open_record(data, record));
    auto const said = data.root();
    auto const stream = text_in(said, "stream");
    auto const at = version{number_in(said, "version")};
    if (record.type == parked_type) {
        all.insert_or_assign(
            stream,
            letter{
                .stream = stream,
                .version = at,
                .position = position{number_in(said, "position")},
                .event_id = text_in(said, "event_id"),
                .type = text_in(said, "type"),
                .attempts = static_cast<int>(number_in(said, "attempts")),
                .why = text_in(said, "why"),
                .since = record.recorded_at
            }
        );
        return {};
    }
    auto const known = all.find(stream);
    if (known == all.end()) return {};
    if (record.type == released_type) {
        all.erase(known);
    } else if (record.type == resumed_type || record.type == dropped_type) {
        known->second.move_to(record.type == dropped_type ? at + 1 : at);
        known->second.goes_on = true;
    }
    return {};
}

}  // namespace diptych::outbox
