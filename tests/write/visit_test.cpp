#include "write/house.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace diptych;

namespace {

// Events of type "mine" where the rule says so and "other" where not, each in a stream of ten.
void record(
    log::sequenced_log& into, std::uint64_t count, std::function<bool(std::uint64_t)> is_mine
) {
    for (std::uint64_t at = 1; at <= count;) {
        append_request request;
        for (int i = 0; i < 100 && at <= count; ++i, ++at)
            request.events.push_back(
                {.stream = "thing-" + std::to_string(at % 10),
                 .type = is_mine(at) ? "mine" : "other"}
            );
        into.append(std::move(request)).or_throw();
    }
}

std::vector<std::uint64_t> history(
    log::sequenced_log& in, query const& what, std::uint64_t after, std::uint64_t up_to
) {
    std::vector<std::uint64_t> found;
    auto const count = in.visit(
        what,
        position{after},
        position{up_to},
        [&](recorded_event const& event) -> result<void> {
            found.push_back(event.position.value);
            return {};
        }
    );
    REQUIRE(count);
    CHECK(*count == found.size());
    return found;
}

}  // namespace

TEST_CASE("a history is whole and in order, be it thick or thin") {
    bank::house at;
    constexpr std::uint64_t end = 30'000;
    // All, then hardly any, then every other one.
    auto const is_mine = [](std::uint64_t n) {
        return n < 8'000 || (n < 20'000 ? n % 500 == 0 : n % 2 == 0);
    };
    record(*at.log, end, is_mine);
    for (auto const& [after, up_to] :
         {std::pair{0ull, 30'000ull},
          {0, 7'950},
          {1'234, 29'999},
          {8'100, 9'000},
          {500, 500},
          {0, 1}}) {
        std::vector<std::uint64_t> mine;
        std::vector<std::uint64_t> of_three;
        for (auto n = after + 1; n <= up_to; ++n) {
            if (is_mine(n)) mine.push_back(n);
            if (is_mine(n) && n % 10 == 3) of_three.push_back(n);
        }
        CHECK(history(*at.log, {.items = {{.types = {"mine"}}}}, after, up_to) == mine);
        query const one{.items = {{.types = {"mine"}, .tags = {"thing-3"}}}};
        CHECK(history(*at.log, one, after, up_to) == of_three);
    }
}

TEST_CASE("what its visitor says ends the reading of a history") {
    bank::house at;
    record(*at.log, 5'000, [](std::uint64_t) { return true; });
    for (auto const last : {1, 1'500}) {
        int seen = 0;
        auto const said = at.log->visit(
            {.items = {{.types = {"mine"}}}},
            position{},
            position{5'000},
            [&](recorded_event const&) -> result<void> {
                if (++seen == last) return fail(errc::corrupt, "enough");
                return {};
            }
        );
        REQUIRE(!said);
        CHECK(said.error().message == "enough");
        CHECK(seen == last);
    }
}
