#include "cli/pages.hpp"

#include "edge/url.hpp"

#include <diptych/try.hpp>

#include <algorithm>

namespace diptych::cli {

namespace {

constexpr std::uint64_t page_size = 1'000;

std::string joined(std::vector<std::string> const& names) {
    std::string text;
    for (auto const& name : names) text += (text.empty() ? "" : ",") + name;
    return text;
}

/// What the next page is asked with, from an answer: the last event's version or token.
void go_on_after(http::request& request, read_options const& how, json::value const& page) {
    auto const set = [&](std::string_view name, std::string value) {
        std::erase_if(request.query, [&](auto const& one) { return one.first == name; });
        request.query.emplace_back(name, std::move(value));
    };
    auto const events = page.find("events");
    auto const last = events->at(std::to_string(events->size() - 1));
    if (!how.stream.empty()) {
        auto const version = last->find("version")->integer();
        set("from", std::to_string(how.backward ? version - 1 : version + 1));
    } else if (how.backward) {
        set("after", std::string(last->find("token")->text()));
    } else {
        set("after", std::string(page.find("seen")->text()));
    }
}

}  // namespace

http::request first_page_of(read_options const& how) {
    http::request request{
        .method = "GET",
        .path = how.stream.empty() ? "/events" : "/streams/" + edge::percent_encode(how.stream)
    };
    auto const add = [&](char const* name, std::string const& value) {
        if (!value.empty()) request.query.emplace_back(name, value);
    };
    add("types", joined(how.types));
    add("tags", joined(how.tags));
    add("category", how.category);
    add("after", how.after);
    add("as_of", how.as_of);
    if (how.backward) add("direction", "backward");
    if (how.engine) add("engine", "true");
    return request;
}

result<void> for_each_event(
    service& log, read_options const& how, std::function<bool(json::value const&)> const& each
) {
    auto request = first_page_of(how);
    auto left = how.limit == 0 ? ~std::uint64_t{0} : how.limit;
    while (left > 0) {
        auto const wanted = std::min(left, page_size);
        auto page_request = request;
        page_request.query.emplace_back("limit", std::to_string(wanted));
        DIPTYCH_TRY(auto const answer, log.ask_well(std::move(page_request)));
        DIPTYCH_TRY(auto const page, json::parse(answer.body));
        auto const events = page.root().find("events");
        if (!events) return fail(errc::failed, "the answer has no events: " + answer.body);
        for (auto const event : events->elements()) {
            if (!each(event)) return {};
            --left;
        }
        auto const at_end = page.root().find("at_end");
        if (events->size() == 0 || (at_end && at_end->boolean())) return {};
        go_on_after(request, how, page.root());
    }
    return {};
}

}  // namespace diptych::cli
