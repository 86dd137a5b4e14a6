#include "log/heads.hpp"

#include <doctest/doctest.h>

#include <string>

namespace diptych::log {

TEST_CASE("heads are remembered and corrected") {
    heads known(10);
    CHECK_FALSE(known.has("a-1"));
    known.set("a-1", version{1}, position{1});
    known.set("a-1", version{2}, position{2});
    known.set("b-1", version{0}, position{2});
    CHECK(known.has("a-1"));
    CHECK(known.find("a-1") == version{2});
    CHECK(known.find("b-1") == version{0});
    known.clear(position{7});
    CHECK_FALSE(known.has("a-1"));
    CHECK(known.forgotten_to() == position{7});
}

TEST_CASE("a version is changed in place, and is among the young ones from then on") {
    heads known(2);
    known.set("a-1", version{1}, position{1});
    known.set("a-2", version{5}, position{2});
    REQUIRE(known.changeable("a-1", position{2}) != nullptr);
    *known.changeable("a-1", position{2}) = version{2};
    CHECK(known.find("a-1") == version{2});
    CHECK(known.changeable("b-1", position{2}) == nullptr);
    known.set("b-1", version{1}, position{3});  // a-1 and a-2 are old now
    *known.changeable("a-1", position{3}) = version{3};
    known.set("b-2", version{1}, position{4});  // a-2 is forgotten
    CHECK(known.find("a-1") == version{3});
    CHECK(known.changeable("a-2", position{4}) == nullptr);
    CHECK(known.forgotten_to() >= position{2});
}

TEST_CASE("a stream that has been forgotten was not written after forgotten_to") {
    heads known(4);
    for (std::uint64_t at = 1; at <= 100; ++at) {
        known.set("s-" + std::to_string(at), version{at}, position{at});
        for (std::uint64_t before = 1; before <= at; ++before) {
            auto const found = known.find("s-" + std::to_string(before));
            if (found)
                CHECK(found == version{before});
            else
                CHECK(position{before} <= known.forgotten_to());
        }
        CHECK(known.forgotten_to() + 4 < position{at + 4});
    }
    CHECK(known.forgotten_to() >= position{90});
}

TEST_CASE("after everything was forgotten, forgotten_to does not go back") {
    heads known(2);
    known.set("a-1", version{1}, position{1});
    known.clear(position{7});
    for (auto const* const stream : {"b-1", "b-2", "b-3"})
        known.set(stream, version{}, position{7});
    CHECK(known.forgotten_to() == position{7});
}

}  // namespace diptych::log
