// GET /channels, and what can be seen and done of one.
#include "edge/channel_json.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <cstdint>
#include <string>
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

result<outbox::channel*> channel_of(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto const* const all, outbox_of(parts));
    return all->find(asked.parameter("channel"));
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
    body.end_array().end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> show_channel(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto const* const of, channel_of(parts, asked));
    return state_of_channel(*of);
}

result<http::response> resume_channel(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    of->resume();
    return state_of_channel(*of);
}

result<http::response> list_channel_letters(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {"after", "limit"}));
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(
        auto const limit,
        number_parameter(asked, {"limit", 1, channel_letters_most}, channel_letters_default)
    );
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
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(auto const count, of->retry_all());
    json::writer body;
    body.begin_object().member("streams", count).end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> retry_channel_letter(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(of->retry(asked.parameter("stream")));
    return state_of_channel(*of);
}

result<http::response> drop_channel_letter(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const of, channel_of(parts, asked));
    DIPTYCH_TRY(of->drop(asked.parameter("stream")));
    return state_of_channel(*of);
}

}  // namespace

std::vector<http::route> channel_routes(site_parts& parts) {
    std::string const one = "/channels/{channel}";
    auto const letters = one + "/dead-letters";
    return {
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
