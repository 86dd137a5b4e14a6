/// @file
/// Contract: random appends, reads and restarts against the simplest log there is, a vector.
#pragma once

#include "contract/contract_log.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <random>

namespace diptych::contract {

/// A log as one would write it on a napkin.
struct napkin {
    struct line {
        event_data what;
        std::uint64_t version;
    };
    std::vector<line> lines;

    std::uint64_t version_of(std::string const& stream) const {
        auto const in = [&](line const& one) { return one.what.stream == stream; };
        return static_cast<std::uint64_t>(std::ranges::count_if(lines, in));
    }
    static bool matches(query const& what, event_data const& e) {
        if (!what.category.empty() && e.stream.substr(0, e.stream.find('-')) != what.category)
            return false;
        auto const carries = [&](std::string const& name) {
            return e.stream == name || std::ranges::count(e.tags, name) > 0;
        };
        auto const is_hidden = e.type[0] == '$' && !what.engine_events;
        if (what.items.empty()) return !is_hidden;
        return std::ranges::any_of(what.items, [&](query_item const& item) {
            auto const typed =
                item.types.empty() ? !is_hidden : std::ranges::count(item.types, e.type) > 0;
            return typed && std::ranges::all_of(item.tags, carries);
        });
    }
    numbers find(query const& what, std::uint64_t after, std::uint64_t up_to) const {
        numbers found;
        for (auto at = after + 1; at <= std::min<std::uint64_t>(up_to, lines.size()); ++at)
            if (matches(what, lines[at - 1].what)) found.push_back(at);
        return found;
    }
};

/// Draws what the model test does next.
class dice {
public:
    explicit dice(std::uint32_t seed) : numbers_(seed) {}

    std::uint64_t below(std::uint64_t bound) { return numbers_() % bound; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    std::string stream() {
        return std::string(1, static_cast<char>('a' + below(3))) + "-" + std::to_string(below(4));
    }
    std::string type() { return one_in(8) ? "$timer" : "t" + std::to_string(below(4)); }
    event_data some_event() {
        auto made = event(stream(), type());
        while (one_in(2))
            made.tags.push_back(one_in(2) ? "x-" + std::to_string(below(3)) : stream());
        return made;
    }
    query some_query() {
        query what{.engine_events = one_in(4)};
        while (one_in(2)) {
            auto& item = what.items.emplace_back();
            while (one_in(2)) item.types.push_back(type());
            while (one_in(2))
                item.tags.push_back(one_in(2) ? "x-" + std::to_string(below(3)) : stream());
        }
        if (one_in(4)) what.category = std::string(1, static_cast<char>('a' + below(4)));
        return what;
    }

private:
    std::mt19937 numbers_;
};

template <class Log>
void append_at_random(Log& log, napkin& model, dice& random) {
    append_request request;
    for (auto n = random.below(4); n-- > 0;) request.events.push_back(random.some_event());
    auto holds = true;
    while (random.one_in(2)) {
        auto const stream = random.stream();
        auto const actual = model.version_of(stream);
        auto const guess = random.one_in(3) ? random.below(actual + 2) : actual;
        request.expect.insert_or_assign(stream, expected_version::exactly(version{guess}));
    }
    for (auto const& [stream, expected] : request.expect)
        holds = holds && expected.allows(version{model.version_of(stream)});
    auto const end = model.lines.size();
    if (random.one_in(3)) {
        auto const after = random.one_in(2) ? end - std::min<std::uint64_t>(end, random.below(4))
                                            : random.below(end + 1);
        request.unless = unless(random.some_query(), token{.position = position{after}});
        holds = holds && model.find(request.unless->what, after, end).empty();
    }
    auto const events = request.events;
    auto const answer = log->append(std::move(request));
    CHECK(answer.has_value() == holds);
    if (!answer) {
        CHECK(answer.error().kind == errc::conflict);
        return;
    }
    CHECK(answer->first.value == (events.empty() ? 0 : end + 1));
    for (auto const& one : events) model.lines.push_back({one, model.version_of(one.stream) + 1});
    for (auto const& one : events)
        CHECK(answer->versions.at(one.stream).value == model.version_of(one.stream));
}

template <class Log>
void read_at_random(Log& log, napkin const& model, dice& random) {
    auto const end = model.lines.size();
    auto const what = random.some_query();
    auto const after = random.one_in(3) ? 0 : random.below(end + 2);
    std::optional<position> up_to;
    if (random.one_in(3)) up_to = position{random.below(end + 2)};
    auto const last = up_to ? up_to->value : end;
    auto const limit = random.one_in(2) ? 512 : 1 + random.below(5);
    auto expected = model.find(what, after, last);
    auto const complete = expected.size() < limit;
    expected.resize(std::min<std::size_t>(expected.size(), limit));
    auto const page =
        log->read({.what = what, .after = position{after}, .up_to = up_to, .limit = limit})
            .or_throw();
    CHECK(positions(page) == expected);
    if (complete) CHECK(page.at_end());

    auto backward =
        model.find(what, 0, after == 0 ? last : std::min<std::uint64_t>(last, after - 1));
    std::ranges::reverse(backward);
    backward.resize(std::min<std::size_t>(backward.size(), limit));
    auto back = log->read(
        {.what = what,
         .after = position{after},
         .up_to = up_to,
         .limit = limit,
         .direction = direction::backward}
    );
    CHECK(positions(std::move(back).or_throw()) == backward);
}

template <class Log>
void read_stream_at_random(Log& log, napkin const& model, dice& random) {
    auto const stream = random.stream();
    auto const from = random.below(12);
    auto const limit = 1 + random.below(5);
    std::optional<position> up_to;
    if (random.one_in(3)) up_to = position{random.below(model.lines.size() + 2)};
    numbers ascending;
    numbers descending;
    for (std::uint64_t at = 1; at <= model.lines.size(); ++at) {
        auto const& line = model.lines[at - 1];
        if (line.what.stream != stream || (up_to && at > up_to->value)) continue;
        if (line.version >= from) ascending.push_back(line.version);
        if (from == 0 || line.version <= from) descending.insert(descending.begin(), line.version);
    }
    ascending.resize(std::min<std::size_t>(ascending.size(), limit));
    descending.resize(std::min<std::size_t>(descending.size(), limit));
    stream_options how{
        .from = version{from}, .up_to = up_to, .limit = limit, .engine_events = true
    };
    CHECK(versions(log->read_stream(stream, how).or_throw()) == ascending);
    how.direction = direction::backward;
    CHECK(versions(log->read_stream(stream, how).or_throw()) == descending);
    CHECK(log->stream_version(stream).or_throw().value == model.version_of(stream));
}

TEST_CASE_TEMPLATE_DEFINE("a log does what a vector would do", Fixture, model) {
    for (std::uint32_t seed = 1; seed <= 12; ++seed) {
        CAPTURE(seed);
        dice random(seed);
        napkin model;
        opened<Fixture> log({.block_events_max = 1 + random.below(20)});
        for (int step = 0; step < 250; ++step) {
            CAPTURE(step);
            append_at_random(log, model, random);
            read_at_random(log, model, random);
            read_stream_at_random(log, model, random);
            log.time.advance(std::chrono::milliseconds(random.below(700)));
            if (random.one_in(3)) CHECK(log->index_step());
            if (random.one_in(60)) log.crash_and_open();
        }
        CHECK(log->verify({}).or_throw().events == model.lines.size());
    }
}

#define DIPTYCH_MODEL_CONTRACT(...) TEST_CASE_TEMPLATE_INVOKE(model, __VA_ARGS__)

}  // namespace diptych::contract
