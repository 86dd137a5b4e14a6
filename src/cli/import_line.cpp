#include "cli/import_line.hpp"

#include "log/hash.hpp"

#include <diptych/json_value.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>
#include <diptych/uuid.hpp>

#include <algorithm>
#include <optional>

namespace diptych::cli {

namespace {

constexpr std::string_view mark = "backfill";

// A UUID of version 8, which leaves its bytes to who makes it.
uuid id_of(std::string_view backfill, std::uint64_t number) {
    auto const hash = log::sha256({"backfill\n", backfill, "\n", std::to_string(number)});
    uuid made;
    std::copy_n(hash.begin(), made.bytes.size(), made.bytes.begin());
    made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0f) | 0x80);
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3f) | 0x80);
    return made;
}

result<void> write_marked(
    json::writer& to, std::optional<json::value> metadata, std::string_view backfill
) {
    to.key("metadata").begin_object().member(mark, backfill);
    if (metadata && metadata->kind() != json::kind::object)
        return fail(errc::invalid, "\"metadata\" is no object");
    if (metadata)
        for (auto const [name, value] : metadata->members())
            if (name != mark) to.raw_member(name, value.raw());
    to.end_object();
    return {};
}

result<std::string> event_of(
    std::string_view line, std::string_view backfill, std::uint64_t number
) {
    DIPTYCH_TRY(auto const read, json::parse(std::string(line)));
    auto const root = read.root();
    json::writer out;
    out.begin_object();
    for (std::string_view const name : {"id", "stream", "type", "tags", "data", "metadata"}) {
        auto const member = root.find(name);
        if (name == "metadata" && !backfill.empty()) {
            DIPTYCH_TRY(write_marked(out, member, backfill));
        } else if (member) {
            out.raw_member(name, member->raw());
        } else if (name == "id" && !backfill.empty()) {
            out.member(name, to_string(id_of(backfill, number)));
        } else if (name == "stream" || name == "type") {
            return fail(errc::invalid, "no \"" + std::string(name) + '"');
        }
    }
    return std::move(out.end_object()).text();
}

}  // namespace

result<std::string> event_of_line(std::string_view line) { return event_of(line, {}, 0); }

result<std::string> event_of_line(
    std::string_view line, std::string_view backfill, std::uint64_t number
) {
    return event_of(line, backfill, number);
}

}  // namespace diptych::cli
