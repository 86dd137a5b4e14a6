#include "inbox/message.hpp"
#include "json/one_line.hpp"
#include "log/request_check.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace diptych::inbox {

namespace {

constexpr std::array<std::string_view, 6> members{
    "message_id", "stream", "version", "type", "data", "occurred_at"
};

std::unexpected<error> bad(std::string const& path, std::string_view what) {
    std::string quoted;
    json::append_quoted(quoted, path);
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "bad_message",
        .message = path.empty() ? std::string(what) : fmt::format("{}: {}", path, what),
        .facts = {{"path", quoted}}
    });
}

std::string inside(std::string const& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}/{}", path, name);
}

std::unexpected<error> other_kind(
    std::string const& path, std::string_view wanted, json::value found
) {
    return bad(path, fmt::format("expected {}, found {}", wanted, json::to_string(found.kind())));
}

result<std::string> text_member(json::value in, std::string const& path, std::string_view name) {
    auto const place = inside(path, name);
    auto const found = in.find(name);
    if (!found) return bad(place, "is missing");
    if (found->kind() != json::kind::text) return other_kind(place, "a text", *found);
    if (found->text().empty()) return bad(place, "is empty");
    return std::string(found->text());
}

/// The value of an id as a text; nothing if it can be none.
std::optional<std::string> id_text(json::value of) {
    if (of.kind() == json::kind::text && !of.text().empty()) return std::string(of.text());
    if (of.kind() == json::kind::integer) return fmt::to_string(of.integer());
    return {};
}

void add_tag(message& to, std::string tag) {
    if (std::ranges::find(to.tags, tag) == to.tags.end()) to.tags.push_back(std::move(tag));
}

/// The tags of one field: its value, or each of its values. Absent and null give none.
result<void> read_id(message& to, id_field const& id, json::value data, std::string const& path) {
    auto const found = data.at(id.field);
    if (!found || found->is_null()) return {};
    auto const fault = [&] {
        return bad(
            inside(path, "data/" + id.field),
            fmt::format(
                "expected an id of kind {}: a text, a whole number or a list of them", id.kind
            )
        );
    };
    if (found->kind() == json::kind::array) {
        for (auto const one : found->elements()) {
            auto const text = id_text(one);
            if (!text) return fault();
            add_tag(to, id.kind + "-" + *text);
        }
        return {};
    }
    auto const text = id_text(*found);
    if (!text) return fault();
    add_tag(to, id.kind + "-" + *text);
    return {};
}

result<void> read_wait(source const& of, message& to, json::value data, std::string const& path) {
    auto const* const after = of.find_prerequisite(to.type);
    if (after == nullptr) return {};
    auto const id = std::ranges::find(of.ids, after->id, &id_field::kind);
    auto const found = data.at(id->field);
    auto const text = found ? id_text(*found) : std::nullopt;
    if (!text)
        return bad(
            inside(path, "data/" + id->field),
            fmt::format("a {} waits for the {} it is about: its id is missing", to.type, after->id)
        );
    to.after = after;
    to.waits_for = after->id + "-" + *text;
    return {};
}

/// What the source's file makes of the data.
result<void> interpret(source const& of, message& to, json::value data, std::string const& path) {
    for (auto const& id : of.ids) DIPTYCH_TRY(read_id(to, id, data, path));
    return read_wait(of, to, data, path);
}

result<std::uint64_t> read_version(json::value in, std::string const& path) {
    auto const found = in.find("version");
    auto const place = inside(path, "version");
    if (!found) return 0;
    if (found->kind() != json::kind::integer || found->integer() < 1)
        return bad(place, "expected a whole number from 1");
    return static_cast<std::uint64_t>(found->integer());
}

result<std::string> read_time(json::value in, std::string const& path) {
    if (!in.find("occurred_at")) return std::string{};
    DIPTYCH_TRY(auto text, text_member(in, path, "occurred_at"));
    if (parse_timestamp(text) || parse_date(text)) return text;
    return bad(inside(path, "occurred_at"), "expected a time like \"2026-03-01T12:30:00Z\"");
}

result<void> expect_members(json::value in, std::string const& path) {
    for (auto const [name, value] : in.members())
        if (std::ranges::find(members, name) == members.end())
            return bad(
                inside(path, name),
                fmt::format(
                    "there is no member '{}' here; there are message_id, stream, version, type, "
                    "data, "
                    "occurred_at",
                    name
                )
            );
    return {};
}

result<message> read_members(json::value in, std::string const& path) {
    if (in.kind() != json::kind::object) return other_kind(path, "an object", in);
    message made;
    DIPTYCH_TRY(made.id, text_member(in, path, "message_id"));
    DIPTYCH_TRY(made.stream, text_member(in, path, "stream"));
    DIPTYCH_TRY(made.type, text_member(in, path, "type"));
    DIPTYCH_TRY(made.version, read_version(in, path));
    DIPTYCH_TRY(made.occurred_at, read_time(in, path));
    auto const data = in.find("data");
    if (!data) return bad(inside(path, "data"), "is missing");
    if (data->kind() != json::kind::object)
        return other_kind(inside(path, "data"), "an object", *data);
    made.data = json::on_one_line(data->raw());
    return made;
}

/// Whether the log would take its event, before anything depends on that.
result<void> check_event(source const& of, message const& what, std::string const& path) {
    append_request request{.events = {}, .command = key_of(of, what)};
    request.events.push_back(event_of(of, what));
    auto const fit = log::check(request);
    if (!fit) return bad(path, "its event can not be recorded: " + fit.error().message);
    return {};
}

result<message> read_message(
    source const& of, json::value in, std::string const& path, declared_types const& is_declared
) {
    DIPTYCH_TRY(expect_members(in, path));
    DIPTYCH_TRY(auto made, read_members(in, path));
    if (of.is_ordered() && made.version == 0)
        return bad(
            inside(path, "version"),
            fmt::format("is missing: source {} is {}", of.name, to_string(of.mode))
        );
    if (is_engine_type(made.type))
        return bad(inside(path, "type"), "types that start with '$' are the engine's");
    if (is_declared && is_declared(made.type))
        return bad(
            inside(path, "type"),
            fmt::format(
                "'{}' is an event of this application's own: only its commands record it", made.type
            )
        );
    DIPTYCH_TRY(interpret(of, made, *in.find("data"), path));
    DIPTYCH_TRY(check_event(of, made, path));
    return made;
}

}  // namespace

result<parcel> parse_parcel(
    source const& of,
    std::string_view body,
    declared_types const& is_declared,
    std::string_view correlation_id
) {
    json::document document;
    if (auto const read = document.read(body); !read) return bad("", read.error().message);
    auto const root = document.root();
    parcel made{.is_array = root.kind() == json::kind::array};
    if (!made.is_array) {
        DIPTYCH_TRY(made.messages.emplace_back(), read_message(of, root, "", is_declared));
    } else if (root.size() > messages_max) {
        return fail(
            errc::invalid,
            "too_many_messages",
            fmt::format("a request has at most {} messages, not {}", messages_max, root.size())
        );
    }
    for (auto const one : root.elements()) {
        auto const path = fmt::to_string(made.messages.size());
        DIPTYCH_TRY(auto read, read_message(of, one, path, is_declared));
        made.messages.push_back(std::move(read));
    }
    for (auto& one : made.messages) one.correlation_id = correlation_id;
    return made;
}

result<message> read_recorded(source const& of, json::value what) {
    DIPTYCH_TRY(auto made, read_members(what, ""));
    auto const data = *what.find("data");
    for (auto const& id : of.ids) (void)read_id(made, id, data, "");
    (void)read_wait(of, made, data, "");
    return made;
}

}  // namespace diptych::inbox
