#include "edge/body_parts.hpp"

#include "json/one_line.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace diptych::edge {

namespace {

std::string place_of(std::string const& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + '/' + std::string(name);
}

// The text of an object, as it was written but on one line; "{}" if it is not there. An event that
// is exported line by line and imported again is then the same, byte by byte.
result<std::string> object_at(json::value in, std::string const& path, std::string_view name) {
    auto const found = in.find(name);
    if (!found) return std::string("{}");
    if (found->kind() != json::kind::object)
        return unexpected_kind(place_of(path, name), "an object", *found);
    return json::on_one_line(found->raw());
}

}  // namespace

std::unexpected<error> wrong_at(std::string const& path, std::string_view what) {
    std::string quoted;
    json::append_quoted(quoted, path);
    return std::unexpected(error{
        .kind = errc::invalid,
        .code = "bad_body",
        .message = path.empty() ? std::string(what) : fmt::format("{}: {}", path, what),
        .facts = {{"path", quoted}}
    });
}

std::unexpected<error> unexpected_kind(
    std::string const& path, std::string_view wanted, json::value found
) {
    return wrong_at(
        path, fmt::format("expected {}, found {}", wanted, json::to_string(found.kind()))
    );
}

result<void> expect_object(
    json::value what, std::string const& path, std::span<std::string_view const> known
) {
    if (what.kind() != json::kind::object) return unexpected_kind(path, "an object", what);
    for (auto const [name, value] : what.members()) {
        if (std::ranges::find(known, name) != known.end()) continue;
        std::string all;
        for (auto const one : known) all.append(all.empty() ? "" : ", ").append(one);
        return wrong_at(
            place_of(path, name),
            fmt::format("there is no member '{}' here; there are {}", name, all)
        );
    }
    return {};
}

result<std::string> text_at(json::value in, std::string const& path, std::string_view name) {
    auto const place = place_of(path, name);
    auto const found = in.find(name);
    if (!found) return wrong_at(place, "is missing");
    if (found->kind() != json::kind::text) return unexpected_kind(place, "a text", *found);
    if (found->text().empty()) return wrong_at(place, "is empty");
    return std::string(found->text());
}

result<std::vector<std::string>> texts_at(
    json::value in, std::string const& path, std::string_view name
) {
    std::vector<std::string> all;
    auto const place = place_of(path, name);
    auto const found = in.find(name);
    if (!found) return all;
    if (found->kind() != json::kind::array) return unexpected_kind(place, "an array", *found);
    for (auto const one : found->elements()) {
        auto const here = fmt::format("{}/{}", place, all.size());
        if (one.kind() != json::kind::text) return unexpected_kind(here, "a text", one);
        if (one.text().empty()) return wrong_at(here, "is empty");
        all.emplace_back(one.text());
    }
    return all;
}

result<event_data> parse_event(
    json::value one, std::string const& path, std::span<std::string_view const> further
) {
    std::vector<std::string_view> known{"id", "stream", "type", "tags", "data", "metadata"};
    known.insert(known.end(), further.begin(), further.end());
    DIPTYCH_TRY(expect_object(one, path, known));
    DIPTYCH_TRY(auto stream, text_at(one, path, "stream"));
    DIPTYCH_TRY(auto type, text_at(one, path, "type"));
    if (is_engine_type(type))
        return wrong_at(path + "/type", "types that start with '$' are the engine's");
    DIPTYCH_TRY(auto tags, texts_at(one, path, "tags"));
    DIPTYCH_TRY(auto data, object_at(one, path, "data"));
    DIPTYCH_TRY(auto metadata, object_at(one, path, "metadata"));
    uuid id;
    if (one.find("id")) {
        DIPTYCH_TRY(auto const text, text_at(one, path, "id"));
        auto const parsed = parse_uuid(text);
        if (!parsed) return wrong_at(path + "/id", parsed.error().message);
        id = *parsed;
    }
    return event_data{
        .stream = std::move(stream),
        .type = std::move(type),
        .tags = std::move(tags),
        .data = std::move(data),
        .metadata = std::move(metadata),
        .id = id
    };
}

}  // namespace diptych::edge
