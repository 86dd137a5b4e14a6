#include "log/query_plan.hpp"

#include "contract/model.hpp"
#include "log/block_view.hpp"
#include "log/frame_maker.hpp"
#include "property.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <string>

namespace diptych::log {

namespace {

// Lists as they are given, and how many positions have been read from them.
class listed final : public postings {
public:
    std::map<std::string, std::vector<std::uint64_t>> lists;
    std::uint64_t end = 100'000;
    std::size_t mutable taken = 0;

    position first() const override { return position{1}; }
    position last() const override { return position{end}; }
    result<std::vector<position>> after(posting_key key, position after, std::size_t limit)
        const override {
        auto const& list = lists.at(std::string(key.text));
        auto next = std::upper_bound(list.begin(), list.end(), after.value);
        std::vector<position> found;
        for (; next != list.end() && found.size() < limit; ++next) found.emplace_back(*next);
        taken += found.size();
        return found;
    }
    result<std::vector<position>> before(posting_key key, position before, std::size_t limit)
        const override {
        auto const& list = lists.at(std::string(key.text));
        auto next = std::lower_bound(list.begin(), list.end(), before.value);
        std::vector<position> found;
        while (next != list.begin() && found.size() < limit) found.emplace_back(*--next);
        taken += found.size();
        return found;
    }
    result<std::optional<version>> last_version(std::string_view) const override { return {}; }
    result<std::vector<position>> from_version(std::string_view, version, std::size_t)
        const override {
        return {};
    }
    result<std::optional<position>> find(std::string_view, uuid const&) const override {
        return {};
    }
    result<std::optional<answer>> find_answer(std::string_view, std::string_view) const override {
        return {};
    }
};

std::vector<std::uint64_t> candidates(query const& what, postings const& in, direction way) {
    auto const is_forward = way == direction::forward;
    auto const walk = plan(what, in, way);
    std::vector<std::uint64_t> all;
    for (auto next = is_forward ? position{1} : in.last(); next.value > 0;) {
        auto const at = walk->seek(next).or_throw();
        if (!at) break;
        all.push_back(at->value);
        next = is_forward ? *at + 1 : *at - 1;
    }
    if (!is_forward) std::ranges::reverse(all);
    return all;
}

std::vector<std::uint64_t> every(std::uint64_t step, std::uint64_t end) {
    std::vector<std::uint64_t> all;
    for (auto at = step; at <= end; at += step) all.push_back(at);
    return all;
}

}  // namespace

TEST_CASE("a plan gives the positions that all lists of an item have") {
    listed in;
    in.lists = {{"a", every(2, 3000)}, {"b", every(3, 3000)}, {"t", every(5, 3000)}, {"u", {6, 7}}};
    for (auto const way : {direction::forward, direction::backward}) {
        CHECK(candidates({.items = {{.tags = {"a", "b"}}}}, in, way) == every(6, 3000));
        CHECK(
            candidates({.items = {{.types = {"u"}}, {.tags = {"u", "a"}}}}, in, way) ==
            std::vector<std::uint64_t>{6, 7}
        );
        CHECK(
            candidates({.items = {{.types = {"u"}}}, .category = "a"}, in, way) ==
            std::vector<std::uint64_t>{6}
        );
    }
    in.end = 9;
    CHECK(candidates({}, in, direction::forward) == every(1, 9));
    CHECK(candidates({}, in, direction::backward) == every(1, 9));
}

TEST_CASE("a short list beside a long one costs as much as the short one") {
    listed in;
    in.lists = {{"rare", every(10'000, 100'000)}, {"common", every(1, 100'000)}};
    for (auto const way : {direction::forward, direction::backward}) {
        in.taken = 0;
        CHECK(
            candidates({.items = {{.types = {"common"}, .tags = {"rare"}}}}, in, way) ==
            every(10'000, 100'000)
        );
        CHECK(in.taken < 1000);
    }
}

TEST_CASE("the types beside a few events of an id are left to whoever looks at these") {
    listed in;
    in.lists = {{"rare", every(1'000, 100'000)}, {"common", every(1, 100'000)}};
    for (auto const way : {direction::forward, direction::backward}) {
        in.taken = 0;
        auto const found =
            candidates({.items = {{.types = {"common"}, .tags = {"rare"}}}}, in, way);
        CHECK(found == every(1'000, 100'000));
        CHECK(in.taken == found.size());
    }
}

TEST_CASE("a rare type beside a common id costs as much as the rare type, in the long run") {
    listed in;
    in.lists = {{"rare", every(5'000, 100'000)}, {"common", every(1, 100'000)}};
    for (auto const way : {direction::forward, direction::backward}) {
        in.taken = 0;
        auto const found =
            candidates({.items = {{.types = {"rare"}, .tags = {"common"}}}}, in, way);
        CHECK(std::ranges::includes(found, every(5'000, 95'000)));
        CHECK(found.size() < 200);
        CHECK(in.taken < 2'000);
    }
}

TEST_CASE("no event of an id and a type is left out, however often a plan changes its way") {
    listed in;
    auto& mixed = in.lists["mixed"];  // of the type: all, then none, and so on
    for (std::uint64_t at = 1; at <= 100'000; ++at)
        if (at / 3'000 % 2 == 0 || at % 700 == 0) mixed.push_back(at);
    in.lists["id"] = every(2, 100'000);
    std::vector<std::uint64_t> both;
    std::ranges::set_intersection(mixed, in.lists["id"], std::back_inserter(both));
    for (auto const way : {direction::forward, direction::backward}) {
        auto const found = candidates({.items = {{.types = {"mixed"}, .tags = {"id"}}}}, in, way);
        CHECK(std::ranges::includes(found, both));
        CHECK(found.size() < 40'000);
    }
}

TEST_CASE("a few events from the beginning cost a few positions") {
    listed in;
    in.lists = {{"common", every(1, 100'000)}};
    query const what{.items = {{.types = {"common"}}}};
    CHECK(plan(what, in, direction::forward)->seek(position{1}).or_throw() == position{1});
    CHECK(in.taken < 100);
}

TEST_CASE("any query finds what looking at every event finds") {
    using contract::some_event;
    using contract::some_query;
    CHECK(testing::holds("any query finds what looking at every event finds", [] {
        testing::frame_maker frames(uuid{{1}});
        block all(position{1}, 0);
        std::vector<event_data> recorded;
        for (auto const& events : testing::some(12, [] { return testing::some(6, some_event); })) {
            all.add(frames.next(events));
            recorded.insert(recorded.end(), events.begin(), events.end());
        }
        auto const last = position{testing::up_to(recorded.size())};
        block_view const view(all, last, ~std::uint64_t{0});
        for (auto const& what : testing::some(8, some_query)) {
            std::vector<std::uint64_t> expected;
            for (std::uint64_t at = 1; at <= last.value; ++at)
                if (contract::napkin::matches(what, recorded[at - 1])) expected.push_back(at);
            for (auto const way : {direction::forward, direction::backward}) {
                auto found = candidates(what, view, way);
                std::erase_if(found, [&](std::uint64_t at) {
                    return !matches(what, all.event(all.offset_of(position{at})));
                });
                RC_ASSERT(found == expected);
            }
        }
    }));
}

}  // namespace diptych::log
