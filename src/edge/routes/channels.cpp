// GET /channels, and what can be seen and done of one.
#include "edge/channel_json.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

constexpr std::uint64_t channel_letters_default = 100;
constexpr std::uint64_t channel_letters_most = 1'000;

result<outbox::channel_set*> outbox_of(site_parts& parts) {
    if (parts.of.outbox != nullptr) return parts.of.outbox;
    return fail(errc::denied, "read_only", "this node is a replica: ask the one that writes");
}

// Null if events leave on it, or it is none.
intake::incoming* incoming_of(site_parts& parts, http::request const& asked) {
    if (parts.of.intake == nullptr) return nullptr;
    return parts.of.intake->find(asked.parameter("channel"));
}

// "; incoming are a, b"; empty if none is.
std::string incoming_there(site_parts& parts) {
    std::string all;
    if (parts.of.intake == nullptr) return all;
    for (auto const* const one : parts.of.intake->all())
        all.append(all.empty() ? "; incoming are " : ", ").append(one->of().name);
    return all;
}

result<outbox::channel*> channel_of(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto const* const all, outbox_of(parts));
    auto found = all->find(asked.parameter("channel"));
    if (!found) found.error().message += incoming_there(parts);
    return found;
}

http::response state_of_incoming(intake::incoming const& of) {
    json::writer body;
    write_incoming(body, of.status());
    return http::json(200, std::move(body).text());
}

// The dead letters of what comes in have numbers.
result<version> letter_number(std::string_view text) {
    std::uint64_t number = 0;
    auto const* const end = text.data() + text.size();
    auto const [rest, fault] = std::from_chars(text.data(), end, number);
    if (fault == std::errc{} && rest == end) return version{number};
    return fail(
        errc::not_found,
        "no_such_dead_letter",
        fmt::format("'{}': dead letters of an incoming channel have numbers", text)
    );
}

result<http::response> list_incoming_letters(
    intake::incoming& of, http::request const& asked, std::size_t limit
) {
    auto const given = asked.query_value("after");
    version after{};
    if (given) {
        DIPTYCH_TRY(after, letter_number(*given));
    }
    DIPTYCH_TRY(auto const page, of.dead_letters(after, limit));
    json::writer body;
    body.begin_object().key("dead_letters").begin_array();
    for (auto const& one : page.all) write_incoming_letter(body, one);
    body.end_array();
    if (!page.at_end) body.member("next", std::to_string(page.all.back().number.value));
    body.end_object();
    return http::json(200, std::move(body).text());
}

http::response state_of_channel(outbox::channel const& of) {
    json::writer body;
    write_channel(body, of.status());
    return http::json(200, std::move(body).text());
}

result<http::response> list_channels(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto const* const all, outbox_of(parts));
    json::writer body;
    body.begin_object().key("channels").begin_array();
    for (auto* const one : all->all()) write_channel(body, one->status());
    if (parts.of.intake != nullptr)
        for (auto* const one : parts.of.intake->all()) write_incoming(body, one->status());
    body.end_array().end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> show_channel(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    if (auto const* const in = incoming_of(parts, asked)) return state_of_incoming(*in);
    DIPTYCH_TRY(auto const* const of, channel_of(parts, asked));
    return state_of_channel(*of);
}

result<http::response> resume_channel(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    if (auto* const in = incoming_of(parts, asked)) {
        DIPTYCH_TRY(in->expect_served());
        in->resume();
        return state_of_incoming(*in);
    }
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(of->expect_served());
    of->resume();
    return state_of_channel(*of);
}

result<http::response> list_channel_letters(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"after", "limit"}));
    DIPTYCH_TRY(
        auto const limit,
        number_parameter(asked, {"limit", 1, channel_letters_most}, channel_letters_default)
    );
    if (auto* const in = incoming_of(parts, asked)) return list_incoming_letters(*in, asked, limit);
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(auto const all, of->dead_letters(asked.query_value("after").value_or(""), limit));
    json::writer body;
    body.begin_object().key("dead_letters").begin_array();
    for (auto const& one : all) write_letter(body, one);
    body.end_array();
    if (all.size() == limit) body.member("next", all.back().what.stream);
    body.end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> retry_channel_letters(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    json::writer body;
    if (auto* const in = incoming_of(parts, asked)) {
        DIPTYCH_TRY(auto const count, in->retry_all());
        body.begin_object().member("messages", count).end_object();
        return http::json(200, std::move(body).text());
    }
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(auto const count, of->retry_all());
    body.begin_object().member("streams", count).end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> retry_channel_letter(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    if (auto* const in = incoming_of(parts, asked)) {
        DIPTYCH_TRY(auto const number, letter_number(asked.parameter("stream")));
        DIPTYCH_TRY(in->retry(number));
        return state_of_incoming(*in);
    }
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(of->retry(asked.parameter("stream")));
    return state_of_channel(*of);
}

result<http::response> drop_channel_letter(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    if (auto* const in = incoming_of(parts, asked)) {
        DIPTYCH_TRY(auto const number, letter_number(asked.parameter("stream")));
        DIPTYCH_TRY(in->drop(number));
        return state_of_incoming(*in);
    }
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(of->drop(asked.parameter("stream")));
    return state_of_channel(*of);
}

}  // namespace

result<intake::incoming*> incoming_channel(site_parts& parts, std::string_view name) {
    if (parts.of.intake != nullptr)
        if (auto* const found = parts.of.intake->find(name)) return found;
    DIPTYCH_TRY(auto const* const all, outbox_of(parts));
    auto const incoming = incoming_there(parts);
    auto const there = incoming.empty() ? "; none is incoming" : incoming;
    if (all->find(name))
        return fail(
            errc::invalid,
            "not_offered",
            fmt::format("channel {} is outgoing: events leave on it{}", name, there)
        );
    return fail(
        errc::not_found,
        "unknown_channel",
        fmt::format("there is no channel '{}' that takes messages{}", name, there)
    );
}

std::vector<http::route> channel_routes(site_parts& parts) {
    std::string const one = "/channels/{channel}";
    auto const letters = one + "/dead-letters";
    return {
        channel_message_route(parts),
        answer_route(parts, "GET", "/channels", list_channels, "Lists the channels"),
        answer_route(parts, "GET", one, show_channel, "How a channel is"),
        answer_route(
            parts, "POST", one + "/resume", resume_channel, "Ends a channel's pause: it tries now"
        ),
        answer_route(
            parts, "GET", letters, list_channel_letters, "Lists streams that were refused"
        ),
        answer_route(
            parts, "POST", letters + "/retry", retry_channel_letters, "Delivers all that is parked"
        ),
        answer_route(
            parts,
            "POST",
            letters + "/{stream}/retry",
            retry_channel_letter,
            "Delivers what is parked of a stream"
        ),
        answer_route(
            parts, "DELETE", letters + "/{stream}", drop_channel_letter, "Lets what was refused go"
        )
    };
}

}  // namespace diptych::edge
