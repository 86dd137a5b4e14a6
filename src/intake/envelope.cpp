#include "intake/envelope.hpp"

#include <charconv>

namespace diptych::intake {

namespace {

constexpr std::string_view whole_media_type = "application/cloudevents+json";

bool has_text(json::value of, std::string_view name) {
    auto const found = of.find(name);
    return found && found->kind() == json::kind::text;
}

bool is_cloud_event(json::value body) {
    for (auto const* const name : {"specversion", "id", "source", "type"})
        if (!has_text(body, name)) return false;
    return true;
}

// Headers of HTTP and NATS have what is not plain ASCII as %C3%BC.
std::string unescaped(std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned char byte = 0;
        auto const* const digits = text.data() + i + 1;
        auto const is_escape = text[i] == '%' && i + 2 < text.size() &&
                               std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
        made += is_escape ? static_cast<char>(byte) : text[i];
        if (is_escape) i += 2;
    }
    return made;
}

std::unexpected<error> malformed(std::string_view why) {
    return fail(errc::invalid, "malformed_message", std::string(why));
}

}  // namespace

result<envelope> envelope::open(delivery const& what) {
    envelope made(what);
    if (auto const read = made.body_.read(what.body); !read)
        return malformed("its body is no JSON: " + read.error().message);
    auto const body = made.body_.root();
    made.is_whole_ =
        what.header("content-type").starts_with(whole_media_type) || is_cloud_event(body);
    if (made.is_whole_) {
        if (!is_cloud_event(body))
            return malformed("a CloudEvent has specversion, id, source and type, as texts");
        if (!body.find("data")) return malformed("it has no data, or not as JSON");
        for (auto const [name, value] : body.members())
            if (value.kind() != json::kind::object && value.kind() != json::kind::array)
                made.attributes_.insert_or_assign(
                    std::string(name),
                    std::string(value.kind() == json::kind::text ? value.text() : value.raw())
                );
        return made;
    }
    for (auto const& [name, value] : what.headers) {
        if (name.starts_with("ce-"))
            made.attributes_.emplace(name.substr(3), unescaped(value));
        else if (name.starts_with("ce_"))
            made.attributes_.emplace(name.substr(3), value);
    }
    return made;
}

std::string_view envelope::attribute(std::string_view name) const {
    auto const found = attributes_.find(name);
    return found == attributes_.end() ? std::string_view{} : found->second;
}

json::value envelope::data() const { return is_whole_ ? *body_.root().find("data") : body_.root(); }

}  // namespace diptych::intake
