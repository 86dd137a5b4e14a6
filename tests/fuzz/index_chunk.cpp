// Rows of the index: positions that decode ascend, and are written as they were read.
#include "log/segments/index_chunk.hpp"

#include "fuzz/target.hpp"

namespace diptych::fuzz {

namespace {

using namespace diptych::log::segments;

using entries = std::vector<chunk_entry>;

bool same(entries const& a, entries const& b) {
    return std::ranges::equal(a, b, [](auto const& x, auto const& y) {
        return x.at == y.at && x.is_home == y.is_home;
    });
}

entries unpacked(chunk const& of) {
    entries all;
    require(unpack(of.first, of.last, of.homes, of.body, all), "what was packed can be unpacked");
    return all;
}

chunk packed(entries const& all) {
    chunk made;
    for (auto const& [at, is_home] : all) append(made, at, is_home);
    return made;
}

}  // namespace

void index_chunk(std::string_view input) {
    pieces in{input};
    auto const first = position{in.number(8)};
    auto const last = position{in.number(8)};
    auto const homes = in.byte();
    entries all;
    // As if a row was damaged, and then with the sums that it has.
    unpack(first, last, homes, in.rest, all);
    auto const end = all.empty() ? last : all.back().at;
    auto const at_home = [](chunk_entry const& one) { return one.is_home; };
    auto const count = static_cast<std::uint64_t>(std::ranges::count_if(all, at_home));
    if (!unpack(first, end, count, in.rest, all)) return;
    for (std::size_t i = 1; i < all.size(); ++i)
        require(all[i - 1].at < all[i].at, "positions of a chunk ascend");
    require(same(unpacked(packed(all)), all), "a chunk is packed as it was unpacked");

    auto const middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    if (middle == all.begin()) return;
    auto joined = packed({all.begin(), middle});
    auto const behind = packed({middle, all.end()});
    auto const size = joined_size(joined, behind);
    join(joined, behind);
    require(joined.body.size() <= size, "chunks are joined in the room that was reckoned");
    require(same(unpacked(joined), all), "joined chunks are those that they were joined of");
}

}  // namespace diptych::fuzz
