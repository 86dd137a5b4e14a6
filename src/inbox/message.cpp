#include "inbox/message.hpp"

#include "log/hash.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace diptych::inbox {

void write_members(json::writer& to, message const& what) {
    to.member("message_id", what.id).member("stream", what.stream);
    if (what.version > 0) to.member("version", what.version);
    to.member("type", what.type).raw_member("data", what.data);
    if (!what.occurred_at.empty()) to.member("occurred_at", what.occurred_at);
}

std::string canonical(message const& what) {
    json::writer to;
    to.begin_object();
    write_members(to, what);
    to.end_object();
    return std::move(to).text();
}

std::array<std::uint8_t, 32> digest_of(message const& what) {
    return log::sha256({canonical(what)});
}

namespace {

uuid id_of(std::string_view what, source const& of, std::string_view message_id) {
    using namespace std::string_view_literals;
    auto const hash = log::sha256({what, "\0"sv, of.name, "\0"sv, message_id, "\0"sv});
    uuid id;
    std::ranges::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
    return id;
}

}  // namespace

uuid event_id_of(source const& of, std::string_view message_id) {
    return id_of("diptych inbox", of, message_id);
}

uuid held_id_of(source const& of, std::string_view message_id) {
    return id_of("diptych inbox held", of, message_id);
}

namespace {

std::string write_metadata(source const& of, message const& what, bool is_in_order) {
    json::writer to;
    to.begin_object().member("source", of.name).member("message_id", what.id);
    to.member("source_stream", what.stream);
    if (what.version > 0) to.member("source_version", what.version);
    if (!what.occurred_at.empty()) to.member("occurred_at", what.occurred_at);
    if (!what.correlation_id.empty()) to.member("correlation_id", what.correlation_id);
    if (is_in_order) to.member("in_order", true);
    to.end_object();
    return std::move(to).text();
}

}  // namespace

std::string metadata_of(source const& of, message const& what) {
    return write_metadata(of, what, false);
}

std::string metadata_of_passing(source const& of, message const& what) {
    return write_metadata(of, what, of.is_ordered() && what.version > 0);
}

event_data event_of(source const& of, message const& what) {
    return {
        .stream = of.home_of(what.stream),
        .type = what.type,
        .tags = what.tags,
        .data = what.data,
        .metadata = metadata_of_passing(of, what),
        .id = event_id_of(of, what.id)
    };
}

command_key key_of(source const& of, message const& what) {
    return {.caller = "inbox/" + of.name, .id = what.id, .digest = digest_of(what)};
}

std::string name_of(message const& what) {
    return fmt::format("version {} of {}", what.version, what.stream);
}

}  // namespace diptych::inbox
