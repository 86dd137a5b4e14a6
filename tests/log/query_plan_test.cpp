#include "log/query_plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
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

std::vector<std::uint64_t> candidates(query const& what, listed const& in, direction way) {
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

TEST_CASE("a plan gives the positions that all lists of an item have, and no others") {
    listed in;
    in.lists = {{"a", every(2, 3000)}, {"b", every(3, 3000)}, {"t", every(5, 3000)}, {"u", {6, 7}}};
    for (auto const way : {direction::forward, direction::backward}) {
        CHECK(candidates({.items = {{.tags = {"a", "b"}}}}, in, way) == every(6, 3000));
        CHECK(
            candidates({.items = {{.types = {"t"}, .tags = {"a", "b"}}}}, in, way) ==
            every(30, 3000)
        );
        CHECK(candidates({.items = {{.types = {"u", "t"}, .tags = {"b"}}}}, in, way).size() == 201);
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

TEST_CASE("a few events from the beginning cost a few positions") {
    listed in;
    in.lists = {{"common", every(1, 100'000)}};
    query const what{.items = {{.types = {"common"}}}};
    CHECK(plan(what, in, direction::forward)->seek(position{1}).or_throw() == position{1});
    CHECK(in.taken < 100);
}

}  // namespace diptych::log
