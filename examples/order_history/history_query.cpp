#include "history_query.hpp"

#include <diptych/iso8601.hpp>
#include <diptych/json_writer.hpp>
#include <diptych/try.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace history {

namespace {

namespace http = diptych::http;
using diptych::errc;
using diptych::result;
using diptych::timestamp;

constexpr auto window = std::chrono::hours{24 * 30};
constexpr int page_default = 20;
constexpr int page_most = 100;
constexpr std::string_view known[] = {
    "consumerId", "since", "status", "keywords", "pageSize", "startKey", "at_least"
};

auto wrong(std::string_view name, std::string_view what) {
    std::string quoted;
    diptych::json::append_quoted(quoted, name);
    auto failure = diptych::fail(
        errc::invalid, "bad_parameter", "parameter '" + std::string(name) + "' " + std::string(what)
    );
    failure.error().facts.emplace_back("parameter", quoted);
    return failure;
}

std::string text_of(timestamp when) {
    std::string text;
    diptych::append_iso8601(text, when);
    return text;
}

// Words that a row has any of; quotes make each of them a word or a phrase, whatever is in it.
std::string any_of(std::string_view keywords) {
    std::string all;
    while (!keywords.empty()) {
        auto word = std::string(keywords.substr(0, keywords.find(',')));
        keywords.remove_prefix(std::min(keywords.size(), word.size() + 1));
        std::ranges::replace(word, '"', ' ');
        if (word.find_first_not_of(' ') == word.npos) continue;
        all.append(all.empty() ? "\"" : " or \"").append(word).append("\"");
    }
    return all;
}

result<std::string> read_page_size(std::optional<std::string_view> given) {
    if (!given) return std::to_string(page_default);
    int size = 0;
    auto const end = given->data() + given->size();
    auto const [rest, fault] = std::from_chars(given->data(), end, size);
    if (fault != std::errc{} || rest != end || size < 1 || size > page_most)
        return wrong("pageSize", "is a whole number from 1 to " + std::to_string(page_most));
    return std::to_string(size);
}

// A start key is a cursor of the view, and the time that its question began with.
struct start_key {
    std::string cursor;
    std::string since;
};

result<start_key> read_start_key(std::string_view text) {
    auto const dot = text.rfind('~');
    auto const since =
        dot == text.npos ? std::nullopt : diptych::parse_timestamp(text.substr(dot + 1));
    if (!since || dot == 0) return wrong("startKey", "is none that an answer had");
    return start_key{
        .cursor = std::string(text.substr(0, dot)), .since = std::string(text.substr(dot + 1))
    };
}

result<std::string> read_since(std::string_view given) {
    if (auto const at = diptych::parse_timestamp(given)) return text_of(*at);
    if (auto const day = diptych::parse_date(given)) return text_of(timestamp{*day});
    return wrong("since", "is a time like 2026-03-01T12:30:00Z");
}

}  // namespace

result<history_query> read_history_query(http::request const& asked, timestamp now) {
    for (auto const& [name, value] : asked.query)
        if (std::ranges::find(known, name) == std::end(known))
            return wrong(
                name,
                "is unknown; there are consumerId, since, status, keywords, pageSize, startKey"
            );
    history_query made;
    auto const consumer = asked.query_value("consumerId");
    if (!consumer || consumer->empty()) return wrong("consumerId", "is missing");
    made.since = text_of(now - window);
    if (auto const key = asked.query_value("startKey")) {
        DIPTYCH_TRY(auto read, read_start_key(*key));
        made.since = std::move(read.since);
        made.parameters.emplace_back("cursor", std::move(read.cursor));
    }
    if (auto const since = asked.query_value("since")) {
        DIPTYCH_TRY(made.since, read_since(*since));
    }
    made.parameters.emplace_back("consumer_id", "eq." + std::string(*consumer));
    made.parameters.emplace_back("created_at", "gt." + made.since);
    if (auto const status = asked.query_value("status"))
        made.parameters.emplace_back("status", "eq." + std::string(*status));
    if (auto const keywords = asked.query_value("keywords")) {
        auto words = any_of(*keywords);
        if (words.empty()) return wrong("keywords", "has words, separated by commas");
        made.parameters.emplace_back("search", std::move(words));
    }
    if (auto const token = asked.query_value("at_least"))
        made.parameters.emplace_back("at_least", std::string(*token));
    DIPTYCH_TRY(auto size, read_page_size(asked.query_value("pageSize")));
    made.parameters.emplace_back("limit", std::move(size));
    made.parameters.emplace_back("order", "created_at.desc");
    return made;
}

std::string start_key_of(history_query const& query, std::string const& next_cursor) {
    return next_cursor + '~' + query.since;
}

}  // namespace history
