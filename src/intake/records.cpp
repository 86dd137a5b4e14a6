#include "intake/records.hpp"

#include "base/hex.hpp"
#include "json/utf8.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>

namespace diptych::intake {

namespace {

constexpr int letter_format = 1;

event_data ended(declaration const& of, std::string_view type, json::writer data) {
    data.end_object();
    return {
        .stream = of.letters_stream(),
        .type = std::string(type),
        .data = std::move(data).text(),
    };
}

json::writer begun_letter() {
    json::writer to;
    to.begin_object().member("format", letter_format);
    return to;
}

std::unexpected<error> bad_letter(recorded_event const& event, std::string_view why) {
    return fail(
        errc::corrupt,
        "channel_record",
        fmt::format(
            "the {} at position {} can not be read: {}", event.type, event.position.value, why
        )
    );
}

result<void> open_letter(json::document& into, recorded_event const& event) {
    if (auto const read = into.read(event.data); !read)
        return bad_letter(event, read.error().message);
    auto const written = into.root().find("format");
    if (!written || written->integer() != letter_format)
        return bad_letter(event, "it is of a format that this program does not know");
    return {};
}

std::string text_at(json::value of, std::string_view name) {
    auto const found = of.find(name);
    return found ? std::string(found->text()) : std::string{};
}

bool is_set_at(json::value of, std::string_view name) {
    auto const found = of.find(name);
    return found && found->boolean();
}

std::int64_t number_at(json::value of, std::string_view name) {
    auto const found = of.find(name);
    return found ? found->integer() : 0;
}

bool is_text(std::string_view bytes) {
    while (!bytes.empty()) {
        auto const size = json::utf8_sequence(bytes);
        if (size == 0) return false;
        bytes.remove_prefix(size);
    }
    return true;
}

// What is no text is written as one: nothing of a message is lost because it is odd.
void write_bytes(json::writer& to, std::string_view name, std::string_view bytes) {
    if (is_text(bytes))
        to.member(name, bytes);
    else
        to.member(fmt::format("{}_hex", name), hex_of(bytes));
}

std::optional<std::string> bytes_of(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        unsigned char byte = 0;
        auto const* const digits = hex.data() + i;
        if (i + 2 > hex.size() || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2)
            return {};
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

result<std::string> read_bytes(
    recorded_event const& record, json::value from, std::string_view name
) {
    auto const hex = from.find(fmt::format("{}_hex", name));
    if (!hex) return text_at(from, name);
    auto bytes = bytes_of(hex->text());
    if (!bytes) return bad_letter(record, "its bytes are not written as hexadecimal digits");
    return *std::move(bytes);
}

}  // namespace

std::string readable(std::string_view bytes) {
    std::string text;
    while (!bytes.empty()) {
        auto const size = json::utf8_sequence(bytes);
        text += size == 0 ? std::string_view("?") : bytes.substr(0, size);
        bytes.remove_prefix(size == 0 ? 1 : size);
    }
    return text;
}

std::size_t hash_of_body(std::string_view body) { return std::hash<std::string_view>{}(body); }

event_data letter_parked_record(
    declaration const& of, letter const& what, delivery const& message
) {
    auto to = begun_letter();
    to.member("message_id", readable(what.message_id)).member("type", readable(what.type));
    to.member("attempts", what.attempts).member("why", readable(what.why));
    to.member("place", readable(message.place));
    if (what.is_cut) to.member("cut", true);
    write_bytes(to, "topic", message.topic);
    write_bytes(to, "key", message.key);
    to.key("headers").begin_array();
    for (auto const& [name, value] : message.headers) {
        to.begin_object();
        write_bytes(to, "name", name);
        write_bytes(to, "value", value);
        to.end_object();
    }
    to.end_array();
    write_bytes(to, "body", message.body);
    return ended(of, letter_parked_type, std::move(to));
}

event_data letter_released_record(declaration const& of, version number) {
    auto to = begun_letter();
    to.member("number", number.value);
    return ended(of, letter_released_type, std::move(to));
}

event_data letter_dropped_record(declaration const& of, version number) {
    auto to = begun_letter();
    to.member("number", number.value);
    return ended(of, letter_dropped_type, std::move(to));
}

result<void> fold_letter(letters& all, recorded_event const& record) {
    json::document data;
    DIPTYCH_TRY(open_letter(data, record));
    auto const said = data.root();
    if (record.type == letter_parked_type) {
        DIPTYCH_TRY(auto const body, read_bytes(record, said, "body"));
        all.insert_or_assign(
            record.version,
            letter{
                .message_id = text_at(said, "message_id"),
                .type = text_at(said, "type"),
                .attempts = static_cast<int>(number_at(said, "attempts")),
                .why = text_at(said, "why"),
                .since = record.recorded_at,
                .body_hash = hash_of_body(body),
                .is_cut = is_set_at(said, "cut")
            }
        );
    } else if (record.type == letter_released_type || record.type == letter_dropped_type) {
        all.erase(version{static_cast<std::uint64_t>(number_at(said, "number"))});
    }
    return {};
}

result<delivery> read_parked(recorded_event const& record) {
    json::document data;
    DIPTYCH_TRY(open_letter(data, record));
    auto const said = data.root();
    delivery made{.place = text_at(said, "place")};
    DIPTYCH_TRY(made.topic, read_bytes(record, said, "topic"));
    DIPTYCH_TRY(made.key, read_bytes(record, said, "key"));
    DIPTYCH_TRY(made.body, read_bytes(record, said, "body"));
    if (auto const headers = said.find("headers"))
        for (auto const one : headers->elements()) {
            DIPTYCH_TRY(auto name, read_bytes(record, one, "name"));
            DIPTYCH_TRY(auto value, read_bytes(record, one, "value"));
            made.headers.emplace_back(std::move(name), std::move(value));
        }
    return made;
}

}  // namespace diptych::intake
