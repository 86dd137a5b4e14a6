// POST /inbox/{source}, and what can be seen and done of those that wait.
#include "edge/inbox_json.hpp"
#include "edge/parameters.hpp"
#include "edge/routes/answer_route.hpp"
#include "edge/routes/routes.hpp"

#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <fmt/core.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace diptych::edge {

namespace {

constexpr std::uint64_t page_default = 100;
constexpr std::uint64_t page_most = 1'000;
constexpr std::size_t gaps_most = 100;

// Where a page ended: also when what stood there is gone, the next one goes on behind it.
std::string text_of(inbox::held_place const& at) {
    return fmt::format("{}.{}", at.since.time_since_epoch().count(), at.arrival);
}

result<std::optional<inbox::held_place>> place_parameter(http::request const& asked) {
    auto const given = asked.query_value("after");
    if (!given) return std::nullopt;
    std::int64_t since = 0;
    inbox::held_place at{};
    auto const* const end = given->data() + given->size();
    auto const [dot, first] = std::from_chars(given->data(), end, since);
    auto const is_first = first == std::errc{} && dot != end && *dot == '.';
    auto const [rest, second] = std::from_chars(is_first ? dot + 1 : end, end, at.arrival);
    if (!is_first || second != std::errc{} || rest != end)
        return wrong_parameter("after", "after is what the page before gave as 'next'");
    at.since = timestamp(std::chrono::microseconds(since));
    return at;
}

result<inbox::sources*> inbox_of(site_parts& parts) {
    if (parts.of.inbox != nullptr) return parts.of.inbox;
    return fail(errc::denied, "read_only", "this node is a replica: ask the one that writes");
}

result<inbox::source_inbox*> source_of(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(auto const* const sources, inbox_of(parts));
    return sources->find(asked.parameter("source"));
}

result<void> receive(site_parts& parts, http::request const& asked, http::responder& to) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const source, source_of(parts, asked));
    DIPTYCH_TRY(
        auto parcel,
        inbox::parse_parcel(
            source->of(),
            asked.body,
            parts.of.inbox->is_declared(),
            asked.header("X-Correlation-Id").value_or("")
        )
    );
    std::vector<std::string> ids;
    for (auto const& one : parcel.messages) ids.push_back(one.id);
    source->receive(
        std::move(parcel.messages),
        [&parts, ids = std::move(ids), is_array = parcel.is_array, to = std::move(to)](
            std::vector<result<inbox::answer>> said
        ) mutable {
            to.answer_later([&parts, ids = std::move(ids), is_array, said = std::move(said)] {
                for (auto const& one : said)
                    if (!one) parts.note("POST /inbox", one.error());
                return is_array ? answer_of_messages(ids, said)
                                : answer_of_message(ids[0], said[0]);
            });
        }
    );
    return {};
}

result<void> operate(
    site_parts& parts, http::request const& asked, http::responder& to, bool is_drop
) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const source, source_of(parts, asked));
    auto id = std::string(asked.parameter("message_id"));
    auto done = [id, to = std::move(to)](std::vector<result<inbox::answer>> said) mutable {
        to.answer_later([id = std::move(id), said = std::move(said[0])] {
            return answer_of_message(id, said);
        });
    };
    if (is_drop)
        source->drop(std::move(id), std::move(done));
    else
        source->retry(std::move(id), std::move(done));
    return {};
}

result<http::response> list(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto const* const sources, inbox_of(parts));
    json::writer body;
    body.begin_object().key("sources").begin_array();
    for (auto* const one : sources->all()) write_source(body, one->status(), nullptr);
    body.end_array().end_object();
    return http::json(200, std::move(body).text());
}

result<http::response> status(site_parts& parts, http::request const& asked) {
    DIPTYCH_TRY(expect_parameters(asked, {}));
    DIPTYCH_TRY(auto* const source, source_of(parts, asked));
    auto const gaps = source->gaps(gaps_most);
    json::writer body;
    write_source(body, source->status(), &gaps);
    return http::json(200, std::move(body).text());
}

result<http::response> held_page(site_parts& parts, http::request const& asked, bool dead_letters) {
    DIPTYCH_TRY(expect_parameters(asked, {"after", "limit"}));
    DIPTYCH_TRY(auto* const source, source_of(parts, asked));
    DIPTYCH_TRY(auto const limit, number_parameter(asked, {"limit", 1, page_most}, page_default));
    DIPTYCH_TRY(auto const after, place_parameter(asked));
    auto const all = source->page(dead_letters, after, limit);
    json::writer body;
    body.begin_object().key("messages").begin_array();
    for (auto const& one : all) write_held(body, one);
    body.end_array();
    if (all.size() == limit) body.member("next", text_of(all.back().place));
    body.end_object();
    return http::json(200, std::move(body).text());
}

result<void> retry_held_message(site_parts& of, http::request const& asked, http::responder& to) {
    return operate(of, asked, to, false);
}

result<void> drop_held_message(site_parts& of, http::request const& asked, http::responder& to) {
    return operate(of, asked, to, true);
}

// Judging a message may read the log.
template <auto Task>
void on_worker(site_parts& parts, http::request const& asked, http::responder to) {
    auto const begun = Task(parts, asked, to);
    if (!begun) to.answer(http::problem(begun.error()));
}

}  // namespace

std::vector<http::route> inbox_routes(site_parts& parts) {
    auto const held = [](site_parts& of, http::request const& asked) {
        return held_page(of, asked, false);
    };
    auto const dead = [](site_parts& of, http::request const& asked) {
        return held_page(of, asked, true);
    };
    std::string const letters = "/inbox/{source}/dead-letters";
    return {
        later_route(
            parts,
            "POST",
            "/inbox/{source}",
            on_worker<receive>,
            "Takes messages of another service"
        ),
        answer_route(parts, "GET", "/inbox", list, "Lists the sources of messages"),
        answer_route(
            parts, "GET", "/inbox/{source}", status, "How a source is, and what it waits for"
        ),
        answer_route(parts, "GET", "/inbox/{source}/held", held, "Lists messages that wait"),
        answer_route(parts, "GET", letters, dead, "Lists messages that have waited too long"),
        later_route(
            parts,
            "POST",
            letters + "/{message_id}/retry",
            on_worker<retry_held_message>,
            "Lets a dead letter pass now"
        ),
        later_route(
            parts,
            "DELETE",
            letters + "/{message_id}",
            on_worker<drop_held_message>,
            "Lets a dead letter go"
        )
    };
}

}  // namespace diptych::edge
