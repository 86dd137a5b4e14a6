#include "log/segments/index_chunk.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace diptych;
using namespace diptych::log::segments;

namespace {

chunk chunk_of(std::vector<std::pair<std::uint64_t, bool>> const& entries) {
    chunk made;
    for (auto const& [at, is_home] : entries) append(made, position{at}, is_home);
    return made;
}

std::vector<std::pair<std::uint64_t, bool>> entries_of(chunk const& what) {
    std::vector<chunk_entry> unpacked;
    REQUIRE(unpack(what.first, what.last, what.homes, what.body, unpacked));
    std::vector<std::pair<std::uint64_t, bool>> entries;
    for (auto const& [at, is_home] : unpacked) entries.emplace_back(at.value, is_home);
    return entries;
}

std::vector<std::pair<std::uint64_t, bool>> const some = {
    {7, true}, {8, false}, {71, true}, {72, true}, {20'000, false}, {1ULL << 60, true}
};

}  // namespace

TEST_CASE("a chunk gives back the positions it was given") {
    auto const made = chunk_of(some);
    CHECK(made.first == position{7});
    CHECK(made.last == position{1ULL << 60});
    CHECK(made.homes == 4);
    CHECK(entries_of(made) == some);
}

TEST_CASE("two chunks joined are the chunk of all their positions") {
    for (std::size_t cut = 1; cut < some.size(); ++cut) {
        auto const middle = some.begin() + static_cast<std::ptrdiff_t>(cut);
        auto left = chunk_of({some.begin(), middle});
        auto const right = chunk_of({middle, some.end()});
        auto const bound = joined_size(left, right);
        join(left, right);
        CHECK(left.body == chunk_of(some).body);
        CHECK(left.last == position{1ULL << 60});
        CHECK(left.homes == 4);
        CHECK(left.body.size() <= bound);
    }
}

TEST_CASE("any flipped bit of a chunk's body is noticed") {
    auto const made = chunk_of(some);
    std::vector<chunk_entry> unpacked;
    for (std::size_t at = 0; at < made.body.size(); ++at)
        for (unsigned bit = 0; bit < 8; ++bit) {
            auto body = made.body;
            body[at] = static_cast<char>(body[at] ^ static_cast<char>(1U << bit));
            CAPTURE(at);
            CAPTURE(bit);
            CHECK(!unpack(made.first, made.last, made.homes, body, unpacked));
        }
}

TEST_CASE("a position given twice in a chunk is noticed") {
    std::vector<chunk_entry> unpacked;
    CHECK(unpack(position{7}, position{7}, 1, "\x01", unpacked));
    CHECK(!unpack(position{7}, position{7}, 1, std::string_view{"\x01\0", 2}, unpacked));
}

TEST_CASE("positions of a chunk that would begin again from zero are noticed") {
    std::vector<chunk_entry> unpacked;
    auto const last = position{std::uint64_t{0} - 1};
    CHECK(unpack(last - 1, last, 0, std::string_view{"\0\x02", 2}, unpacked));
    CHECK(!unpack(last, position{0}, 0, std::string_view{"\0\x02", 2}, unpacked));
}

TEST_CASE("a chunk's body that is cut short, empty or goes on is noticed") {
    auto const made = chunk_of(some);
    std::vector<chunk_entry> unpacked;
    for (std::size_t size = 0; size < made.body.size(); ++size)
        CHECK(!unpack(made.first, made.last, made.homes, made.body.substr(0, size), unpacked));
    CHECK(!unpack(made.first, made.last, made.homes, made.body + '\x02', unpacked));
    CHECK(!unpack(made.first, made.last, made.homes, made.body + '\xff', unpacked));
}
