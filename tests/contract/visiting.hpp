/// @file
/// Contract: visiting what a query matches, where it stands.
#pragma once

#include "contract/contract_log.hpp"

#include <algorithm>
#include <utility>

namespace diptych::contract {

/// Hundreds of events an append. The first 3,000 are "mine", then hardly any, then every other one;
/// between them stand answers without events and events of the engine's own.
template <class Log>
void fill_thick_and_thin(Log& log) {
    auto const is_mine = [](int n) {
        return n <= 3'000 || (n <= 5'000 ? n % 500 == 0 : n % 2 == 0);
    };
    for (int n = 1; n <= 8'000;) {
        log->append(append_request{.command = key_of("nothing-" + std::to_string(n))}).or_throw();
        std::vector<event_data> some;
        for (int i = 0; i < 200; ++i, ++n)
            some.push_back(event(
                "thing-" + std::to_string(n % 10),
                n % 77 == 0  ? "$own"
                : is_mine(n) ? "mine"
                             : "other"
            ));
        log.append(std::move(some)).or_throw();
    }
}

/// The same, read page by page.
template <class Log>
numbers read_all(Log& log, query const& what, log::stretch const& of) {
    numbers all;
    for (auto after = of.after; after < of.up_to;) {
        auto const page =
            log->read({.what = what, .after = after, .up_to = of.up_to, .limit = 777}).or_throw();
        for (auto const& one : page) all.push_back(one.position.value);
        after = page.at_end() ? of.up_to : page.seen().position;
    }
    return all;
}

template <class Log>
void check_visits(Log& log) {
    auto const end = log->end().position;
    REQUIRE(end == position{8'000});
    query const of_both{.items = {{.types = {"mine"}, .tags = {"thing-3"}}}};
    for (auto const& what : {of_type("mine"), of_tag("thing-7"), of_both, of_type("none"), query{}})
        for (auto const& [after, up_to] :
             {std::pair{0u, 8'000u},
              {0, 2'950},
              {1'234, 7'999},
              {3'100, 3'499},
              {2'999, 5'001},
              {500, 500},
              {7'999, 8'000},
              {0, 1}}) {
            CAPTURE(after);
            CAPTURE(up_to);
            log::stretch const of{.after = position{after}, .up_to = position{up_to}};
            numbers found;
            auto const visit = [&](recorded_event const& event) -> result<void> {
                found.push_back(event.position.value);
                if (!matches(what, event)) found.push_back(0);
                return {};
            };
            auto const count = log->visit(what, of, visit).or_throw();
            CHECK(count == found.size());
            auto const is_same = found == read_all(log, what, of);  // too long to be shown
            CHECK(is_same);
        }
}

TEST_CASE_TEMPLATE_DEFINE(
    "what a query matches is visited in order, be it thick or thin, old or new", Fixture, visits
) {
    opened<Fixture> log({.block_events_max = 1'500});
    fill_thick_and_thin(log);
    check_visits(log);
    while (log->index_step().or_throw()) {
    }
    check_visits(log);
    log.crash_and_open();
    check_visits(log);
}

TEST_CASE_TEMPLATE_DEFINE("what a visitor says ends the visit", Fixture, ended_visits) {
    opened<Fixture> log({.block_events_max = 1'500});
    fill_thick_and_thin(log);
    while (log->index_step().or_throw()) {
    }
    auto const of = log::stretch{.after = {}, .up_to = log->end().position};
    for (auto const last : {1, 1'500, 2'990, 4'000}) {
        CAPTURE(last);
        int seen = 0;
        auto const said =
            log->visit(of_type("mine"), of, [&](recorded_event const&) -> result<void> {
                if (++seen == last) return fail(errc::corrupt, "enough");
                return {};
            });
        REQUIRE(!said);
        CHECK(said.error().message == "enough");
        CHECK(seen == last);
    }
}

#define DIPTYCH_VISITING_CONTRACT(...)                    \
    TEST_CASE_TEMPLATE_INVOKE(visits, __VA_ARGS__);       \
    TEST_CASE_TEMPLATE_INVOKE(ended_visits, __VA_ARGS__); \
    static_assert(true, "wants a semicolon")

}  // namespace diptych::contract
