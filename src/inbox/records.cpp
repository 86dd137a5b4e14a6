#include "inbox/records.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <utility>

namespace diptych::inbox {

namespace {

constexpr int format = 1;

event_data record_of(source const& of, std::string_view type, json::writer data) {
    return {
        .stream = of.records_stream(), .type = std::string(type), .data = std::move(data).text()
    };
}

event_data named_record(
    source const& of, std::string_view type, std::string_view message_id, std::string_view why
) {
    json::writer to;
    to.begin_object().member("format", format).member("message_id", message_id);
    if (!why.empty()) to.member("why", why);
    to.end_object();
    return record_of(of, type, std::move(to));
}

std::unexpected<error> unreadable(recorded_event const& event, std::string_view why) {
    return fail(
        errc::corrupt,
        "inbox_record",
        fmt::format(
            "the {} at position {} can not be read: {}", event.type, event.position.value, why
        )
    );
}

result<void> read_record(json::document& into, recorded_event const& event) {
    if (auto const read = into.read(event.data); !read)
        return unreadable(event, read.error().message);
    auto const written = into.root().find("format");
    if (!written || written->integer() != format)
        return unreadable(event, "it is of a format that this program does not know");
    return {};
}

}  // namespace

event_data held_record(source const& of, message const& what, std::string_view why) {
    json::writer to;
    to.begin_object().member("format", format).member("why", why);
    write_members(to, what);
    to.end_object();
    auto made = record_of(of, held_type, std::move(to));
    made.metadata = metadata_of(of, what);
    made.id = held_id_of(of, what.id);
    return made;
}

event_data released_record(source const& of, std::vector<std::string> const& message_ids) {
    json::writer to;
    to.begin_object().member("format", format).key("messages").begin_array();
    for (auto const& one : message_ids) to.value(one);
    to.end_array().end_object();
    return record_of(of, released_type, std::move(to));
}

event_data dropped_record(source const& of, std::string_view message_id) {
    return named_record(of, dropped_type, message_id, {});
}

event_data failed_record(source const& of, std::string_view message_id, std::string_view why) {
    return named_record(of, failed_type, message_id, why);
}

event_data skipped_record(source const& of, message const& what) {
    auto made = named_record(of, skipped_type, what.id, {});
    made.stream = of.home_of(what.stream);
    made.metadata = metadata_of_passing(of, what);
    made.id = event_id_of(of, what.id);
    return made;
}

result<message> read_held(source const& of, recorded_event const& event) {
    json::document document;
    DIPTYCH_TRY(read_record(document, event));
    auto made = read_recorded(of, document.root());
    if (!made) return unreadable(event, made.error().message);
    if (auto const metadata = json::parse(std::string(event.metadata)))
        if (auto const found = metadata->root().find("correlation_id"))
            made->correlation_id = found->text();
    return made;
}

result<std::vector<std::string>> read_message_ids(recorded_event const& event) {
    json::document document;
    DIPTYCH_TRY(read_record(document, event));
    std::vector<std::string> all;
    if (auto const one = document.root().find("message_id")) all.emplace_back(one->text());
    if (auto const list = document.root().find("messages"))
        for (auto const one : list->elements()) all.emplace_back(one.text());
    return all;
}

std::string read_why(recorded_event const& event) {
    json::document document;
    if (!document.read(event.data)) return {};
    auto const why = document.root().find("why");
    return why ? std::string(why->text()) : std::string{};
}

passing passing_of(recorded_event const& event, source const& of) {
    json::document document;
    if (!document.read(event.metadata)) return {};
    auto const said = document.root();
    auto const id = said.find("message_id");
    if (!id || id->kind() != json::kind::text || event.id != event_id_of(of, id->text())) return {};
    passing found{.is_in_order = said.find("in_order").has_value()};
    auto const version = said.find("source_version");
    if (said.find("source") && version && version->kind() == json::kind::integer &&
        version->integer() > 0)
        found.version = static_cast<std::uint64_t>(version->integer());
    return found;
}

}  // namespace diptych::inbox
